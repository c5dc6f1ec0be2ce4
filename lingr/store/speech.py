"""What one ticket says, message after message: its circumstances are put together once."""

from __future__ import annotations

from lingr.store import keys
from lingr.store.channel import Argument, Reply
from lingr.store.pipeline import pack
from lingr.store.rates import Allowance
from lingr.store.records import message_of, speech_of
from lingr.store.scripts import Call
from lingr.values import Message

_OK = b"ok"
_SPEECH, _NOW, _ATTEMPT = "\0speech", "\0now", "\0attempt"


class Speech:
    """Makes the calls of room_say for a ticket of a session, which both are unchecked.

    ``target`` is the occupant spoken to, or empty. How many events the room's log keeps and for how many
    milliseconds an attempt, or a request id, is remembered is the same for all that it says.
    """

    __slots__ = (
        *("_allowance", "_further", "_keys", "_log_events", "_parts"),
        *("_remember", "_room_id", "_target", "_who"),
    )

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
        room = keys.room(room_id, database)
        self._keys = (room.room, room.log, room.tickets, room.channel)
        self._further: tuple[str, ...] = ()
        if target or allowance.most:
            self._further = (keys.speaking(room_id, ticket),)
        if target:
            self._further += (room.occupants,)
        self._room_id = room_id
        self._who = (ticket, session_id)
        self._target, self._log_events, self._remember = target, log_events, remember
        self._allowance = allowance
        self._parts: tuple[bytes, ...] = ()

    def call(self, text: str, *, attempt: str, now: int, again: bool = False) -> Call:
        """Says a text. Its values are the JSON message and the name of the room's time zone.

        ``again`` must be set if an attempt of this name may have been made before.
        """
        return self._call(speech_of(text, self._target, now), now, attempt, again, self._repeated)

    def requested(self, text: str, *, request_id: str, now: int) -> Call:
        """The same, said once however often it is called with that request id."""
        said = keys.said(self._room_id, self._who[1], request_id)
        return self._call(speech_of(text, self._target, now), now, "", False, said)

    def packed(self, text: str, *, attempt: str, now: int) -> bytes:
        """The bytes that ask the engine for a first ``call``."""
        if not self._parts:
            self._parts = self._packed_around()
        head, between, before, after = self._parts
        speech, attempted = speech_of(text, self._target, now), attempt.encode()
        return b"%b%d\r\n%b%b%d\r\n%d%b%d\r\n%b%b" % (
            head,
            len(speech),
            speech,
            between,
            len(str(now)),
            now,
            before,
            len(attempted),
            attempted,
            after,
        )

    @property
    def _repeated(self) -> str:
        return keys.repeated(self._room_id)

    def _packed_around(self) -> tuple[bytes, ...]:
        """What stands before, between and after the three arguments that change."""
        whole = pack([self._call(_SPEECH.encode(), _NOW, _ATTEMPT, False, self._repeated).command()])
        parts = []
        for gap in (_SPEECH, _NOW, _ATTEMPT):
            part, _, whole = whole.partition(b"%d\r\n%b" % (len(gap), gap.encode()))
            parts.append(part)
        return (*parts, whole)

    def _call(self, speech: bytes, now: int | str, attempt: str, again: bool, said: str) -> Call:
        arguments: list[Argument] = [*self._who, speech, now, self._log_events, attempt, self._remember]
        # What need not be sent is not: no other script is run as often. What stands before something is sent
        # with it.
        if again or self._further:
            arguments.append(int(again))
        if self._further:
            arguments += self._allowance
        if self._target:
            arguments.append(self._target)
        return Call("room_say", (*self._keys, said, *self._further), arguments)


def is_refused(outcome: list[Reply] | Exception) -> bool:
    """Whether it is certain that such a call has said nothing, because the engine says so."""
    if isinstance(outcome, Exception):
        return False
    return isinstance(outcome[0], Exception) or outcome[0][0] == b"error"


def spoken_of(outcome: list[Reply] | Exception) -> tuple[Message, str] | None:
    """The message and the time zone in the outcome of one such call; None if it is anything else."""
    if isinstance(outcome, Exception):
        return None
    reply = outcome[0]
    if not isinstance(reply, list) or reply[0] != _OK:
        return None
    return message_of(reply[1]), reply[2].decode()
