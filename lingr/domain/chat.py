"""Saying something."""

from __future__ import annotations

from lingr.domain import rates
from lingr.domain.context import Caller, Context
from lingr.domain.presence import room_of
from lingr.errors import LingrError
from lingr.text import clean
from lingr.values import Said

MESSAGE_CHARACTERS = 1000
REQUEST_CHARACTERS = 100
REMEMBER_MILLISECONDS = 300_000
OWN_MILLISECONDS = 15_000
"""How long a request id of our own is of use: longer than the store tries to reach the engine."""


def say(ctx: Context, caller: Caller, *, message: str, occupant_id: str, request_id: str) -> Said:
    """Says something to everybody, or privately to one occupant and all others of the same user.

    A request id that comes again within five minutes gets the message it made the first time, so a
    caller that saw no answer may ask again. Raises LingrError ``no_message`` when nothing but white
    space is left of the text, ``message_too_long``, ``no_nickname``, ``invalid_parameter`` (no such
    occupant), ``invalid_ticket``, ``rate_limited``.
    """
    text = clean(message)
    if not text.strip():
        raise LingrError("no_message")
    if len(text) > MESSAGE_CHARACTERS:
        raise LingrError("message_too_long", most=MESSAGE_CHARACTERS)
    if len(request_id) > REQUEST_CHARACTERS:
        raise LingrError("invalid_parameter", parameter="request_id")
    said, zone = ctx.store.rooms.say(
        room_of(caller.ticket),
        session_id=caller.session_id,
        ticket=caller.ticket,
        text=text,
        target=occupant_id,
        request_id=request_id or f"-{ctx.new_id()}",
        now=ctx.clock(),
        remember=REMEMBER_MILLISECONDS if request_id else OWN_MILLISECONDS,
        allowance=rates.allowance(ctx, rates.SAY),
    )
    ctx.store.sessions.seen(caller.session_id)
    return Said(said, zone)
