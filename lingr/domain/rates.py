"""How often one may call."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

from limits import RateLimitItem, parse

from lingr.domain.context import Context
from lingr.settings import Settings
from lingr.store.rates import Allowance


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of one method: the attribute of the settings that has its figures, and what is counted.

    Methods of 2007 are told by their names, those of 2009 by their paths.
    """

    method: str
    setting: str
    per: str

    def figures(self, settings: Settings) -> RateLimitItem:
        """How many calls in how many seconds."""
        return _parsed(getattr(settings, self.setting))


GET_INFO = Limit("room.getInfo", "limit_get_info", "API key and room")
EXPLORE = Limit("explore.*, room.searchArchives", "limit_explore", "API key, method and arguments")
GET_ARCHIVES = Limit("room.getArchives without a counter", "limit_get_archives", "API key, room and day")
ARCHIVE_PAGES = Limit("room.getArchives", "limit_archive_pages", "API key")
USER_INFO = Limit("user.getInfo", "limit_user_info", "session")
GET_MESSAGES = Limit("room.getMessages", "limit_get_messages", "ticket")
ENTER = Limit("room.enter", "limit_enter", "session")
SAY = Limit("room.say, room/say", "limit_say", "ticket, session or bot")
SHOW = Limit("room/show, room/get_archives, favorite/*", "limit_show", "session")
LOGIN = Limit("auth.login, session/create", "limit_login", "address and account")
LOGIN_ADDRESS = Limit("auth.login, session/create", "limit_login_address", "address")
ROOM_PASSWORD = Limit("wherever a room's password is asked for", "limit_room_password", "address and room")
PAGES = Limit("the pages /search and /tag/...", "limit_pages", "address")

LIMITS = (
    EXPLORE,
    USER_INFO,
    GET_INFO,
    ARCHIVE_PAGES,
    GET_ARCHIVES,
    GET_MESSAGES,
    ENTER,
    SAY,
    SHOW,
    LOGIN,
    LOGIN_ADDRESS,
    ROOM_PASSWORD,
    PAGES,
)


def allowance(ctx: Context, limit: Limit) -> Allowance:
    """What a limit allows here, for the script that counts against it."""
    if not ctx.settings.rate_limits:
        return Allowance(0, 0)
    figures = limit.figures(ctx.settings)
    return Allowance(figures.amount, figures.get_expiry() * 1000)


def take(ctx: Context, whose: str, *counted: tuple[Limit, str]) -> None:
    """Counts an attempt against limits, in their order, each with what is tried.

    ``whose`` is the address it comes from, the API key, or the session.

    Raises LingrError ``rate_limited``.
    """
    if ctx.settings.rate_limits:
        ctx.store.rates.take(
            _mark(whose), *((limit.setting, _mark(what), allowance(ctx, limit)) for limit, what in counted)
        )


def _mark(text: str) -> str:
    # Texts from outside may be of any length, and what an address tries is not for the engine to keep.
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@cache
def _parsed(figures: str) -> RateLimitItem:
    return parse(figures)
