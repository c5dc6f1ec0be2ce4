"""The data structures of the 2007 API, as its answers have them: Room, Occupant, Message and Tag.

``requires_password``, ``chatter_count``, ``observer_count`` and ``timezone`` of a room are in no document but
were read by a client of the time.
"""

from __future__ import annotations

from collections.abc import Iterable

from lingr import timezones
from lingr.render.links import MESSAGE_SIZE, OCCUPANT_SIZE, Links
from lingr.render.tree import Hollow, Items, Once, Tree
from lingr.values import Message, Occupant, Room, Roster, Tag

_NICKNAME_CHANGE = "system:nickname_change"
_NAMELESS = ("nickname", "description", "icon_url")


def room(value: Room, links: Links) -> Tree:
    return {
        "id": value.public_id,
        "name": value.name,
        "description": value.description,
        "url": links.room(value.public_id),
        "icon_url": links.room_picture(value),
        "counter": value.counter,
        "max_user_message_id": value.max_user_message_id,
        "tags": Items("tag", [tag(one, links) for one in value.tags]),
        "requires_password": value.requires_password,
        "chatter_count": value.chatter_count,
        "observer_count": value.observer_count,
        "timezone": value.timezone,
    }


def tag(value: Tag, links: Links) -> Tree:
    return {"name": value.name, "display_name": value.display_name, "url": links.tag(value.name)}


def occupants(values: Iterable[Occupant], links: Links) -> Items | Once:
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


def messages(values: Iterable[Message], zone: str, links: Links) -> Items:
    icon = links.message_icon
    return Items("message", [message(value, zone, links, icon) for value in values])


def message(value: Message, zone: str, links: Links, icon: str) -> Tree:
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
        tree["icon_url"] = icon if own is None else links.message_picture(value, MESSAGE_SIZE)
    tree["timestamp"] = timezones.stamp(value.timestamp, zone)
    tree["text"] = value.text
    return tree
