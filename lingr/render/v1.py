"""The shapes of the 2007 API's answers: value to tree.

Every answer begins with ``status``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lingr.archived import Archive, Hit
from lingr.errors import LingrError
from lingr.render import v1_parts
from lingr.render.links import USER_SIZE, Links
from lingr.render.tree import Items, Tree
from lingr.values import Entrance, News, Room, RoomInfo, Said, Session, Tag, UserIcon
from lingr.values_user import Observation, UserInfo


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
        "room": v1_parts.room(value.room, links),
        "occupants": v1_parts.occupants(value.occupants, links),
    }


def news(value: News, links: Links) -> Tree:
    """What happened after a counter; ``occupants`` only where the roster is told."""
    tree: Tree = {
        "status": "ok",
        "counter": value.counter,
        "messages": v1_parts.messages(value.messages, value.zone, links),
    }
    if value.occupants is not None:
        tree["occupants"] = v1_parts.occupants(value.occupants, links)
    return tree


def room_info(value: RoomInfo, links: Links) -> Tree:
    """A room and who is there; ``messages`` only where a counter was given."""
    tree: Tree = {"status": "ok", "room": v1_parts.room(value.room, links)}
    if value.messages is not None:
        tree["messages"] = v1_parts.messages(value.messages, value.room.timezone, links)
    tree["occupants"] = v1_parts.occupants(value.occupants, links)
    return tree


def said(value: Said, links: Links) -> Tree:
    """The message just made, and its id again as the counter to observe from."""
    message = v1_parts.message(value.message, value.zone, links, links.message_icon)
    return {"status": "ok", "message": message, "counter": value.message.id}


def room(value: Room, links: Links) -> Tree:
    return {"status": "ok", "room": v1_parts.room(value, links)}


def rooms(value: Iterable[Room], links: Links) -> Tree:
    return {"status": "ok", "rooms": Items("room", [v1_parts.room(one, links) for one in value])}


def tags(value: Iterable[Tag], links: Links) -> Tree:
    """Tags in their order; ``rank`` is the place in it, from 1 on."""
    ranked = [{**v1_parts.tag(one, links), "rank": rank} for rank, one in enumerate(value, 1)]
    return {"status": "ok", "tags": Items("tag", ranked)}


def user_icon(value: UserIcon, links: Links) -> Tree:
    """The icon a user has now."""
    return {"status": "ok", "icon_url": links.user_picture(value.user_id, value.icon, USER_SIZE)}


def archive(value: Archive, links: Links) -> Tree:
    return {
        "status": "ok",
        "room": v1_parts.room(value.room, links),
        "messages": v1_parts.messages(value.messages, value.room.timezone, links),
    }


def hits(value: Iterable[Hit], links: Links) -> Tree:
    """Messages of several rooms: each says where it is from, in that room's time, and how good it is."""
    icon = links.message_icon
    found = [
        {
            **v1_parts.message(one.message, one.room.timezone, links, icon),
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
        "owned_rooms": Items("owned_room", [v1_parts.room(one, links) for one in value.owned]),
        "favorite_rooms": Items("favorite_room", [v1_parts.room(one, links) for one in value.favorite]),
        "monitored_rooms": Items("monitored_room", [v1_parts.room(one, links) for one in value.monitored]),
        "visited_rooms": Items("visited_room", [v1_parts.room(one, links) for one in value.visited]),
        "occupied_rooms": Items("occupied_room", [v1_parts.room(one, links) for one in value.occupied]),
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
