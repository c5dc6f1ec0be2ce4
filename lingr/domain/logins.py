"""Sessions of the 2009 API: opened with a user's password, they have that user until they end.

They live for weeks, kept alive by any call, and a user may have any number of them.
"""

from __future__ import annotations

import re

from lingr.domain import accounts, passwords, rates
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.ids import is_login
from lingr.values import Session, User
from lingr.values_v2 import Login

APP_KEY = re.compile(r"[0-9A-Za-z_-]{1,64}")


def create(
    ctx: Context, caller: Caller, *, user: str, password: str, app_key: str, api_key: str, api_version: str
) -> Login:
    """A fresh session of a user, known by user name or e-mail address.

    A key that could be none is left out. Raises LingrError ``invalid_credentials``, ``rate_limited``.
    """
    found = recognise(ctx, caller, user, password)
    key = app_key or api_key
    session = Session(
        id=ctx.new_id() + ctx.new_id(),
        api_key=key if APP_KEY.fullmatch(key) else "",
        client_type="human",
        user_id=found.id,
        source="api",
        description=found.description,
        icon=found.icon,
        username=found.username,
        public_id=ctx.new_id(),
    )
    ctx.store.sessions.create(session)
    return Login(session, found)


def recognise(ctx: Context, caller: Caller, name: str, password: str) -> User:
    """The user whose name or e-mail address and password these are.

    Raises LingrError ``invalid_credentials``, ``rate_limited``.
    """
    rates.take(ctx, caller.address, (rates.LOGIN_ADDRESS, ""), (rates.LOGIN, name.lower()))
    user = ctx.store.accounts.user_named(name)
    if not passwords.matches(ctx, user.password if user else None, password) or user is None:
        raise LingrError("invalid_credentials")
    return user


def require(ctx: Context, session_id: str) -> Session:
    """The live session of that id, kept alive by the asking. Raises LingrError ``invalid_session``."""
    if not is_login(session_id):
        raise LingrError("invalid_session")
    return ctx.store.sessions.touch(session_id)


def verify(ctx: Context, caller: Caller) -> Login:
    """The session again, and whose it is. Raises LingrError ``invalid_session``."""
    user = accounts.user_known(ctx, caller.user_id)
    if user is None:
        raise LingrError("invalid_session")
    return Login(caller.present, user)


def destroy(ctx: Context, caller: Caller) -> None:
    """Ends the session. Raises LingrError ``invalid_session``."""
    ctx.store.sessions.destroy(caller.present.id)
