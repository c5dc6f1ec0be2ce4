"""What is said without a ticket: by users of the 2009 API, and by bots, asked or unasked."""

from __future__ import annotations

import hashlib

from lingr.domain import accounts, bots, deliveries, members, numbering, rates, rooms
from lingr.domain.chat import (
    MESSAGE_CHARACTERS,
    OWN_MILLISECONDS,
    REMEMBER_MILLISECONDS,
    REQUEST_CHARACTERS,
    sayable,
)
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.store.speaking import Speech, Spoken
from lingr.text import clean
from lingr.values import Message, Room, Session
from lingr.values_v2 import Bot, Numbered

LOCAL_CHARACTERS = 200
BOT_CLIENT = "automaton"


def say(
    ctx: Context,
    caller: Caller,
    *,
    room: str,
    text: str,
    local_id: str | None = None,
    request_id: str | None = None,
    bot: str | None = None,
    bot_verifier: str | None = None,
) -> Numbered:
    """Says something to everybody in a room, as the session's user, or as a ``bot`` that proves it is one.

    A user need not be in the room: a public one may be spoken in by all, others by their members. A bot must
    have been invited; a paused one is woken. A ``request_id`` that comes again within five minutes gets the
    message it made the first time, and so does, within one minute, the same text with the same ``local_id``
    of the form that clients number their messages in: ``pending-<public id>-<number>``.

    Raises LingrError ``invalid_session``, ``invalid_bot``, ``invalid_room``, ``bot_not_here``,
    ``no_message``, ``message_too_long``, ``invalid_parameter``, ``rate_limited``.
    """
    if len(request_id or "") > REQUEST_CHARACTERS:
        raise LingrError("invalid_parameter", parameter="request_id")
    if bot:
        return _say_as_bot(ctx, caller, room, text, request_id, bots.verify(ctx, bot, bot_verifier or ""))
    session = caller.present
    speech = _speech_of_user(ctx, session, caller.user_id, text, local_id)
    found = members.require_room(ctx, room, session.user_id)
    name = _local_name(session, speech)
    return _numbered(ctx, found, _speak(ctx, caller, found, speech, session.id, request_id, name))


def _say_as_bot(
    ctx: Context, caller: Caller, room: str, text: str, request_id: str | None, bot: Bot
) -> Numbered:
    speech = _speech_of_bot(ctx, bot, sayable(text))
    found = rooms.find(ctx, room)
    try:
        spoken = _speak(ctx, caller, found, speech, bot.id, request_id, None)
    except LingrError as error:
        if error.name == "bot_not_here" and not found.is_public:
            # Nobody learns from the answer that there is such a room.
            raise LingrError("invalid_room") from error
        raise
    if deliveries.troubles(ctx, [bot.id])[0].paused:
        deliveries.wake(ctx, bot.id)
    return _numbered(ctx, found, spoken)


def answer(ctx: Context, bot: Bot, room_id: str, text: str, delivery_id: str) -> Message | None:
    """Says what a bot answered when something was delivered to it: once, however often this is called.

    What is too long is cut. None if there is nothing to say, or it was said before. Raises LingrError
    ``invalid_room``, ``bot_not_here`` (it was sent away meanwhile), ``unavailable``.
    """
    said = _answerable(text)
    if not said.strip():
        return None
    speech = _speech_of_bot(ctx, bot, said)
    spoken = ctx.store.speaking.answer(room_id, speech, delivery_id=delivery_id)
    _look_after(ctx, room_id, spoken)
    return spoken.message


def _answerable(text: str) -> str:
    said = clean(text)
    # The last line's end is the program's, not the speaker's.
    said = said.removesuffix("\n").removesuffix("\r")
    return said[:MESSAGE_CHARACTERS]


def _speech_of_user(ctx: Context, session: Session, user_id: str, text: str, local_id: str | None) -> Speech:
    said = sayable(text)
    if len(local_id or "") > LOCAL_CHARACTERS:
        raise LingrError("invalid_parameter", parameter="local_id")
    user = accounts.user_known(ctx, user_id)
    if user is None:
        raise LingrError("invalid_session")
    return Speech(
        occupant_id=session.public_id or session.id,
        nickname=user.nickname,
        client_type=session.client_type,
        timestamp=ctx.clock(),
        text=said,
        user_id=user.id,
        username=user.username,
        icon=user.icon,
        local_id=clean(local_id or "") or None,
    )


def _speech_of_bot(ctx: Context, bot: Bot, text: str) -> Speech:
    return Speech(
        occupant_id=bot.public_id,
        nickname=bot.name,
        client_type=BOT_CLIENT,
        timestamp=ctx.clock(),
        text=text,
        icon=bot.icon,
        bot_id=bot.id,
    )


def _local_name(session: Session, speech: Speech) -> str | None:
    """The name of a message that its client has numbered; a client that begins anew has other texts."""
    local_id = speech.local_id or ""
    if not local_id.startswith(f"pending-{session.public_id}-"):
        return None
    mark = hashlib.blake2b(f"{local_id}\0{speech.text}".encode(), digest_size=16)
    return f"l:{mark.hexdigest()}"


def _speak(
    ctx: Context,
    caller: Caller,
    room: Room,
    speech: Speech,
    by: str,
    request_id: str | None,
    name: str | None,
) -> Spoken:
    if room.chatter_count + room.observer_count == 0:
        _keep_looking(ctx, room.id)
    spoken = ctx.store.speaking.speak(
        room.id,
        speech,
        by=by,
        name=f"r:{request_id}" if request_id else name or f"a:{caller.attempt or ctx.new_id()}",
        remember=REMEMBER_MILLISECONDS if request_id else OWN_MILLISECONDS,
        allowance=rates.allowance(ctx, rates.SAY),
    )
    _look_after(ctx, room.id, spoken)
    return spoken


def _look_after(ctx: Context, room_id: str, spoken: Spoken) -> None:
    if spoken.present == 0:
        _keep_looking(ctx, room_id)


def _keep_looking(ctx: Context, room_id: str) -> None:
    """Has a room looked at for a while though nobody is in it, so that what was said is indexed."""
    ctx.store.presence.occupied(room_id, ctx.clock() + int(ctx.settings.ticket_seconds * 1000))


def _numbered(ctx: Context, room: Room, spoken: Spoken) -> Numbered:
    message = spoken.message
    assert message is not None
    return Numbered(numbering.number_of(ctx, room.id, message.id), room.public_id, message)
