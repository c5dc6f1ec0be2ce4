"""How often one may call."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

from limits import RateLimitItem, parse

from lingr.domain.context import Context
from lingr.settings import Settings


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of one method: the attribute of the settings that has its figures, and what is counted."""

    method: str
    setting: str
    per: str

    def figures(self, settings: Settings) -> RateLimitItem:
        """How many calls in how many seconds."""
        return _parsed(getattr(settings, self.setting))


GET_INFO = Limit("room.getInfo", "limit_get_info", "API key and room")
GET_MESSAGES = Limit("room.getMessages", "limit_get_messages", "ticket")
ENTER = Limit("room.enter", "limit_enter", "session")
SAY = Limit("room.say", "limit_say", "ticket")
LOGIN = Limit("auth.login", "limit_login", "address and account")
LOGIN_ADDRESS = Limit("auth.login", "limit_login_address", "address")
ROOM_PASSWORD = Limit("room.enter, room.getInfo", "limit_room_password", "address and room")

LIMITS = (GET_INFO, GET_MESSAGES, ENTER, SAY, LOGIN, LOGIN_ADDRESS, ROOM_PASSWORD)


def take(ctx: Context, limit: Limit, *who: str) -> None:
    """Counts a call. Raises LingrError ``rate_limited``."""
    if ctx.settings.rate_limits:
        mark = hashlib.blake2b("\0".join(who).encode(), digest_size=16).hexdigest()
        ctx.store.rates.take(limit.figures(ctx.settings), limit.setting, mark)


def speaking(ctx: Context) -> tuple[int, int]:
    """How many messages a ticket may say within how many milliseconds; 0 messages mean any number."""
    if not ctx.settings.rate_limits:
        return 0, 0
    figures = SAY.figures(ctx.settings)
    return figures.amount, figures.get_expiry() * 1000


@cache
def _parsed(figures: str) -> RateLimitItem:
    return parse(figures)
