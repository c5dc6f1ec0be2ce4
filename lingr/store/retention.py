"""How long rooms keep their logs, where that is not as the settings say, and the walk through all logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.scripts import run

_EVENTS, _DAYS = "keep_events", "keep_days"
_ANY_LOG = keys.room("*").log
_BEFORE, _AFTER = _ANY_LOG.split("*")


@dataclass(frozen=True, slots=True)
class Kept:
    """At most so many events, and for so many days, are kept of a room's log; None: as the settings say."""

    events: int | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Retention:
    """A room's rule is in its hash, and its id among those with a rule."""

    engine: Engine

    def keep(self, room_id: str, kept: Kept) -> None:
        """Gives a room a rule of its own. An id without a rule, if this is cut off, does no harm.

        Raises LingrError ``invalid_room``.
        """
        rule: list[Argument] = ["" if one is None else one for one in (kept.events, kept.days)]
        self.engine.command("SADD", keys.kept_otherwise(), room_id, safe=True)
        run(self.engine, "room_keep", [self._room(room_id)], rule, safe=True)
        if kept == Kept(None, None):
            self.keep_as_all(room_id)

    def keep_as_all(self, room_id: str) -> None:
        """Takes a room off those with a rule."""
        self.engine.command("SREM", keys.kept_otherwise(), room_id, safe=True)

    def kept(self, room_ids: Sequence[str]) -> list[Kept | None]:
        """The rules of these rooms; None for one that is not there."""
        replies = self.engine.commands(
            [("HMGET", self._room(room_id), "counter", _EVENTS, _DAYS) for room_id in room_ids], safe=True
        )
        return [
            None if counter is None else Kept(_number(events), _number(days))
            for counter, events, days in replies
        ]

    def with_rules(self) -> list[str]:
        """The ids of all rooms with a rule of their own."""
        return [raw.decode() for raw in self.engine.command("SMEMBERS", keys.kept_otherwise(), safe=True)]

    def walk(self, most: int) -> list[str]:
        """The ids of the next rooms that have a log, after a look at some ``most`` keys.

        The walk goes round and round, whichever processes take its steps, and passes every room each time.
        """
        at = self.engine.command("GET", keys.trimming(), safe=True) or b"0"
        following, names = self.engine.command("SCAN", at, "MATCH", _ANY_LOG, "COUNT", most, safe=True)
        self.engine.command("SET", keys.trimming(), following, safe=True)
        return [raw.decode().removeprefix(_BEFORE).removesuffix(_AFTER) for raw in names]

    def _room(self, room_id: str) -> str:
        return keys.room(room_id, self.engine.database).room


def _number(raw: bytes | None) -> int | None:
    return None if raw is None else int(raw)
