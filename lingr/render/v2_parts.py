"""The data structures of the 2009 API, as its answers have them: Room, Member, Bot, Message and events.

All keys are always there: clients read them unasked, ``local_id`` above all. Clients of both generations
share the rooms, so speakers without an account and events that the 2007 API made are told here as well.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from lingr import timezones
from lingr.render.links import OCCUPANT_SIZE, Links
from lingr.render.tree import Once
from lingr.values import Message
from lingr.values_v2 import Bot, Member, Numbered, ShownRoom

Json: TypeAlias = dict[str, Any]
"""A tree that only JSON is made of: it may hold null, and lists whose things have no name."""

_UNFIT = re.compile(r"[^A-Za-z0-9_]+")
_TELLING = 4
_LONGEST = 27


def room(value: ShownRoom, links: Links) -> Json:
    """A room; ``messages`` and ``roster`` only where they were asked for."""
    room = value.room
    tree: Json = {
        "id": room.public_id,
        "name": room.name,
        "blurb": room.description or None,
        "is_public": room.is_public,
    }
    if value.messages is not None:
        tree["messages"] = [message(one, links) for one in value.messages]
    if value.members is not None:
        tree["roster"] = {
            "members": [member(one, room.created, links) for one in value.members],
            "bots": [bot(one, links) for one in value.bots or ()],
        }
    tree["faved_message_ids"] = list(value.favorites)
    return tree


def member(value: Member, unseen: int, links: Links) -> Json:
    """A member; ``unseen`` is the time told of those who have not been seen yet."""
    return {
        "username": value.username,
        "name": value.name,
        "icon_url": links.user_picture(value.id, value.icon, OCCUPANT_SIZE),
        "is_owner": value.is_owner,
        "is_online": value.is_online,
        "pokeable": False,
        "timestamp": timezones.utc(value.seen or unseen),
    }


def bot(value: Bot, links: Links) -> Json:
    return {
        "id": value.id,
        "name": value.name,
        "icon_url": links.user_picture(value.public_id, value.icon, OCCUPANT_SIZE),
        "status": "online",
    }


def message(value: Numbered, links: Links) -> Once:
    """What somebody said, bots among them. Its id is a text: one client refuses numbers."""
    return Once(value.made, lambda: _message(value, links))


def event(value: Numbered, links: Links) -> tuple[str, Once]:
    """What an event is called, and itself."""
    told = value.message
    if told.type == "membership":
        return "membership", Once(value.made, lambda: _membership(value, links))
    if told.online is not None:
        return "presence", Once(value.made, lambda: _presence(value, links))
    return "message", message(value, links)


def _message(value: Numbered, links: Links) -> Json:
    told = value.message
    is_bot = told.bot_id is not None
    return {
        "id": str(value.id),
        "room": value.room,
        "public_session_id": None if is_bot else told.occupant_id,
        "icon_url": _icon(told, links),
        "type": "bot" if is_bot else "user",
        "speaker_id": told.bot_id or speaker_of(told),
        "nickname": _name(told),
        "text": told.text,
        "timestamp": timezones.utc(told.timestamp),
        "local_id": told.local_id,
    }


def _presence(value: Numbered, links: Links) -> Json:
    told = value.message
    status = "online" if told.online else "offline"
    return {
        "room": value.room,
        "public_session_id": told.occupant_id,
        "icon_url": _icon(told, links),
        "username": speaker_of(told),
        "nickname": _name(told),
        "timestamp": timezones.utc(told.timestamp),
        "status": status,
        "text": f"{_name(told)} is now {status}",
    }


def _membership(value: Numbered, links: Links) -> Json:
    told = value.message
    return {
        "room": value.room,
        "icon_url": _icon(told, links),
        "username": speaker_of(told),
        "name": _name(told),
        "is_owner": bool(told.is_owner),
        "is_online": bool(told.online),
        "pokeable": False,
        "timestamp": timezones.utc(told.timestamp),
        "action": told.action,
        "text": f"{_name(told)} {_done(told)}",
    }


def _done(told: Message) -> str:
    if told.action == "owner":
        return "is now an owner" if told.is_owner else "is no longer an owner"
    return "has joined" if told.action == "join" else "has left"


def speaker_of(told: Message) -> str:
    """The username of who said it, or a name of the same form for who has none.

    That one is made of the nickname and the beginning of the occupant id, which nobody can choose: so nobody
    without an account passes for who has one.
    """
    if told.username is not None:
        return told.username
    telling = (told.occupant_id or "")[:_TELLING]
    fit = _UNFIT.sub("", told.nickname or "")[:_LONGEST]
    return f"{fit or 'guest'}_{telling}"


def _name(told: Message) -> str:
    return told.nickname or told.username or speaker_of(told)


def _icon(told: Message, links: Links) -> str:
    return links.message_picture(told, OCCUPANT_SIZE)
