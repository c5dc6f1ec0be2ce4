"""Passwords of users and rooms, kept as argon2id hashes.

Hashing takes tens of milliseconds and megabytes on purpose, so it runs off the loop, and a password
that was right a moment ago is recognised without doing it again.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from lingr.domain.context import Context

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_salt = secrets.token_bytes(16)
_known: OrderedDict[bytes, None] = OrderedDict()

KNOWN_PASSWORDS = 1000
HASH_CHARACTERS = 200
MOST_ROUNDS, MOST_KIBIBYTES, MOST_LANES = 16, 262_144, 16
"""What it may cost to compare a password with a hash that was made elsewhere."""


def hashed(ctx: Context, password: str) -> str:
    """The hash to keep of a password."""
    result: str = ctx.offload(_hasher.hash, password)
    return result


def is_hash(kept: str) -> bool:
    """Whether passwords can be compared with it, and at a price that a server can pay."""
    try:
        cost = extract_parameters(kept[:HASH_CHARACTERS])
    except InvalidHashError:
        return False
    return (
        len(kept) <= HASH_CHARACTERS
        and cost.type is Type.ID
        and 0 < cost.time_cost <= MOST_ROUNDS
        and 0 < cost.memory_cost <= MOST_KIBIBYTES
        and 0 < cost.parallelism <= MOST_LANES
    )


def matches(ctx: Context, kept: str | None, password: str) -> bool:
    """Whether this is the password whose hash was kept.

    Without a hash it is not, but finding out takes as long, so that nobody learns which accounts exist.
    """
    if kept is None:
        ctx.offload(_hasher.hash, password)
        return False
    if recognised(kept, password):
        return True
    if not ctx.offload(_verify, kept, password):
        return False
    _known[_mark(kept, password)] = None
    if len(_known) > KNOWN_PASSWORDS:
        _known.popitem(last=False)
    return True


def recognised(kept: str, password: str) -> bool:
    """Whether this process has found the password right before. Costs nothing."""
    return _mark(kept, password) in _known


def _mark(kept: str, password: str) -> bytes:
    return hashlib.blake2b(f"{kept}\0{password}".encode(), key=_salt).digest()


def _verify(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
