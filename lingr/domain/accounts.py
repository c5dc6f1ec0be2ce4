"""API keys and users."""

from __future__ import annotations

import re

from lingr.domain import passwords, rates, users
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.ids import random_key
from lingr.text import line
from lingr.values import ApiKey, User

USERNAME = re.compile(r"[A-Za-z0-9_]{1,32}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
API_KEY = re.compile(r"[0-9a-f]{32}")
NAME_CHARACTERS = 100
PASSWORD_CHARACTERS = 200


def create_api_key(ctx: Context, *, name: str) -> ApiKey:
    """A fresh API key. Raises LingrError ``invalid_parameter`` unless the name has 1 to 100 characters."""
    api_key = ApiKey(random_key(), named(name), ctx.clock())
    ctx.store.accounts.create_api_key(api_key)
    return api_key


def require_api_key(ctx: Context, api_key: str) -> ApiKey:
    """The API key of that id. Raises LingrError ``invalid_api_key``."""
    found = ctx.store.accounts.api_key(api_key, ctx.clock()) if API_KEY.fullmatch(api_key) else None
    if found is None:
        raise LingrError("invalid_api_key")
    return found


def own_key(ctx: Context, purpose: str, source: str = "api") -> tuple[str, bool]:
    """The API key that the server made for a purpose of its own, and whether it was made just now."""
    fresh = ApiKey(random_key(), purpose, ctx.clock(), source)
    found, made = ctx.store.accounts.api_key_for(purpose, fresh)
    return found.id, made


def web_key(ctx: Context) -> str:
    """The API key of this server's own pages; who comes with it comes from a browser."""
    return own_key(ctx, "web pages", "browser")[0]


def create_user(
    ctx: Context, *, username: str, email: str, password: str, nickname: str = "", description: str = ""
) -> User:
    """A new account; the nickname is the user name unless one is given.

    Raises LingrError ``invalid_parameter``, or ``id_unavailable`` when address or user name is taken.
    """
    if not USERNAME.fullmatch(username):
        raise LingrError("invalid_parameter", parameter="username")
    if not EMAIL.fullmatch(email):
        raise LingrError("invalid_parameter", parameter="email")
    if not 1 <= len(password) <= PASSWORD_CHARACTERS:
        raise LingrError("invalid_parameter", parameter="password")
    user = User(
        id=ctx.new_id(),
        username=username,
        email=email,
        password=passwords.hashed(ctx, password),
        nickname=named(nickname or username, "nickname"),
        description=line(description),
        created=ctx.clock(),
    )
    ctx.store.accounts.create_user(user)
    return user


def require_user(ctx: Context, name: str, parameter: str = "owner") -> User:
    """The user with this e-mail address or user name. Raises LingrError ``invalid_parameter``."""
    user = ctx.store.accounts.user_named(name)
    if user is None:
        raise LingrError("invalid_parameter", parameter=parameter)
    return user


def user_tried(ctx: Context, address: str, name: str) -> User | None:
    """The user whom somebody at an address tries to log in as, by e-mail address or user name.

    It counts as an attempt at the account by whichever of its names. Raises LingrError ``rate_limited``.
    """
    user = ctx.store.accounts.user_named(name)
    account = name.lower() if user is None else user.id
    rates.take(ctx, address, (rates.LOGIN_ADDRESS, ""), (rates.LOGIN, account))
    return user


def user_known(ctx: Context, user_id: str) -> User | None:
    """The user of that id, which may be what it was up to ten seconds ago in another process."""
    return ctx.store.accounts.user_known(user_id, ctx.clock())


def change_user(
    ctx: Context, user_id: str, *, nickname: str | None = None, description: str | None = None
) -> User:
    """Gives an account another nickname or description, or both; what is None stays.

    Sessions that are logged in have the new ones from their next log-in on. Raises LingrError
    ``invalid_parameter``.
    """
    fields = {}
    if nickname is not None:
        fields["nickname"] = named(nickname, "nickname")
    if description is not None:
        fields["description"] = line(description)
    user = ctx.store.accounts.edit_user(user_id, fields)
    users.account_changed(ctx, user_id)
    return user


def named(name: str, parameter: str = "name") -> str:
    """A name on one line. Raises LingrError ``invalid_parameter`` when blank or over 100 characters."""
    cleaned = line(name)
    if not 1 <= len(cleaned) <= NAME_CHARACTERS:
        raise LingrError("invalid_parameter", parameter=parameter)
    return cleaned
