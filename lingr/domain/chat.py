"""Saying something."""

from __future__ import annotations

from lingr.domain import rates
from lingr.domain.context import Caller, Context
from lingr.domain.presence import room_of
from lingr.errors import LingrError
from lingr.store.channel import Channel, Done, Reply
from lingr.store.speech import Speech, is_refused, spoken_of
from lingr.text import clean
from lingr.values import Said

MESSAGE_CHARACTERS = 1000
REQUEST_CHARACTERS = 100
REMEMBER_MILLISECONDS = 300_000
OWN_MILLISECONDS = 60_000
"""How long an attempt is remembered: longer than the store, and whoever asked it before, tries, and by as
much as the clocks of two machines may differ.
"""


def say(ctx: Context, caller: Caller, *, message: str, occupant_id: str, request_id: str) -> Said:
    """Says something to everybody, or privately to one occupant and all others of the same user.

    A request id that comes again within five minutes gets the message it made the first time, so a
    caller that saw no answer may ask again. Raises LingrError ``no_message`` when nothing but white
    space is left of the text, ``message_too_long``, ``no_nickname``, ``invalid_parameter`` (no such
    occupant), ``invalid_ticket``, ``rate_limited``.
    """
    text = sayable(message)
    if len(request_id) > REQUEST_CHARACTERS:
        raise LingrError("invalid_parameter", parameter="request_id")
    said, zone = ctx.store.rooms.say(
        room_of(caller.ticket),
        session_id=caller.session_id,
        ticket=caller.ticket,
        text=text,
        target=occupant_id,
        request_id=request_id,
        attempt=caller.attempt or ctx.new_id(),
        again=bool(caller.attempt),
        now=ctx.clock(),
        remember=REMEMBER_MILLISECONDS if request_id else OWN_MILLISECONDS,
        allowance=rates.allowance(ctx, rates.SAY),
    )
    ctx.store.sessions.seen(caller.session_id)
    return Said(said, zone)


class Saying:
    """What somebody says who said something before: the same call, but for the words.

    Nobody waits for it, so nothing is tried twice and no error told: what cannot be said so is to be said
    by `say`, as the same attempt, and then is said once.
    """

    __slots__ = ("_channel", "_ctx", "_number", "_session_id", "_speech", "_stem")

    def __init__(self, ctx: Context, channel: Channel, speech: Speech, session_id: str) -> None:
        self._ctx = ctx
        self._channel = channel
        self._speech = speech
        self._session_id = session_id
        self._stem = ctx.new_id()
        self._number = 0

    def send(self, message: str, done: Done) -> str | None:
        """Asks the engine, which tells ``done``, and names the attempt; None if this is not to be said."""
        try:
            text = sayable(message)
        except LingrError:
            return None
        self._number += 1
        attempt = f"{self._stem}{self._number}"
        self._channel.send_packed(self._speech.packed(text, attempt=attempt, now=self._ctx.clock()), done)
        return attempt

    def is_refused(self, told: list[Reply] | Exception) -> bool:
        """Whether it is certain that nothing was said, so that the attempt may be forgotten."""
        return is_refused(told)

    def outcome(self, told: list[Reply] | Exception) -> Said | None:
        """What the engine told ``done``; None unless it is known to have been said."""
        spoken = spoken_of(told)
        if spoken is None:
            return None
        self._ctx.store.sessions.seen(self._session_id)
        return Said(*spoken)


def prepare(ctx: Context, caller: Caller, *, occupant_id: str, request_id: str) -> Saying | None:
    """Gets ready for more words of a caller who has just said something with these arguments.

    None if they have to be said one by one: because they have request ids, or because commands to the
    engine are waited for in this process.
    """
    channel = ctx.store.engine.channel
    if channel is None or request_id:
        return None
    speech = ctx.store.rooms.speech(
        room_of(caller.ticket),
        session_id=caller.session_id,
        ticket=caller.ticket,
        target=occupant_id,
        remember=OWN_MILLISECONDS,
        allowance=rates.allowance(ctx, rates.SAY),
    )
    return Saying(ctx, channel, speech, caller.session_id)


def sayable(message: str) -> str:
    """What may be said of a text. Raises LingrError ``no_message``, ``message_too_long``."""
    text = clean(message)
    if not text.strip():
        raise LingrError("no_message")
    if len(text) > MESSAGE_CHARACTERS:
        raise LingrError("message_too_long", most=MESSAGE_CHARACTERS)
    return text
