"""How far bots are with what was said in their rooms.

A bot has a cursor in each of its rooms: everything up to there has been dealt with. One process at a time
delivers to a bot, as long as it holds the bot's lease, which is for some seconds. Whoever has been overtaken
finds the cursor moved, and can move it no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.records import hash_of, message_of
from lingr.store.scripts import run
from lingr.values import Message
from lingr.values_deliveries import Attempt, Trouble

KEPT_ATTEMPTS = 200

_attempt_of = msgspec.json.Decoder(Attempt).decode


@dataclass(frozen=True, slots=True)
class Taken:
    """A bot one may deliver to: how often the delivery at hand has failed, its cursors by room.

    What was said before ``since`` (ms) is not delivered any more.
    """

    tries: int
    since: int
    cursors: dict[str, int]


@dataclass(frozen=True, slots=True)
class Page:
    """What happened in a room next; ``counter`` is the room's own, ``public_id`` what it goes by."""

    room_id: str
    public_id: str
    counter: int
    events: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Deliveries:
    """``process`` names this process among all that serve the data set."""

    engine: Engine
    process: str

    def begin(self, bot_id: str, room_id: str, *, anew: bool = False) -> None:
        """The bot is told what happens in the room from now on.

        If that has begun before, nothing changes unless it begins ``anew``.
        """
        room = keys.room(room_id, self.engine.database).room
        counter = self.engine.command("HGET", room, "counter", safe=True)
        if counter is not None:
            command = "HSET" if anew else "HSETNX"
            self.engine.command(command, keys.bot_cursors(bot_id), room_id, counter, safe=True)

    def end(self, bot_id: str, room_id: str) -> None:
        """The bot is told nothing of the room any more."""
        self.engine.command("HDEL", keys.bot_cursors(bot_id), room_id, safe=True)

    def forget(self, bot_id: str) -> None:
        """Forgets a bot that is no more."""
        self.engine.command("DEL", *_keys(bot_id), safe=True)

    def take(self, bot_id: str, lease: int, now: int) -> Taken | int | None:
        """Begins to deliver, for ``lease`` milliseconds; or how long to wait before it may be tried again.

        None while the bot is paused.
        """
        wait, *taken = run(self.engine, "delivery_take", _keys(bot_id), [self.process, lease, now], safe=True)
        if not taken:
            return None if wait < 0 else int(wait)
        tries, since, cursors = taken
        return Taken(tries, since, {room: int(one) for room, one in hash_of(cursors).items()})

    def done(
        self, bot_id: str, lease: int, room_id: str, before: int, now: int, attempt: Attempt | None = None
    ) -> bool:
        """Moves the bot from one counter of a room to another, and notes the attempt that led there.

        The lease then lasts so long again, or is given back if that is 0. Returns False, and does nothing, if
        somebody else has taken over or the bot has left the room.
        """
        arguments: list[Argument] = [self.process, lease, room_id, before, now, _raw(attempt), KEPT_ATTEMPTS]
        return bool(run(self.engine, "delivery_done", _keys(bot_id), arguments, safe=True)[0])

    def failed(
        self, bot_id: str, room_id: str, before: int, attempt: Attempt, due: int, paused: int | None
    ) -> bool:
        """Notes a failed attempt, to be made again at ``due``, or when the bot that is ``paused`` is woken.

        The lease is given back. Returns False, and does nothing, where ``done`` does.
        """
        since: Argument = "" if paused is None else paused
        arguments: list[Argument] = [
            self.process,
            room_id,
            before,
            _raw(attempt),
            KEPT_ATTEMPTS,
            attempt.number,
            due,
            since,
            attempt.why,
        ]
        return bool(run(self.engine, "delivery_failed", _keys(bot_id), arguments, safe=True)[0])

    def release(self, bot_id: str) -> None:
        """Stops delivering for now."""
        run(self.engine, "delivery_release", _keys(bot_id), [self.process], safe=True)

    def wake(self, bot_id: str, since: int) -> bool:
        """Ends a bot's pause, and returns whether there was one.

        Nothing said before ``since`` is delivered then.
        """
        is_woken = bool(run(self.engine, "delivery_wake", _keys(bot_id), [since], safe=True)[0])
        if is_woken:
            # Those who deliver look at the bots when this has changed.
            self.engine.command("INCR", keys.bots_version(), safe=True)
        return is_woken

    def trouble(self, bot_ids: Sequence[str]) -> list[Trouble]:
        """How it stands with these bots."""
        raw = self.engine.commands([("HGETALL", keys.bot_trouble(one)) for one in bot_ids], safe=True)
        return [_trouble_of(hash_of(fields)) for fields in raw]

    def attempts(self, bot_id: str, most: int) -> list[Attempt]:
        """The newest attempts, oldest first."""
        raw = self.engine.command(
            "XREVRANGE", keys.bot_deliveries(bot_id), "+", "-", "COUNT", most, safe=True
        )
        return [_attempt_of(fields[1]) for _, fields in reversed(raw)]

    def whisper(self, room_id: str, user_id: str, message: Message, most: int) -> bool:
        """Tells a user something in private, under the room's next counter, if the user is in the room.

        Returns whether it is. ``most`` is how many events the room's log keeps.
        """
        event = {name: value for name, value in msgspec.structs.asdict(message).items() if value is not None}
        del event["id"]
        room = keys.room(room_id, self.engine.database)
        arguments: list[Argument] = [user_id, msgspec.json.encode(event)[1:], most]
        return bool(run(self.engine, "room_whisper", room, arguments)[0])

    def read(self, places: Sequence[tuple[str, int]], most: int) -> list[Page | None]:
        """Up to ``most`` events after each of these counters of rooms; None where there is no such room."""
        commands: list[tuple[Argument, ...]] = []
        for room_id, counter in places:
            room = keys.room(room_id, self.engine.database)
            commands.append(("HMGET", room.room, "counter", "moved_to"))
            commands.append(("XRANGE", room.log, f"{counter + 1}-0", "+", "COUNT", most))
        replies = self.engine.commands(commands, safe=True)
        return [
            None if fields[0] is None else _page_of(room_id, fields, entries)
            for (room_id, _), fields, entries in zip(places, replies[::2], replies[1::2], strict=True)
        ]

    def behind(self, bots: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
        """Which of these bots have not dealt yet with all that was said, in which of the rooms given."""
        pairs = [(bot_id, room_id) for bot_id, room_ids in bots.items() for room_id in room_ids]
        rooms = list({room_id for _, room_id in pairs})
        asked = [(keys.room(one, self.engine.database).room, "max_user_message_id") for one in rooms]
        asked += [(keys.bot_cursors(bot_id), room_id) for bot_id, room_id in pairs]
        replies = self.engine.commands([("HGET", *one) for one in asked], safe=True) if asked else []
        newest = dict(zip(rooms, replies, strict=False))
        return [
            pair
            for pair, cursor in zip(pairs, replies[len(rooms) :], strict=True)
            if cursor is None or int(newest[pair[1]] or 0) > int(cursor)
        ]


def _keys(bot_id: str) -> list[str]:
    return [
        keys.bot_lease(bot_id),
        keys.bot_cursors(bot_id),
        keys.bot_trouble(bot_id),
        keys.bot_deliveries(bot_id),
    ]


def _raw(attempt: Attempt | None) -> bytes:
    return b"" if attempt is None else msgspec.json.encode(attempt)


def _trouble_of(fields: dict[str, str]) -> Trouble:
    return Trouble(
        int(fields.get("tries", 0)),
        int(fields.get("due", 0)),
        int(fields.get("paused", 0)),
        fields.get("why", ""),
    )


def _page_of(room_id: str, fields: list[bytes | None], entries: list[list[list[bytes]]]) -> Page:
    counter, moved_to = fields
    return Page(
        room_id,
        moved_to.decode() if moved_to else room_id,
        int(counter or 0),
        tuple(message_of(values[1]) for _, values in entries),
    )
