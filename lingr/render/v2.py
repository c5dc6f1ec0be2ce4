"""The shapes of the 2009 API's answers: value to tree.

Every answer begins with ``status``: there are bots that look at nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lingr.errors import LingrError
from lingr.render import v2_parts
from lingr.render.links import Links
from lingr.render.v2_parts import Json
from lingr.values_v2 import Events, Login, Numbered, ShownRoom


def status(value: None, links: Links) -> Json:
    """Success that has nothing to tell."""
    return {"status": "ok"}


def login(value: Login, links: Links) -> Json:
    """A session and whose it is: ``public_id`` is how its messages are known as its own."""
    return {
        "status": "ok",
        "session": value.session.id,
        "public_id": value.session.public_id,
        "nickname": value.user.nickname,
        "user": {"username": value.user.username, "name": value.user.nickname},
    }


def room_ids(value: Iterable[str], links: Links) -> Json:
    return {"status": "ok", "rooms": list(value)}


def rooms(value: Iterable[ShownRoom], links: Links) -> Json:
    return {"status": "ok", "rooms": [v2_parts.room(one, links) for one in value]}


def messages(value: Iterable[Numbered], links: Links) -> Json:
    return {"status": "ok", "messages": [v2_parts.message(one, links) for one in value]}


def message(value: Numbered, links: Links) -> Json:
    """A message just made or marked."""
    return {"status": "ok", "message": v2_parts.message(value, links)}


def counter(value: int, links: Links) -> Json:
    """The counter to observe from."""
    return {"status": "ok", "counter": value}


def events(value: Events, links: Links) -> Json:
    """What happened, oldest first. When nothing did both keys are there as well: some clients need them."""
    told = []
    for one in value.events:
        name, tree = v2_parts.event(one.told, links)
        told.append({"event_id": one.id, name: tree})
    return {"status": "ok", "counter": value.counter, "events": told}


def failure(error: LingrError) -> Json:
    """A refusal, with the code and the text of the error table."""
    return {"status": "error", "code": error.row.v2, "detail": error.text}


SHAPES: dict[str, Callable[[Any, Links], Json]] = {
    "status": status,
    "login": login,
    "room_ids": room_ids,
    "rooms": rooms,
    "messages": messages,
    "message": message,
    "counter": counter,
    "events": events,
}
"""Shape by name: a function from the value a method returned, and the links to tell, to a tree."""
