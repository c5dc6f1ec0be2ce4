"""Who asks: what a method needs its caller to show, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lingr.api.method import Method, Needs
from lingr.api.reading import Request
from lingr.api.style import Style
from lingr.domain import accounts, following, presence, sessions
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError


def caller_of(
    ctx: Context, style: Style, method: Method, values: Mapping[str, str], request: Request
) -> Caller:
    """The caller of a method. Raises LingrError for what it does not show, or what is no good."""
    address, needs = request.address, method.needs
    if needs is Needs.NOTHING or (needs is Needs.SESSION_OR_BOT and values.get("bot")):
        return Caller(address=address)
    session_id = values.get("session", "")
    if needs is Needs.KEY_OR_SESSION and session_id and not values.get("api_key"):
        with_key = sessions.require_in_place_of_key(ctx, session_id)
        return Caller(api_key=with_key.api_key, session=with_key, source=with_key.source, address=address)
    if needs in (Needs.API_KEY, Needs.KEY_OR_SESSION):
        key = accounts.require_api_key(ctx, values.get("api_key", ""))
        # Whose the session is, matters in few rooms: it is looked for there.
        return Caller(api_key=key.id, session_id=session_id, source=key.source, address=address)
    if needs is Needs.TICKET or method.checks_session:
        ticket = values.get("ticket", "")
        return Caller(session_id=session_id, ticket=ticket, address=address, attempt=request.attempt)
    session = style.session(ctx, session_id)
    ticket = values.get("ticket", "") if needs is Needs.USER_TICKET else ""
    caller = Caller(session=session, session_id=session_id, ticket=ticket, address=address)
    if needs in (Needs.LOGIN, Needs.USER_TICKET):
        _ = caller.user_id
    return caller


def recheck(ctx: Context, style: Style, method: Method, caller: Caller) -> None:
    """Raises the LingrError that comes before the method's own, where its own step would have checked."""
    if method.needs is Needs.TICKET:
        presence.check(ctx, caller)
    elif method.needs is Needs.USER_TICKET:
        following.check(ctx, caller)
    elif method.checks_session:
        style.session(ctx, caller.session_id)


def blaming_session(
    ctx: Context, style: Style, method: Method, caller: Caller, call: Callable[[], Any]
) -> Any:
    """What ``call`` returns; of ticket and session it blames the session where that is no good either."""
    # A ticket's script checks ticket and session at once. Only when it refuses does it matter which
    # of the two was no good.
    try:
        return call()
    except LingrError as error:
        if error.name == "invalid_ticket" and method.needs in (Needs.TICKET, Needs.USER_TICKET):
            session = style.session(ctx, caller.session_id)
            if method.needs is Needs.USER_TICKET:
                _ = Caller(session=session).user_id
        raise
