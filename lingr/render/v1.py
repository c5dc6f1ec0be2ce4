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
from lingr.archived import Archive, Hit
from lingr.errors import LingrError
from lingr.render.tree import Hollow, Items, Once, Tree
from lingr.values import (
    Entrance,
    Message,
    News,
    Occupant,
    Room,
    RoomInfo,
    Roster,
    Said,
    Session,
    Tag,
    UserIcon,
)
from lingr.values_user import Observation, UserInfo

USER_SIZE = "80x80"
OCCUPANT_SIZE = "48x48"
MESSAGE_SIZE = "26x26"

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

    def room_picture(self, room: Room) -> str:
        """The icon of a room."""
        if room.icon is None:
            return self.room_icon
        return f"{self.base_url}/images/room/{quote(room.id, safe='')}/{room.icon}/16x16.png"

    def user_picture(self, user_id: str | None, icon: str | None, size: str) -> str:
        """The icon of a user, or of somebody without one, as 80x80, 48x48 or 26x26."""
        if icon is None:
            return f"{self.base_url}/static/icons/user-{size}.png"
        return f"{self.base_url}/images/user/{user_id}/{icon}/{size}.png"

    @property
    def room_icon(self) -> str:
        return f"{self.base_url}/static/icons/room-16x16.png"

    @property
    def occupant_icon(self) -> str:
        return self.user_picture(None, None, OCCUPANT_SIZE)

    @property
    def message_icon(self) -> str:
        return self.user_picture(None, None, MESSAGE_SIZE)


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
    message = _message(value.message, value.zone, links, links.message_icon)
    return {"status": "ok", "message": message, "counter": value.message.id}


def room(value: Room, links: Links) -> Tree:
    return {"status": "ok", "room": _room(value, links)}


def rooms(value: Iterable[Room], links: Links) -> Tree:
    return {"status": "ok", "rooms": Items("room", [_room(one, links) for one in value])}


def tags(value: Iterable[Tag], links: Links) -> Tree:
    """Tags in their order; ``rank`` is the place in it, from 1 on."""
    ranked = [{**_tag(one, links), "rank": rank} for rank, one in enumerate(value, 1)]
    return {"status": "ok", "tags": Items("tag", ranked)}


def user_icon(value: UserIcon, links: Links) -> Tree:
    """The icon a user has now."""
    return {"status": "ok", "icon_url": links.user_picture(value.user_id, value.icon, USER_SIZE)}


def archive(value: Archive, links: Links) -> Tree:
    return {
        "status": "ok",
        "room": _room(value.room, links),
        "messages": _messages(value.messages, value.room.timezone, links),
    }


def hits(value: Iterable[Hit], links: Links) -> Tree:
    """Messages of several rooms: each says where it is from, in that room's time, and how good it is."""
    icon = links.message_icon
    found = [
        {
            **_message(one.message, one.room.timezone, links, icon),
            "room_id": one.room.public_id,
            "score": one.score,
        }
        for one in value
    ]
    return {"status": "ok", "messages": Items("message", found)}


def user_info(value: UserInfo, links: Links) -> Tree:
    """A user, its fields at the top, with five lists of rooms that are there even if they are empty."""
    user = value.user
    return {
        "status": "ok",
        "user_id": user.id,
        "email": user.email,
        "default_nickname": user.nickname,
        "description": user.description,
        "counter": value.counter,
        "owned_rooms": Items("owned_room", [_room(one, links) for one in value.owned]),
        "favorite_rooms": Items("favorite_room", [_room(one, links) for one in value.favorite]),
        "monitored_rooms": Items("monitored_room", [_room(one, links) for one in value.monitored]),
        "visited_rooms": Items("visited_room", [_room(one, links) for one in value.visited]),
        "occupied_rooms": Items("occupied_room", [_room(one, links) for one in value.occupied]),
        "icon_url": links.user_picture(user.id, user.icon, USER_SIZE),
    }


def observation(value: Observation, links: Links) -> Tree:
    return {
        "status": "ok",
        "ticket": value.ticket,
        "counter": value.counter,
        "max_observe_time": value.max_observe_time,
    }


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
    "user_icon": user_icon,
    "user_info": user_info,
    "observation": observation,
    "rooms": rooms,
    "archive": archive,
    "hits": hits,
    "tags": tags,
}
"""Shape by name: a function from the value a method returned, and the links to tell, to a tree."""


def _room(value: Room, links: Links) -> Tree:
    return {
        "id": value.public_id,
        "name": value.name,
        "description": value.description,
        "url": links.room(value.public_id),
        "icon_url": links.room_picture(value),
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
    return Items("occupant", [_occupant(value, links, icon) for value in values])


def _occupant(value: Occupant, links: Links, icon: str) -> Tree:
    """An occupant; ``icon`` is for who has none. Without a nickname it has no description and no icon at all.

    The documents contradict each other about those three: left out, says the text, and the XML examples
    show empty elements. JSON clients take any nickname that is there for a named occupant.
    """
    tree: Tree = {"id": value.id}
    if value.user_id is not None:
        tree["user_id"] = value.user_id
    if value.nickname is not None:
        tree["nickname"] = value.nickname
        tree["description"] = value.description or ""
        own = value.icon
        tree["icon_url"] = icon if own is None else links.user_picture(value.user_id, own, OCCUPANT_SIZE)
    tree["source"] = value.source
    tree["client_type"] = value.client_type
    return tree if value.nickname is not None else Hollow(tree, _NAMELESS)


def _messages(values: Iterable[Message], zone: str, links: Links) -> Items:
    icon = links.message_icon
    return Items("message", [_message(value, zone, links, icon) for value in values])


def _message(value: Message, zone: str, links: Links, icon: str) -> Tree:
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
        own = value.icon
        tree["icon_url"] = icon if own is None else links.user_picture(value.user_id, own, MESSAGE_SIZE)
    tree["timestamp"] = timezones.stamp(value.timestamp, zone)
    tree["text"] = value.text
    return tree
