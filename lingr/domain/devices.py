"""Tokens for devices: each takes the place of its user's password on one, and can be taken back by itself.

Programs of 2009 send the password in clear and keep it in a file. Who takes a token from there can log in as
its user until it is revoked, and not a moment longer; the password is not in it.
"""

from __future__ import annotations

import hashlib
import re

from lingr.domain.accounts import named
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.ids import ALPHABET
from lingr.values import User
from lingr.values_v2 import Device

TOKEN = re.compile(rf"lt-[{ALPHABET}]{{33}}")


def create(ctx: Context, user: User, name: str) -> str:
    """A fresh token for a device of that name. This is the only time that anybody is told.

    Raises LingrError ``invalid_parameter``, ``id_unavailable`` when the user has a device of that name.
    """
    token = f"lt-{ctx.new_id()}{ctx.new_id()}{ctx.new_id()}"
    ctx.store.devices.create(user.id, digest_of(token), Device(named(name), ctx.clock()))
    return token


def devices(ctx: Context, user: User) -> tuple[Device, ...]:
    """The devices that have tokens of a user, the oldest first."""
    return tuple(ctx.store.devices.all(user.id).values())


def find(ctx: Context, user: User, name: str) -> str:
    """The digest that a device's token is known by. Raises LingrError ``invalid_parameter``."""
    for digest, device in ctx.store.devices.all(user.id).items():
        if device.name == name:
            return digest
    raise LingrError("invalid_parameter", parameter="name")


def recognised(ctx: Context, user: User, password: str) -> str | None:
    """The digest of what was sent as a password, if it is a token that one of the user's devices has."""
    if not TOKEN.fullmatch(password):
        return None
    digest = digest_of(password)
    device = ctx.store.devices.device(user.id, digest)
    return None if device is None or device.is_revoked else digest


def digest_of(token: str) -> str:
    """What a token is known by."""
    return hashlib.sha256(token.encode()).hexdigest()
