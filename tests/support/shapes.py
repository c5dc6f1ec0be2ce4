"""The documented data structures, as checks: which keys there are, and what is in them."""

from __future__ import annotations

import re
from typing import Any

ID = re.compile(r"[0-9A-Za-z]{11}")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-](0\d|1[0-3]):\d\d)")
URL = re.compile(r"http://[\w.:/%-]+")
TEXT = re.compile(r".*", re.DOTALL)

TAG = {"name": TEXT, "display_name": TEXT, "url": URL}
ROOM = {
    "id": TEXT,
    "name": TEXT,
    "description": TEXT,
    "url": URL,
    "icon_url": URL,
    "counter": int,
    "max_user_message_id": int,
    "tags": [TAG],
    "requires_password": bool,
    "chatter_count": int,
    "observer_count": int,
    "timezone": TEXT,
}
SOURCE = re.compile("browser|api")
CLIENT_TYPE = re.compile("human|automaton")
OBSERVER = {"id": ID, "source": SOURCE, "client_type": CLIENT_TYPE}
HOLLOW_OBSERVER = {name: re.compile("") for name in ("nickname", "description", "icon_url")} | OBSERVER
CHATTER = OBSERVER | {"nickname": TEXT, "description": TEXT, "icon_url": URL}
USER = {"user_id": ID}

SPEECH = {
    "id": int,
    "type": re.compile("user|private|system:enter|system:leave"),
    "occupant_id": ID,
    "nickname": TEXT,
    "source": SOURCE,
    "client_type": CLIENT_TYPE,
    "icon_url": URL,
    "timestamp": STAMP,
    "text": TEXT,
}
RENAMING = SPEECH | {"type": re.compile("system:nickname_change"), "new_nickname": TEXT}


def assert_fits(value: Any, shape: Any, form: str, where: str = "answer") -> None:
    """The value has exactly this shape; XML tells numbers and flags as text."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), (where, value)
        assert set(value) == set(shape), where
        for name, inner in shape.items():
            assert_fits(value[name], inner, form, f"{where}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), (where, value)
        shapes = shape * len(value) if len(shape) == 1 else shape
        assert len(shapes) == len(value), (where, value)
        for index, (item, inner) in enumerate(zip(value, shapes, strict=True)):
            assert_fits(item, inner, form, f"{where}[{index}]")
    elif isinstance(shape, re.Pattern):
        assert isinstance(value, str), (where, value)
        assert shape.fullmatch(value), (where, value)
    elif form == "xml":
        assert re.fullmatch({int: r"\d+", bool: "true|false"}[shape], value), (where, value)
    else:
        assert type(value) is shape, (where, value)


def observer(form: str) -> dict[str, Any]:
    """An occupant without a nickname: what it lacks is left out in JSON and empty in XML."""
    return HOLLOW_OBSERVER if form == "xml" else OBSERVER
