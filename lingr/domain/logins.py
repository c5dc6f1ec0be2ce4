"""Sessions of the 2009 API: opened with a user's password, they have that user until they end.

They live for weeks, kept alive by any call, and a user may have any number of them. In place of the password
a device may have a token of its own; the sessions opened with it end when it is revoked.
"""

from __future__ import annotations

import re

from lingr.domain import accounts, devices, passwords, subscribing
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
    found, device = _recognised(ctx, caller, user, password)
    key = app_key or api_key
    session = Session(
        id=ctx.new_id() + ctx.new_id(),
        api_key=key if APP_KEY.fullmatch(key) else "",
        client_type="human",
        user_id=found.id,
        description=found.description,
        icon=found.icon,
        username=found.username,
        public_id=ctx.new_id(),
        device=device,
    )
    ctx.store.sessions.create(session)
    if device is not None:
        _note(ctx, found, device, session)
    return Login(session, found)


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
    """Ends the session; where its user has no other one, it goes offline.

    Raises LingrError ``invalid_session``.
    """
    end(ctx, caller.present)


def end(ctx: Context, session: Session) -> None:
    """Ends a session. Raises LingrError ``invalid_session`` if it has ended."""
    rooms = subscribing.rooms_of(ctx, session)
    ctx.store.sessions.destroy(session.id)
    subscribing.part(ctx, session, rooms)
    if session.device is not None and session.user_id is not None:
        ctx.store.devices.ended(session.user_id, session.device, [session.id])


def revoke(ctx: Context, user: User, name: str) -> int:
    """Takes a device's token back and ends the sessions opened with it; returns how many these were.

    If this is cut short, to revoke it again does the rest. Raises LingrError ``invalid_parameter`` if the
    user has no device of that name.
    """
    digest = devices.find(ctx, user, name)
    ended = sum(_ended(ctx, session_id) for session_id in ctx.store.devices.revoke(user.id, digest))
    ctx.store.devices.forget(user.id, digest)
    return ended


def _recognised(ctx: Context, caller: Caller, name: str, password: str) -> tuple[User, str | None]:
    user = accounts.user_tried(ctx, caller.address, name)
    device = None if user is None else devices.recognised(ctx, user, password)
    if user is not None and device is not None:
        return user, device
    # Without a user it takes as long.
    if not passwords.matches(ctx, user.password if user else None, password) or user is None:
        raise LingrError("invalid_credentials")
    return user, None


def _note(ctx: Context, user: User, device: str, session: Session) -> None:
    # The session is there first: one that nobody has noted could not be ended with its device. Nobody has
    # been told of it yet.
    try:
        surplus = ctx.store.devices.login(user.id, device, session.id, ctx.clock())
    except LingrError:
        ctx.store.sessions.destroy(session.id)
        raise
    for session_id in surplus:
        if not _ended(ctx, session_id):
            ctx.store.devices.ended(user.id, device, [session_id])


def _ended(ctx: Context, session_id: str) -> bool:
    try:
        end(ctx, require(ctx, session_id))
    except LingrError as error:
        if error.name != "invalid_session":
            raise
        return False
    return True
