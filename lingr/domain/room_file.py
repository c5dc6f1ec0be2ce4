"""A room as a file: JSON Lines, the room itself in the first and an event in each of the others.

An event's line is what the log has of it, byte for byte; private messages are among them, and the hash of the
room's password is in the first line. Nobody who is in the room is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NoReturn

import msgspec

from lingr import pictures
from lingr.domain import icons, passwords, room_fields
from lingr.domain.accounts import named
from lingr.errors import LingrError
from lingr.ids import RANDOM_ID
from lingr.text import clean
from lingr.values import SILENT, Message, Tag

LINE_BYTES = 1_048_576
NUMBER = 10**13
"""The engine's scripts write whole numbers digit by digit as far as that, and some way beyond."""

TIME = 253_370_764_800_000
"""The year 9999: every zone has a calendar until then. In milliseconds, as all times."""

ID = re.compile(r"[0-9A-Za-z]{1,32}")
EVENT_TYPES = frozenset(
    {
        "user",
        "private",
        "system:enter",
        "system:leave",
        "system:nickname_change",
        "system:broadcast",
        *SILENT,
    }
)

_events = msgspec.json.Decoder(Message)
# So scripts of the engine look for it, which read no JSON.
_TIMESTAMP = re.compile(rb'"timestamp":([0-9]+)')


class BadFile(Exception):
    """A file that no room can be made of: in which line, and why."""

    def __init__(self, line: int, why: str) -> None:
        self.line = line
        self.why = why
        super().__init__(f"line {line}: {why}")


class Icon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A room's icon: its version, and a PNG of each width."""

    version: str
    squares: dict[int, bytes]


class Carried(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A member of the room, by the id that its account had; since when, and when it was last there."""

    user_id: str
    owner: bool
    since: int
    seen: int = 0


class Head(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The first line. Times are in milliseconds; ``events`` is how many lines follow."""

    format: Literal["lingr room 1"]
    id: str
    name: str
    description: str
    tags: list[Tag]
    timezone: str
    listed: bool
    owner_id: str | None = None
    password: str | None = None
    created: int
    counter: int
    max_user_message_id: int
    active: int | None = None
    keep_events: int | None = None
    keep_days: int | None = None
    members_only: bool = False
    members: list[Carried] = []
    icon: Icon | None = None
    events: int


_heads = msgspec.json.Decoder(Head)


def head_line(head: Head) -> bytes:
    """The first line, without its end."""
    return msgspec.json.encode(head)


class RoomFile:
    """A file, read from its lines, each with its end. Raises BadFile for the first that is wrong."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._number = 0
        self.head = self._head()

    def events(self) -> Iterator[tuple[int, bytes]]:
        """Id and JSON of each event; to be called once."""
        before = 0
        for _ in range(self.head.events):
            line = self._next()
            if line is None:
                self._refuse(
                    f"the file ends here, {self._number - 1} of {self.head.events} events are there", 1
                )
            before = self._event(line, before)
            yield before, line
        if self._next() is not None:
            self._refuse(f"there are more than the {self.head.events} events that line 1 promises")

    def _next(self) -> bytes | None:
        line = next(self._lines, None)
        if line is None:
            return None
        self._number += 1
        if len(line) > LINE_BYTES:
            self._refuse(f"it is longer than {LINE_BYTES} bytes")
        return line.removesuffix(b"\n")

    def _head(self) -> Head:
        line = self._next()
        if line is None:
            self._refuse("the file is empty", 1)
        try:
            head = _heads.decode(line)
            _check(head)
        except LingrError as error:
            self._refuse(error.text)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            self._refuse(str(error))
        return head

    def _event(self, line: bytes, before: int) -> int:
        try:
            event = _events.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._refuse(str(error))
        if event.type not in EVENT_TYPES:
            self._refuse(f"there are no events of the type {event.type!r}")
        if event.id <= before:
            self._refuse(f"its id, {event.id}, should be greater than the one before, {before}")
        if event.id > self.head.counter:
            self._refuse(f"its id, {event.id}, is greater than the room's counter, {self.head.counter}")
        stamp = _TIMESTAMP.search(line)
        if stamp is None or int(stamp[1]) != event.timestamp:
            self._refuse("its timestamp is not written as a room's log has it")
        if not event.timestamp < TIME:
            self._refuse("its timestamp is in no calendar")
        fault = _fault(event)
        if fault is not None:
            self._refuse(fault)
        return event.id

    def _refuse(self, why: str, after: int = 0) -> NoReturn:
        raise BadFile(self._number + after, why) from None


def _fault(event: Message) -> str | None:
    """What of an event's texts cannot be told to everybody."""
    names = (event.nickname, event.new_nickname, event.username, event.local_id, event.bot_id)
    texts = (event.text, *names, event.source, event.client_type, event.action)
    if any(text is not None and clean(text) != text for text in texts):
        return "its text has characters that cannot be told in XML"
    ids = (event.occupant_id, event.user_id, event.to_occupant_id, event.to_user_id, event.icon)
    if any(one is not None and not ID.fullmatch(one) for one in ids):
        return "it has an id that nobody and nothing can have"
    return None


def _check(head: Head) -> None:
    """Raises LingrError for a room such as cannot be made."""
    room_fields.id_of(head.id)
    if named(head.name) != head.name:
        raise LingrError("invalid_parameter", parameter="name")
    if room_fields.description_of(head.description) != head.description:
        raise LingrError("invalid_parameter", parameter="description")
    if room_fields.tags_of(" ".join(f'"{tag.display_name}"' for tag in head.tags)) != tuple(head.tags):
        raise LingrError("invalid_parameter", parameter="tags")
    if room_fields.zone_of(head.timezone) != head.timezone:
        raise LingrError("invalid_parameter", parameter="timezone")
    if head.owner_id is not None and not ID.fullmatch(head.owner_id):
        raise LingrError("invalid_parameter", parameter="owner_id")
    if head.password is not None and not passwords.is_hash(head.password):
        raise LingrError("invalid_parameter", parameter="password")
    ids = {one.user_id for one in head.members}
    if len(ids) != len(head.members) or not all(map(ID.fullmatch, ids)):
        raise LingrError("invalid_parameter", parameter="members")
    if not all(0 <= time < TIME for one in head.members for time in (one.since, one.seen)):
        raise LingrError("invalid_parameter", parameter="members")
    _check_numbers(head)
    if head.icon is not None and not _is_whole(head.icon):
        raise LingrError("invalid_parameter", parameter="icon")


def _check_numbers(head: Head) -> None:
    for name, least, beyond in (
        ("created", 0, TIME),
        ("active", 0, TIME),
        ("counter", 0, NUMBER),
        ("max_user_message_id", 0, NUMBER),
        ("keep_events", 1, NUMBER),
        ("keep_days", 0, NUMBER),
        ("events", 0, NUMBER),
    ):
        number = getattr(head, name)
        if number is not None and not least <= number < beyond:
            raise LingrError("invalid_parameter", parameter=name)
    if not head.max_user_message_id <= head.counter or head.events > head.counter:
        raise LingrError("invalid_parameter", parameter="counter")


def _is_whole(icon: Icon) -> bool:
    return (
        RANDOM_ID.fullmatch(icon.version) is not None
        and icon.squares.keys() == set(icons.SIZES[icons.ROOM])
        and all(pictures.is_square(content, size) for size, content in icon.squares.items())
    )
