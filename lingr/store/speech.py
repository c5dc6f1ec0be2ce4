"""What one ticket says, message after message: its circumstances are put together once."""

from __future__ import annotations

from lingr.store import keys
from lingr.store.channel import Reply
from lingr.store.rates import Allowance
from lingr.store.records import message_of, speech_of
from lingr.store.scripts import Call
from lingr.values import Message

_OK = b"ok"


class Speech:
    """Makes the calls of room_say for a ticket of a session, which both are unchecked.

    ``target`` is the occupant spoken to, or empty. How many events the room's log keeps and for how many
    milliseconds a request id is remembered is the same for all that it says.
    """

    __slots__ = ("_room", "_room_id", "_session_id", "_settings", "_speaking", "_target", "_ticket")

    def __init__(
        self,
        room_id: str,
        database: int,
        *,
        session_id: str,
        ticket: str,
        target: str,
        log_events: int,
        remember: int,
        allowance: Allowance,
    ) -> None:
        self._room = keys.room(room_id, database)
        self._speaking = keys.speaking(room_id, ticket)
        self._room_id, self._session_id, self._ticket, self._target = room_id, session_id, ticket, target
        self._settings = (log_events, remember, *allowance)

    def call(self, text: str, *, request_id: str, now: int) -> Call:
        """Says a text. Its values are the JSON message and the name of the room's time zone."""
        return Call(
            "room_say",
            (*self._room, keys.said(self._room_id, self._session_id, request_id), self._speaking),
            (
                self._ticket,
                self._session_id,
                speech_of(text, self._target, now),
                self._target,
                now,
                *self._settings,
            ),
        )


def spoken_of(outcome: list[Reply] | Exception) -> tuple[Message, str] | None:
    """The message and the time zone in the outcome of one such call; None if it is anything else."""
    if isinstance(outcome, Exception):
        return None
    reply = outcome[0]
    if not isinstance(reply, list) or reply[0] != _OK:
        return None
    return message_of(reply[1]), reply[2].decode()
