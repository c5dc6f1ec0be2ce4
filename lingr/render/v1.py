"""The shapes of the 2007 API's answers: value to tree.

Every answer begins with ``status``. Field names are those of its data structures Room, Occupant,
Message and Tag; ``requires_password``, ``chatter_count``, ``observer_count`` and ``timezone`` of a room
are in no document but were read by a client of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from lingr import timezones
from lingr.errors import LingrError
from lingr.render.tree import Hollow, Items, Once, Tree
from lingr.values import Entrance, Message, News, Occupant, Room, RoomInfo, Roster, Said, Session, Tag

_NICKNAME_CHANGE = "system:nickname_change"
_NAMELESS = ("nickname", "description", "icon_url")


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses that answers tell. ``base_url`` is the public one of this server, without a slash."""

    base_url: str

    def room(self, room_id: str) -> str:
        return f"{self.base_url}/room/{quote(room_id, safe='')}"

    def tag(self, name: str) -> str:
        return f"{self.base_url}/tag/{quote(name, safe='')}"

    @property
    def room_icon(self) -> str:
        return f"{self.base_url}/static/icons/room-16x16.png"

    @property
    def occupant_icon(self) -> str:
        return f"{self.base_url}/static/icons/user-48x48.png"

    @property
    def message_icon(self) -> str:
        return f"{self.base_url}/static/icons/user-26x26.png"


def status(value: None, links: Links) -> Tree:
    """Success that has nothing to tell, an observe that ran out among them."""
    return {"status": "ok"}


def session(value: Session, links: Links) -> Tree:
    return {"status": "ok", "session": value.id}


def entrance(value: Entrance, links: Links) -> Tree:
    """An entered room. A counter stands only inside ``room``: a client takes the first it meets."""
    return {
        "status": "ok",
        "occupant_id": value.occupant_id,
        "ticket": value.ticket,
        "max_observe_time": value.max_observe_time,
        "room": _room(value.room, links),
        "occupants": _occupants(value.occupants, links),
    }


def news(value: News, links: Links) -> Tree:
    """What happened after a counter; ``occupants`` only where the roster is told."""
    tree: Tree = {
        "status": "ok",
        "counter": value.counter,
        "messages": _messages(value.messages, value.zone, links),
    }
    if value.occupants is not None:
        tree["occupants"] = _occupants(value.occupants, links)
    return tree


def room_info(value: RoomInfo, links: Links) -> Tree:
    """A room and who is there; ``messages`` only where a counter was given."""
    tree: Tree = {"status": "ok", "room": _room(value.room, links)}
    if value.messages is not None:
        tree["messages"] = _messages(value.messages, value.room.timezone, links)
    tree["occupants"] = _occupants(value.occupants, links)
    return tree


def said(value: Said, links: Links) -> Tree:
    """The message just made, and its id again as the counter to observe from."""
    message = _message(value.message, value.zone, links.message_icon)
    return {"status": "ok", "message": message, "counter": value.message.id}


def room(value: Room, links: Links) -> Tree:
    return {"status": "ok", "room": _room(value, links)}


def failure(error: LingrError) -> Tree:
    """A refusal, with the short text and the number of the error table."""
    return {"status": "fail", "error": {"message": error.text, "code": error.row.v1}}


SHAPES: dict[str, Callable[[Any, Links], Tree]] = {
    "status": status,
    "session": session,
    "entrance": entrance,
    "news": news,
    "room_info": room_info,
    "said": said,
    "room": room,
}
"""Shape by name: a function from the value a method returned, and the links to tell, to a tree."""


def _room(value: Room, links: Links) -> Tree:
    return {
        "id": value.id,
        "name": value.name,
        "description": value.description,
        "url": links.room(value.id),
        "icon_url": links.room_icon,
        "counter": value.counter,
        "max_user_message_id": value.max_user_message_id,
        "tags": Items("tag", [_tag(tag, links) for tag in value.tags]),
        "requires_password": value.requires_password,
        "chatter_count": value.chatter_count,
        "observer_count": value.observer_count,
        "timezone": value.timezone,
    }


def _tag(value: Tag, links: Links) -> Tree:
    return {"name": value.name, "display_name": value.display_name, "url": links.tag(value.name)}


def _occupants(values: Iterable[Occupant], links: Links) -> Items | Once:
    if isinstance(values, Roster):
        return Once(values.made, lambda: _everyone(values, links))
    return _everyone(values, links)


def _everyone(values: Iterable[Occupant], links: Links) -> Items:
    icon = links.occupant_icon
    return Items("occupant", [_occupant(value, icon) for value in values])


def _occupant(value: Occupant, icon: str) -> Tree:
    """An occupant. One without a nickname has no description and no icon either.

    The documents contradict each other about those three: left out, says the text, and the XML examples
    show empty elements. JSON clients take any nickname that is there for a named occupant.
    """
    tree: Tree = {"id": value.id}
    if value.user_id is not None:
        tree["user_id"] = value.user_id
    if value.nickname is not None:
        tree["nickname"] = value.nickname
        tree["description"] = value.description or ""
        tree["icon_url"] = icon
    tree["source"] = value.source
    tree["client_type"] = value.client_type
    return tree if value.nickname is not None else Hollow(tree, _NAMELESS)


def _messages(values: Iterable[Message], zone: str, links: Links) -> Items:
    icon = links.message_icon
    return Items("message", [_message(value, zone, icon) for value in values])


def _message(value: Message, zone: str, icon: str) -> Tree:
    tree: Tree = {"id": value.id, "type": value.type}
    if value.occupant_id is not None:
        tree["occupant_id"] = value.occupant_id
    if value.user_id is not None:
        tree["user_id"] = value.user_id
    if value.nickname is not None:
        tree["nickname"] = value.nickname
    if value.new_nickname is not None and value.type == _NICKNAME_CHANGE:
        tree["new_nickname"] = value.new_nickname
    if value.source is not None:
        tree["source"] = value.source
    if value.client_type is not None:
        tree["client_type"] = value.client_type
    if value.occupant_id is not None:
        tree["icon_url"] = icon
    tree["timestamp"] = timezones.stamp(value.timestamp, zone)
    tree["text"] = value.text
    return tree
