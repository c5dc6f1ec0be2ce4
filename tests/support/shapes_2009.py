"""What clients of 2009 read in answers, with the types that the strict ones among them insist on."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

LARGEST = 2**31 - 1
"""Some clients keep counters in 32 bits, and refuse what does not fit."""

STAMP = "%Y-%m-%dT%H:%M:%SZ"
ADDRESS = re.compile(r"http://[^ ]+")

MEMBER = {
    "username": str,
    "name": str,
    "icon_url": ADDRESS,
    "is_owner": bool,
    "is_online": bool,
    "pokeable": bool,
    "timestamp": STAMP,
}
BOT = {"id": str, "name": str, "icon_url": ADDRESS, "status": str}
MESSAGE = {
    "id": re.compile(r"[1-9]\d*"),
    "room": str,
    "public_session_id": (str, None),
    "icon_url": ADDRESS,
    "type": re.compile("user|bot"),
    "speaker_id": re.compile(r"\w+"),
    "nickname": str,
    "text": str,
    "timestamp": STAMP,
    "local_id": (str, None),
}
PRESENCE = {
    "room": str,
    "public_session_id": str,
    "icon_url": ADDRESS,
    "username": re.compile(r"\w+"),
    "nickname": str,
    "timestamp": STAMP,
    "status": re.compile("online|offline"),
    "text": str,
}
MEMBERSHIP = MEMBER | {"room": str, "action": re.compile("join|quit|owner"), "text": str}
LOGIN = {
    "status": re.compile("ok"),
    "session": str,
    "public_id": str,
    "nickname": str,
    "user": {"username": str, "name": str},
}
ROOM = {
    "id": str,
    "name": str,
    "blurb": (str, None),
    "is_public": bool,
    "messages": [MESSAGE],
    "roster": {"members": [MEMBER], "bots": [BOT]},
    "faved_message_ids": [int],
}


def assert_reads(value: Any, shape: Any, where: str = "answer") -> None:
    """The value has this shape, every key of it and no other, each of exactly its type."""
    if isinstance(shape, dict):
        assert type(value) is dict, (where, value)
        assert value.keys() == shape.keys(), where
        for name, inner in shape.items():
            assert_reads(value[name], inner, f"{where}.{name}")
    elif isinstance(shape, list):
        assert type(value) is list, (where, value)
        for index, item in enumerate(value):
            assert_reads(item, shape[0], f"{where}[{index}]")
    elif isinstance(shape, tuple):
        assert value is None or type(value) is shape[0], (where, value)
    elif isinstance(shape, re.Pattern):
        assert type(value) is str, (where, value)
        assert shape.fullmatch(value), (where, value)
    elif shape is STAMP:
        datetime.strptime(value, STAMP).replace(tzinfo=UTC)
    else:
        assert type(value) is shape, (where, value)
        assert shape is not int or 0 <= value <= LARGEST, (where, value)


def assert_reads_events(told: Any) -> None:
    """An answer of event/observe: one payload in each event, ids that rise, and the last one as counter."""
    assert_reads(told["counter"], int, "counter")
    numbers = []
    for event in told["events"]:
        (name,) = event.keys() - {"event_id"}
        shape = {"message": MESSAGE, "presence": PRESENCE, "membership": MEMBERSHIP}[name]
        assert_reads(event, {"event_id": int, name: shape}, "event")
        numbers.append(event["event_id"])
    assert numbers == sorted(set(numbers)), numbers
    assert not numbers or told["counter"] == numbers[-1], told
