"""How often one may call."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from lingr.domain.context import Context


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` calls within ``seconds``, counted by ``per``.

    ``per`` says in words what has a count of its own.
    """

    name: str
    per: str
    most: int
    seconds: int
    doc: str


GET_INFO = Limit("room.getInfo", "API key and arguments", 1, 60, "Documented: once a minute.")
GET_MESSAGES = Limit("room.getMessages", "ticket", 1, 60, "Documented: once a minute per ticket.")
ENTER = Limit("room.enter", "session", 60, 60, "The documents name no figure.")
SAY = Limit("room.say", "ticket", 120, 60, "The documents name no figure.")
LOGIN = Limit("auth.login", "e-mail address", 10, 60, "Against guessing passwords.")

LIMITS = (GET_INFO, GET_MESSAGES, ENTER, SAY, LOGIN)


def take(ctx: Context, limit: Limit, *who: str) -> None:
    """Counts a call. Raises LingrError ``rate_limited``."""
    if ctx.settings.rate_limits:
        mark = hashlib.blake2b("\0".join(who).encode(), digest_size=16).hexdigest()
        ctx.store.rates.take(limit.name, mark, most=limit.most, window=limit.seconds * 1000)
