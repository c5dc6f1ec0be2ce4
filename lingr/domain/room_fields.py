"""What may be set of a room: each as it came, to what is kept of it.

Each raises LingrError ``invalid_parameter`` for what cannot be used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lingr.domain import passwords
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.text import clean, line, parse_tags
from lingr.timezones import is_known
from lingr.values import Tag

ROOM_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
RESERVED_IDS = frozenset({"create", "new", "search"})
DESCRIPTION_CHARACTERS = 1000
PASSWORD_CHARACTERS = 100
MOST_TAGS = 20
TAG_CHARACTERS = 50


def id_of(wanted: str, parameter: str = "id") -> str:
    """The id a room is to go by. Raises LingrError ``id_unavailable`` for a reserved one besides."""
    if not ROOM_ID.fullmatch(wanted):
        raise LingrError("invalid_parameter", parameter=parameter)
    if wanted.lower() in RESERVED_IDS:
        raise LingrError("id_unavailable")
    return wanted


def description_of(text: str) -> str:
    """What a room is for."""
    return _bounded(clean(text), DESCRIPTION_CHARACTERS, "description")


def tags_of(text: str) -> tuple[Tag, ...]:
    """A room's tags, from one text."""
    tags: Sequence[Tag] = parse_tags(text)
    if len(tags) > MOST_TAGS or any(len(tag.display_name) > TAG_CHARACTERS for tag in tags):
        raise LingrError("invalid_parameter", parameter="tags")
    return tuple(tags)


def zone_of(name: str) -> str:
    """A room's time zone, by its Rails name."""
    zone = line(name)
    if not is_known(zone):
        raise LingrError("invalid_parameter", parameter="timezone")
    return zone


def password_of(ctx: Context, password: str | None) -> str | None:
    """The hash of a room's password; None for no password."""
    return passwords.hashed(ctx, _bounded(password, PASSWORD_CHARACTERS, "password")) if password else None


def _bounded(text: str, most: int, parameter: str) -> str:
    if len(text) > most:
        raise LingrError("invalid_parameter", parameter=parameter)
    return text
