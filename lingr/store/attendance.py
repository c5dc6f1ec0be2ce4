"""Sessions that are in rooms without tickets: for as long as they are heard of, in all their rooms at once.

Such a session has a stint, which begins when it comes and ends when it goes or falls silent. Rooms know in
which stint it is there. So who clears up after one stint does no harm to the next, which may have begun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.records import joining_of, newcomer_of
from lingr.store.scripts import Call, Step, run, run_all, values_of
from lingr.store.users import Users
from lingr.values import Occupant

AT_ONCE = 500
"""Sessions that one script writes down."""

ROOMS_AT_ONCE = 50
"""Rooms that are seen to in one round trip."""

Notice = Literal["", "gone", "changed"]
"""What rooms announce of a session besides who comes and goes: nothing, or where its poll may be waiting."""


class Stint(NamedTuple):
    """A session's being there for a while. ``coming`` is the id of what is not done yet."""

    session_id: str
    id: str
    coming: str = ""

    @property
    def name(self) -> tuple[str, str]:
        return self.session_id, self.id


class Outcome(NamedTuple):
    """What became of a stint and its session while rooms were seen to."""

    is_on: bool
    is_alive: bool


@dataclass(slots=True)
class _Here:
    """A session that was last ``seen`` in this process (ms), and known to the engine up to ``noted`` (ms)."""

    seen: int
    noted: int


@dataclass(slots=True)
class Attendance:
    """That a session is there is written down every ``refresh`` milliseconds at most."""

    engine: Engine
    users: Users
    log_events: int
    refresh: int
    _here: dict[str, _Here] = field(default_factory=dict)

    def begin(self, session_id: str, due: int, fresh_id: str) -> Stint:
        """The session is there until ``due`` (ms), unless it stays: in its stint, or in a new one.

        It counts as not there yet until it has been had to `attend`.
        """
        names = [keys.attending(), keys.stints()]
        found = run(self.engine, "attendance_begin", names, [session_id, due, fresh_id], safe=True)[0]
        return Stint(session_id, found.decode(), fresh_id)

    def attend(
        self,
        stint: Stint,
        room_ids: Sequence[str],
        occupant: Occupant,
        *,
        now: int,
        due: int,
        joined: str,
        notice: Notice,
    ) -> Outcome:
        """Has the session be in rooms; those that are gone are passed over."""
        for start in range(0, len(room_ids), ROOMS_AT_ONCE):
            part = room_ids[start : start + ROOMS_AT_ONCE]
            self._attend(stint, part, occupant, now, due, joined, notice)
        done = Call("attendance_done", [keys.stints()], stint)
        reply, alive = run_all(self.engine, [done, ("EXISTS", keys.session(stint.session_id))], safe=True)
        outcome = Outcome(bool(values_of(reply)[0]), bool(alive))
        if outcome == (True, True):
            self._here[stint.session_id] = _Here(now, now)
        return outcome

    def _attend(
        self,
        stint: Stint,
        room_ids: Sequence[str],
        occupant: Occupant,
        now: int,
        due: int,
        joined: str,
        notice: Notice,
    ) -> None:
        arguments: list[Argument] = [
            *stint.name,
            occupant.id,
            newcomer_of(occupant),
            joining_of(occupant, joined, now),
            occupant.user_id or "",
            now,
            self.log_events,
            notice,
        ]
        user_id = occupant.user_id
        listed = [] if user_id is None else self.users.entered(user_id, stint.session_id, room_ids)
        # As for entrances: a note that nothing follows is harmless, one that is missing is not.
        notes: list[Step] = [
            ("SADD", keys.attended(*stint.name), *room_ids),
            ("ZADD", keys.occupied_rooms(), "NX", *(part for one in room_ids for part in (due, one))),
        ]
        calls = [Call("room_attend", self._room(one), arguments) for one in room_ids]
        replies = run_all(self.engine, [*listed, *notes, *calls, *notes, *listed], safe=True)
        if user_id is not None:
            self.users.noted(user_id, replies[: len(listed)])
        for reply in replies[len(listed) + len(notes) :][: len(calls)]:
            _pass_over_missing(reply)

    def absent(
        self,
        stint: Stint,
        room_ids: Sequence[str],
        *,
        now: int,
        left: str,
        notice: Notice,
    ) -> None:
        """Has the session be in rooms no longer, if it is there in that stint; in any if that has no id."""
        for start in range(0, len(room_ids), ROOMS_AT_ONCE):
            part = room_ids[start : start + ROOMS_AT_ONCE]
            arguments: list[Argument] = [*stint.name, now, self.log_events, left, notice]
            calls = [Call("room_absent", self._room(one), arguments) for one in part]
            replies = run_all(self.engine, calls, safe=True)
            out = zip((values_of(reply)[0].decode() for reply in replies), part, strict=True)
            self.users.left([(user_id, stint.session_id, one) for user_id, one in out if user_id])

    def end(self, session_ids: Iterable[str], *, now: int, again: int, overdue: int = 0) -> list[Stint]:
        """Ends the stints of sessions, and up to ``overdue`` of those whose time is up; returns these stints.

        Their rooms are to be left then. At ``again`` (ms) `ended` tells of them, for who died before that.
        """
        names = [keys.attending(), keys.stints(), keys.ended_stints()]
        raw = run(self.engine, "attendance_end", names, [now, again, overdue, *session_ids], safe=True)[0]
        texts = [one.decode() for one in raw]
        for session_id in texts[::2]:
            self._here.pop(session_id, None)
        return [Stint(*pair) for pair in zip(texts[::2], texts[1::2], strict=True)]

    def ended(self, now: int, most: int) -> list[Stint]:
        """Up to ``most`` stints that ended some time ago, the oldest first."""
        names = keys.ended_stints()
        raw = self.engine.command("ZRANGEBYSCORE", names, "-inf", now, "LIMIT", 0, most, safe=True)
        return [Stint(*one.decode().split(" ")) for one in raw]

    def rooms(self, stint: Stint) -> list[str]:
        """The rooms in which a session may be in a stint."""
        return [
            one.decode() for one in self.engine.command("SMEMBERS", keys.attended(*stint.name), safe=True)
        ]

    def clear(self, stint: Stint) -> None:
        """All rooms have been left."""
        commands: list[tuple[Argument, ...]] = [
            ("UNLINK", keys.attended(*stint.name)),
            ("ZREM", keys.ended_stints(), " ".join(stint.name)),
        ]
        self.engine.commands(commands, safe=True)

    def look_after(self, stint: Stint, again: int) -> None:
        """Has `ended` tell of a stint at ``again`` (ms), whether it has done so before or not."""
        self.engine.command("ZADD", keys.ended_stints(), again, " ".join(stint.name), safe=True)

    def stay(self, session_id: str, now: int, due: int) -> bool:
        """Notes that a session is there until ``due``; returns False if it had been let go before."""
        here = self._here.get(session_id)
        if here is not None and now < here.noted + 2 * self.refresh:
            here.seen = now
            return True
        names = [keys.attending(), keys.stints()]
        if run(self.engine, "attendance_stay", names, [session_id, due], safe=True)[0]:
            self._here.pop(session_id, None)
            return False
        self._here[session_id] = _Here(now, now)
        return True

    def seen(self, session_id: str, now: int) -> None:
        """Notes that a session is there, without asking: ``flush`` writes it down."""
        self._here.setdefault(session_id, _Here(now, 0)).seen = now

    def flush(self, now: int, lifetime: int, *, polling: Callable[[str], bool]) -> list[str]:
        """Writes down which sessions were there; returns those that had been let go.

        ``polling`` tells whether a session's poll is waiting right now, ``lifetime`` is how long after it was
        seen a session is let go (ms).
        """
        due: list[tuple[str, _Here]] = []
        for session_id, here in list(self._here.items()):
            if polling(session_id):
                here.seen = now
            if here.seen > here.noted and now >= here.noted + self.refresh:
                due.append((session_id, here))
            elif now >= here.noted + 2 * self.refresh:
                del self._here[session_id]
        gone: list[str] = []
        names = [keys.attending(), keys.stints()]
        for start in range(0, len(due), AT_ONCE):
            part = due[start : start + AT_ONCE]
            arguments = [value for one, here in part for value in (one, here.seen + lifetime)]
            found = run(self.engine, "attendance_stay", names, arguments, safe=True)[0]
            for _, here in part:
                here.noted = now
            gone += [one.decode() for one in found]
        for session_id in gone:
            self._here.pop(session_id, None)
        return gone

    def _room(self, room_id: str) -> keys.RoomKeys:
        return keys.room(room_id, self.engine.database)


def _pass_over_missing(reply: list[bytes]) -> None:
    try:
        values_of(reply)
    except LingrError as error:
        if error.name != "invalid_room":
            raise
