"""Random ids, in the shapes the 2007 API had.

Session, user, room and occupant ids are 11 characters of ``[0-9A-Za-z]`` (65 bits); sessions of the 2009
API have 22, by which the two kinds are told apart; API keys are 32 lower-case hex digits; a ticket carries
its room's id in clear: ``a-r-<room id>-<11 characters>``; one for observing a user that user's:
``a-u-<user id>-<11 characters>``.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
LENGTH = 11
SECRET_LENGTH = 27
RANDOM_ID = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
LOGIN_ID = re.compile(rf"[{ALPHABET}]{{{2 * LENGTH}}}")
"""A session of the 2009 API."""

TICKET_PREFIX = "a-r-"
USER_TICKET_PREFIX = "a-u-"

_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]

Ids = Callable[[], str]
"""Returns a fresh id of 11 characters."""


def random_id() -> str:
    """A fresh id of 11 characters."""
    # One call of the system's; what is left over of 128 bits makes no character likelier than another.
    number = secrets.randbits(128)
    number, a = divmod(number, len(_PAIRS))
    number, b = divmod(number, len(_PAIRS))
    number, c = divmod(number, len(_PAIRS))
    number, d = divmod(number, len(_PAIRS))
    number, e = divmod(number, len(_PAIRS))
    return f"{_PAIRS[a]}{_PAIRS[b]}{_PAIRS[c]}{_PAIRS[d]}{_PAIRS[e]}{ALPHABET[number % len(ALPHABET)]}"


def is_login(session_id: str) -> bool:
    """Whether a session of that id would be one of the 2009 API."""
    return LOGIN_ID.fullmatch(session_id) is not None


def random_key() -> str:
    """A fresh API key: 32 lower-case hex digits."""
    return secrets.token_hex(16)


def random_secret() -> str:
    """A fresh secret of a bot: 27 letters and digits (160 bits), as the old service gave them."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))


def ticket_of(room_id: str, unique: str) -> str:
    """The ticket for a room, made from an id of 11 characters."""
    return f"{TICKET_PREFIX}{room_id}-{unique}"


def room_of(ticket: str) -> str | None:
    """The id of the room a ticket belongs to, or None if this cannot be a ticket."""
    room_id, dash, unique = ticket.removeprefix(TICKET_PREFIX).rpartition("-")
    if not ticket.startswith(TICKET_PREFIX) or not dash or len(unique) != LENGTH or not room_id:
        return None
    return room_id


def user_ticket_of(user_id: str, unique: str) -> str:
    """The ticket for observing a user, made from an id of 11 characters."""
    return f"{USER_TICKET_PREFIX}{user_id}-{unique}"


def user_of(ticket: str) -> str:
    """The id of the user whom a well-formed ticket is for observing."""
    return ticket.removeprefix(USER_TICKET_PREFIX).rpartition("-")[0]
