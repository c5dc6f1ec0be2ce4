"""What is said by those who have no ticket: users of the 2009 API, and bots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.rates import Allowance
from lingr.store.records import message_of
from lingr.store.scripts import run
from lingr.values import Message

DELIVERIES = 16
"""How many deliveries to a bot in one room are remembered as answered: there is one at a time."""

ANSWERED_MILLISECONDS = 30 * 86_400_000


class Speech(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said to all, and by whom; fields as those of Message."""

    occupant_id: str
    nickname: str
    client_type: str
    timestamp: int
    text: str
    type: str = msgspec.field(default="user")
    user_id: str | None = None
    username: str | None = None
    icon: str | None = None
    bot_id: str | None = None
    local_id: str | None = None


class Spoken(NamedTuple):
    """What became of a speech, and how many were in the room. None: it had been said before."""

    message: Message | None
    present: int


@dataclass(frozen=True, slots=True)
class Speaking:
    """Each method is one script, named after it: room_speak, room_answer."""

    engine: Engine
    log_events: int

    def speak(
        self, room_id: str, speech: Speech, *, by: str, name: str, remember: int, allowance: Allowance
    ) -> Spoken:
        """Says something, once under one ``name`` of what is said by one speaker: a session's id, or a bot's.

        Whoever says it again within ``remember`` milliseconds gets what was said then. Raises LingrError
        ``invalid_room``, ``bot_not_here``, ``rate_limited``.
        """
        names = (
            *keys.room(room_id, self.engine.database),
            keys.speaking(room_id, by),
            keys.said(room_id, by, name),
        )
        arguments: list[Argument] = [
            speech.bot_id or "",
            _opened(speech),
            speech.timestamp,
            self.log_events,
            remember,
            *allowance,
        ]
        json, present = run(self.engine, "room_speak", names, arguments, safe=True)
        return Spoken(message_of(json), present)

    def answer(self, room_id: str, speech: Speech, *, delivery_id: str) -> Spoken:
        """Says a bot's answer to a delivery, once. Raises LingrError ``invalid_room``, ``bot_not_here``."""
        bot_id = speech.bot_id or ""
        names = (*keys.room(room_id, self.engine.database), keys.answered(room_id, bot_id))
        arguments: list[Argument] = [
            bot_id,
            delivery_id,
            _opened(speech),
            speech.timestamp,
            self.log_events,
            DELIVERIES,
            ANSWERED_MILLISECONDS,
        ]
        json, present = run(self.engine, "room_answer", names, arguments, safe=True)
        return Spoken(message_of(json) if json else None, present)


def _opened(speech: Speech) -> bytes:
    """The event without an id; the brace that opens it is for the script to write."""
    event = {name: value for name in speech.__struct_fields__ if (value := getattr(speech, name)) is not None}
    return msgspec.json.encode({"source": "api", **event})[1:]
