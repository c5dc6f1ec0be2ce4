"""Rooms: their fields, their state, their roster and who comes and goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.mirror import Mirror
from lingr.store.rates import Allowance
from lingr.store.records import fields_of, hash_of, message_of, occupants_of, room_of
from lingr.store.scripts import Call, run, run_all, values_of
from lingr.store.speech import Speech
from lingr.values import Message, Occupant, Room, RoomState

Swept = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Rooms:
    """Each method that changes something is one script, named after it."""

    engine: Engine
    mirror: Mirror
    log_events: int

    def create(self, room: Room, epoch: str) -> Room:
        """Raises LingrError ``id_unavailable``."""
        fields = run(
            self.engine, "room_create", keys.room(room.id, self.engine.database), fields_of(room, epoch)
        )[0]
        return room_of(room.id, hash_of(fields))

    def find(self, room_id: str) -> Room | None:
        """The room of that id, or None."""
        fields = self.engine.command("HGETALL", keys.room(room_id, self.engine.database).room, safe=True)
        return room_of(room_id, hash_of(fields)) if fields else None

    def find_all(self, room_ids: Sequence[str]) -> list[Room]:
        """The rooms of those ids, in their order; unknown ones are left out."""
        replies = self.engine.commands(
            [("HGETALL", keys.room(one, self.engine.database).room) for one in room_ids], safe=True
        )
        return [
            room_of(room_id, hash_of(fields))
            for room_id, fields in zip(room_ids, replies, strict=True)
            if fields
        ]

    def state(self, room_id: str) -> RoomState:
        """What changes in a room. Raises LingrError ``invalid_room``."""
        known = self.mirror.state(room_id)
        if known is not None:
            return known
        followed = self.mirror.rooms.get(room_id)
        generation = self.mirror.generation
        room = keys.room(room_id, self.engine.database)
        (counter, roster, zone), size = self.engine.commands(
            [("HMGET", room.room, "counter", "roster", "timezone"), ("HLEN", room.occupants)], safe=True
        )
        if counter is None:
            raise LingrError("invalid_room")
        state = RoomState(int(counter), int(roster), size, zone.decode(), generation)
        if followed is not None:
            followed.learn(state)
        return state

    def roster(self, room_id: str) -> tuple[Occupant, ...]:
        """Everyone in the room, in order of entrance."""
        followed = self.mirror.rooms.get(room_id)
        if followed is not None and followed.occupants is not None:
            return followed.occupants
        version = followed.roster if followed is not None else None
        occupants = occupants_of(
            self.engine.command("HVALS", keys.room(room_id, self.engine.database).occupants, safe=True)
        )
        if followed is not None and version is not None and followed.roster == version:
            followed.occupants = occupants
        return occupants

    def say(
        self,
        room_id: str,
        *,
        session_id: str,
        ticket: str,
        text: str,
        target: str,
        request_id: str,
        now: int,
        remember: int,
        allowance: Allowance,
    ) -> tuple[Message, str]:
        """Returns the message and the room's time zone; the same ones for the same request id.

        Raises LingrError ``invalid_ticket``, ``no_nickname``, ``invalid_parameter``, ``rate_limited``.
        """
        speech = self.speech(
            room_id,
            session_id=session_id,
            ticket=ticket,
            target=target,
            remember=remember,
            allowance=allowance,
        )
        call = speech.call(text, request_id=request_id, now=now)
        json, zone = run(self.engine, call.name, call.keys, call.arguments, safe=True)
        return message_of(json), zone.decode()

    def speech(
        self,
        room_id: str,
        *,
        session_id: str,
        ticket: str,
        target: str,
        remember: int,
        allowance: Allowance,
    ) -> Speech:
        """What somebody says who has several things to say, for who sends commands without waiting."""
        return Speech(
            room_id,
            self.engine.database,
            session_id=session_id,
            ticket=ticket,
            target=target,
            log_events=self.log_events,
            remember=remember,
            allowance=allowance,
        )

    def rename(
        self,
        room_id: str,
        *,
        session_id: str,
        ticket: str,
        nickname: str,
        now: int,
        joined: str,
        renamed: str,
    ) -> None:
        """Raises LingrError ``invalid_ticket``. To give the same nickname twice changes nothing."""
        arguments: list[Argument] = [ticket, session_id, nickname, now, self.log_events, joined, renamed]
        run(self.engine, "room_rename", keys.room(room_id, self.engine.database), arguments, safe=True)

    def identify(
        self, *, session_id: str, user_id: str, description: str, tickets: Mapping[str, Sequence[str]]
    ) -> None:
        """Gives the occupants of these tickets, by room, a user; or none if ``user_id`` is empty."""
        if tickets:
            run_all(
                self.engine,
                [
                    Call(
                        "room_identify",
                        keys.room(room_id, self.engine.database),
                        [session_id, user_id, description, *held],
                    )
                    for room_id, held in tickets.items()
                ],
                safe=True,
            )

    def exit(self, room_id: str, *, session_id: str, ticket: str, now: int, left: str) -> None:
        """Leaves the room, and has the session forget the ticket. Raises LingrError ``invalid_ticket``."""
        forget = ("SREM", keys.session_tickets(session_id), ticket)
        values_of(run_all(self.engine, [self._exit(room_id, session_id, ticket, now, left), forget])[0])

    def exit_all(self, tickets: Mapping[str, str], *, session_id: str, now: int, left: str) -> None:
        """Leaves the rooms of these tickets, as far as they are still good. The room is told of each."""
        steps = [self._exit(room_id, session_id, ticket, now, left) for ticket, room_id in tickets.items()]
        if steps:
            run_all(self.engine, steps, safe=True)

    def _exit(self, room_id: str, session_id: str, ticket: str, now: int, left: str) -> Call:
        room = keys.room(room_id, self.engine.database)
        return Call("room_exit", room, [ticket, session_id, now, self.log_events, left])

    def sweep(self, room_id: str, *, before: int, now: int, left: str) -> tuple[Swept, int | None]:
        """Lets out up to 100 occupants silent since ``before``.

        Returns the session and ticket of each, and when the longest silent one that stays was seen (None
        in an empty room).
        """
        swept, oldest = run(
            self.engine,
            "room_sweep",
            keys.room(room_id, self.engine.database),
            [before, now, self.log_events, left],
            safe=True,
        )
        texts = [one.decode() for one in swept]
        return list(zip(texts[::2], texts[1::2], strict=True)), int(float(oldest)) if oldest else None

    def renew(self, room_id: str, *, known: int, epoch: str) -> bool:
        """Begins a new epoch if the room's counter is below ``known``; returns whether it was."""
        return bool(
            run(
                self.engine, "room_renew", keys.room(room_id, self.engine.database), [known, epoch], safe=True
            )[0]
        )

    def enlist(self, room_id: str, created: int) -> None:
        """Puts a room into the directory."""
        self.engine.command("ZADD", keys.listed_rooms(), "NX", created, room_id, safe=True)

    def listed(self, most: int) -> list[str]:
        """Ids of listed rooms, the newest first."""
        return [
            raw.decode()
            for raw in self.engine.command("ZREVRANGE", keys.listed_rooms(), 0, most - 1, safe=True)
        ]

    def reserve(self, user_id: str, room_id: str, most: int) -> bool:
        """Notes a room as the user's; returns whether it was not. Raises LingrError ``too_many_rooms``."""
        return bool(run(self.engine, "room_reserve", [keys.owned_rooms(user_id)], [room_id, most])[0])

    def release(self, user_id: str, room_id: str) -> None:
        """Takes back a reservation."""
        self.engine.command("SREM", keys.owned_rooms(user_id), room_id, safe=True)
