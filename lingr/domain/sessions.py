"""Sessions: opened with an API key, kept alive by any call, logged in and out."""

from __future__ import annotations

from dataclasses import replace

from lingr.domain import accounts, passwords, presence
from lingr.domain.context import Caller, Context
from lingr.domain.presence import well_formed
from lingr.errors import LingrError
from lingr.values import Session

CLIENT_TYPES = ("human", "automaton")


def create(ctx: Context, caller: Caller, *, client_type: str) -> Session:
    """A fresh session. Raises LingrError ``invalid_client_type``."""
    if client_type not in CLIENT_TYPES:
        raise LingrError("invalid_client_type")
    session = Session(ctx.new_id(), caller.api_key or "", client_type, source=caller.source)
    ctx.store.sessions.create(session)
    return session


def require(ctx: Context, session_id: str) -> Session:
    """The live session of that id, kept alive by the asking. Raises LingrError ``invalid_session``."""
    return ctx.store.sessions.touch(well_formed(session_id))


def require_in_place_of_key(ctx: Context, session_id: str) -> Session:
    """The live session whose API key is asked for, as by `require`. Raises LingrError ``invalid_api_key``."""
    try:
        return require(ctx, session_id)
    except LingrError as error:
        if error.name == "invalid_session":
            raise LingrError("invalid_api_key") from error
        raise


def verify(ctx: Context, caller: Caller) -> None:
    """Nothing to do: whoever gets here has a live session, and has just kept it alive."""


def destroy(ctx: Context, caller: Caller) -> None:
    """Ends the session, and leaves every room that was entered through it.

    Raises LingrError ``invalid_session``.
    """
    tickets, user_id = ctx.store.sessions.destroy(well_formed(caller.session_id))
    presence.leave_all(ctx, caller.session_id, tickets, user_id)


def login(ctx: Context, caller: Caller, *, email: str, password: str) -> None:
    """Gives the session its user, known by e-mail address or user name.

    The occupants it already has become that user's. Raises LingrError ``already_logged_in``,
    ``invalid_credentials``, ``rate_limited``.
    """
    session = caller.present
    if session.user_id is not None:
        raise LingrError("already_logged_in")
    user = accounts.user_tried(ctx, caller.address, email)
    if not passwords.matches(ctx, user.password if user else None, password) or user is None:
        raise LingrError("invalid_credentials")
    tickets = ctx.store.sessions.login(session.id, user.id, user.description, user.icon, user.username)
    now = replace(
        session, user_id=user.id, description=user.description, icon=user.icon, username=user.username
    )
    presence.identify(ctx, now, tickets)


def logout(ctx: Context, caller: Caller) -> None:
    """Takes the session's user away; its occupants stay, as nobody's.

    Raises LingrError ``invalid_session``, ``not_logged_in``.
    """
    session = Session(well_formed(caller.session_id), caller.api_key or "", "human")
    tickets, user_id = ctx.store.sessions.logout(session.id)
    presence.identify(ctx, session, tickets, former=user_id)
