"""The icons of users: set, and taken away."""

from __future__ import annotations

from dataclasses import replace

from lingr.domain import icons, presence, users
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.values import UserIcon


def set_own(ctx: Context, caller: Caller, *, image: bytes) -> UserIcon:
    """Gives the session's user another icon, or none where the image is empty; its occupants have it at once.

    Raises LingrError ``image_too_large``, ``invalid_image``.
    """
    session, user_id = caller.present, caller.user_id
    icon = set_user(ctx, user_id, image)
    tickets = ctx.store.sessions.picture(session.id, user_id, icon)
    presence.identify(ctx, replace(session, icon=icon), tickets)
    return UserIcon(user_id, icon)


def set_user(ctx: Context, user_id: str, image: bytes) -> str | None:
    """Gives a user another icon, or none; returns its version.

    Sessions that are logged in have the new one from their next log-in on; the address of the former one
    leads to it at once. Raises LingrError ``image_too_large``, ``invalid_image``, ``invalid_parameter``.
    """
    drawing = icons.draw(ctx, icons.USER, image)
    version = None if drawing is None else drawing.version
    icons.keep(ctx, icons.USER, user_id, drawing)
    try:
        former = ctx.store.accounts.picture(user_id, version)
    except LingrError as error:
        # Only a refusal means that the user does not have it; an engine that went away may have been told.
        if error.name == "invalid_parameter":
            icons.drop(ctx, icons.USER, user_id, version)
        raise
    if former != version:
        icons.drop(ctx, icons.USER, user_id, former)
    users.account_changed(ctx, user_id)
    return version
