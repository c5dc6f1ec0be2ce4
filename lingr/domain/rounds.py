"""The round: who looks again and again at the rooms with people in them, because only there anything happens.

Of all processes one goes round, the one that holds the lease. It does what is to be done as people talk, but
must not cost those who talk anything: it notes how hot rooms are, and has others follow what was said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from lingr.domain import directory, heat
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.store.rounds import Glance

LEASE_MILLISECONDS = 5000
COOLING_MILLISECONDS = 60_000
"""How often rooms that nobody heats any more are looked for, at least."""

MOST_ROOMS = 1000
AT_ONCE = 100

Follower = Callable[[Context, str], object]
"""Is called with the id of a room in which something has happened since it was called last.

After another process began to go round it may be called without need, so it must know itself how far it was.
"""

log = structlog.get_logger()


class Round:
    """Goes round in steps; ``followers`` are called in their order."""

    def __init__(self, ctx: Context, followers: Sequence[Follower] = ()) -> None:
        self._ctx = ctx
        self._followers = followers
        self._healing = directory.Healing(ctx)
        self._start()

    def _start(self) -> None:
        self._warmed = 0
        self._talks: dict[str, heat.Talk] = {}
        self._met: set[str] = set()
        self._cursor = 0

    def go(self) -> int:
        """One step: looks at up to about 1,000 rooms, or at all once; returns how many it looked at."""
        looked = 0
        while looked < MOST_ROOMS:
            if not self._ctx.store.rounds.lease.hold(LEASE_MILLISECONDS):
                # What was known is another one's now, who counts on from there.
                self._start()
                return looked
            self._cursor, room_ids = self._ctx.store.rounds.occupied(self._cursor, AT_ONCE)
            self._look(room_ids)
            self._met.update(room_ids)
            looked += len(room_ids)
            if self._cursor == 0:
                self._finish()
                break
            self._ctx.pause(0)
        self._healing.go()
        return looked

    def _finish(self) -> None:
        """All occupied rooms have been looked at. Those that are not among them any more get a last look."""
        left = [room_id for room_id in self._talks if room_id not in self._met]
        for start in range(0, len(left), AT_ONCE):
            self._look(left[start : start + AT_ONCE])
        for room_id in left:
            self._talks.pop(room_id, None)
        self._met.clear()

    def _look(self, room_ids: Sequence[str]) -> None:
        glances = self._ctx.store.rounds.look(room_ids) if room_ids else []
        now = self._ctx.clock()
        moved = [glance.room_id for glance in glances if self._moves(glance, now)]
        heats = {
            glance.room_id: hot
            for glance in glances
            if glance.listed and (hot := self._talks[glance.room_id].heat) > 0
        }
        # First: it is not done again if anything fails, and how hot a room is, is.
        for room_id in moved:
            self._follow(room_id)
        if heats or now - self._warmed >= COOLING_MILLISECONDS:
            directory.warm(self._ctx, heats)
            self._warmed = now

    def _moves(self, glance: Glance, now: int) -> bool:
        talk = self._talks.get(glance.room_id)
        if talk is None:
            self._talks[glance.room_id] = heat.Talk(glance, now)
            return True
        return talk.hear(glance, now)

    def _follow(self, room_id: str) -> None:
        for follow in self._followers:
            try:
                follow(self._ctx, room_id)
            except LingrError as error:
                log.debug("put off", what="round", room=room_id, why=str(error))
                self._talks.pop(room_id, None)
            except Exception:
                # One room must not keep the others from being followed.
                log.exception("unspecified failure", what="round", room=room_id)
