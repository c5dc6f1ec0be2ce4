"""Bots, and the rooms they are in.

That a bot is in a room is kept with the room, where it is asked as the bot speaks. Which rooms it hears is
kept with the bots, in another slot: written after the room, and taken back before it. So what a bot hears is
a part of where it is, whatever dies in between; to invite it or send it away once more mends the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.records import to_json
from lingr.store.scripts import run
from lingr.values_v2 import Bot, OwnBot

_bots = msgspec.json.Decoder(Bot)
_own = msgspec.json.Decoder(OwnBot)


@dataclass(frozen=True, slots=True)
class Bots:
    """Bots are found by their ids as these were given; no two differ by case alone."""

    engine: Engine

    def create(self, bot: OwnBot) -> None:
        """Raises LingrError ``id_unavailable`` when a bot or a user goes by that id."""
        names = [keys.bots(), keys.bot_names(), keys.bots_version(), keys.usernames()]
        run(self.engine, "bot_create", names, [bot.id, bot.id.lower(), to_json(bot), bot.secret], safe=True)

    def edit(self, bot_id: str, fields: Mapping[str, str]) -> OwnBot:
        """Gives fields of a bot other values; empty ones take them away.

        Raises LingrError ``invalid_parameter``.
        """
        arguments: list[Argument] = [bot_id, msgspec.json.encode(fields)]
        names = [keys.bots(), keys.bots_version()]
        return _own.decode(run(self.engine, "bot_edit", names, arguments, safe=True)[0])

    def delete(self, bot_id: str) -> None:
        """Deletes a bot, which must have left all rooms."""
        names = [keys.bots(), keys.bot_names(), keys.bots_version(), keys.bot_rooms(bot_id)]
        run(self.engine, "bot_delete", names, [bot_id, bot_id.lower()], safe=True)

    def find(self, bot_id: str) -> OwnBot | None:
        raw = self.engine.command("HGET", keys.bots(), bot_id, safe=True)
        return _own.decode(raw) if raw else None

    def all(self) -> list[OwnBot]:
        """All bots, by their ids."""
        return sorted(map(_own.decode, self.engine.command("HVALS", keys.bots(), safe=True)), key=_id)

    def version(self) -> int:
        """How often anything has changed of the bots, the rooms they hear, and whether they are paused."""
        return int(self.engine.command("GET", keys.bots_version(), safe=True) or 0)

    def rooms_of(self, bot_ids: Sequence[str]) -> list[frozenset[str]]:
        """The ids of the rooms that each of these bots hears."""
        if not bot_ids:
            return []
        replies = self.engine.commands([("SMEMBERS", keys.bot_rooms(one)) for one in bot_ids], safe=True)
        return [frozenset(raw.decode() for raw in reply) for reply in replies]

    def present(self, room_ids: Sequence[str]) -> list[tuple[Bot, ...]]:
        """The bots that are in each of these rooms, by their ids."""
        if not room_ids:
            return []
        replies = self.engine.commands(
            [("SMEMBERS", keys.room(one, self.engine.database).bots) for one in room_ids], safe=True
        )
        wanted = sorted({one for reply in replies for one in reply})
        if not wanted:
            return [()] * len(room_ids)
        known = self.engine.command("HMGET", keys.bots(), *wanted, safe=True)
        found = {raw: _bots.decode(json) for raw, json in zip(wanted, known, strict=True) if json}
        return [tuple(sorted((found[one] for one in reply if one in found), key=_id)) for reply in replies]

    def invite(self, bot_id: str, room_id: str) -> bool:
        """Lets a bot into a room; returns whether it was not there.

        Raises LingrError ``invalid_room``, ``invalid_parameter``.
        """
        self.engine.command("SADD", keys.bots_invited(room_id), bot_id, safe=True)
        room = keys.room(room_id, self.engine.database)
        is_new = bool(run(self.engine, "room_invite", room, [bot_id], safe=True)[0])
        names = [keys.bots(), keys.bots_version(), keys.bot_rooms(bot_id)]
        run(self.engine, "bot_hear", names, [bot_id, room_id], safe=True)
        return is_new

    def remove(self, bot_id: str, room_id: str) -> bool:
        """Sends a bot out of a room; returns whether it was there."""
        self._part(bot_id, room_id)
        room = keys.room(room_id, self.engine.database)
        return bool(self.engine.command("SREM", room.bots, bot_id, safe=True))

    def forget_room(self, room_id: str) -> list[str]:
        """No bot hears a room any more that is gone; returns those that may have heard it."""
        invited = keys.bots_invited(room_id)
        bot_ids = [raw.decode() for raw in self.engine.command("SMEMBERS", invited, safe=True)]
        for bot_id in bot_ids:
            self._part(bot_id, room_id)
        return bot_ids

    def forget_invited(self, room_id: str) -> None:
        """The last step, when nothing is left to do for those whom ``forget_room`` returned."""
        self.engine.command("DEL", keys.bots_invited(room_id), safe=True)

    def _part(self, bot_id: str, room_id: str) -> None:
        names = [keys.bots_version(), keys.bot_rooms(bot_id)]
        run(self.engine, "bot_part", names, [room_id], safe=True)


def _id(bot: Bot) -> str:
    return bot.id
