"""Frozen records to and from what the engine keeps."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from lingr.store.membership import Membership
from lingr.values import Message, Occupant, Room, RoomState, Roster, Session, Tag

T = TypeVar("T")

_encode = msgspec.json.Encoder().encode
_messages = msgspec.json.Decoder(Message)
_occupants = msgspec.json.Decoder(Occupant)


def to_json(record: Any) -> bytes:
    """A record as JSON; fields that are None are left out, because Lua has no word for them."""
    return msgspec.json.encode(dict(_fields(record)))


def newcomer_of(occupant: Occupant) -> bytes:
    """An occupant as JSON without its place, which the room gives it."""
    return msgspec.json.encode({name: value for name, value in _fields(occupant) if name != "place"})


def joining_of(occupant: Occupant, joined: str, now: int) -> bytes:
    """The event of an occupant's joining as JSON without an id; empty for an observer, who does not join.

    The brace that opens it is for the script to write, and then the id.
    """
    if occupant.nickname is None:
        return b""
    event = {
        "type": "system:enter",
        "timestamp": now,
        "text": occupant.nickname + joined,
        "occupant_id": occupant.id,
        "user_id": occupant.user_id,
        "nickname": occupant.nickname,
        "source": occupant.source,
        "client_type": occupant.client_type,
        "icon": occupant.icon,
        "username": occupant.username,
    }
    return msgspec.json.encode({name: value for name, value in event.items() if value is not None})[1:]


def speech_of(text: str, target: str, now: int) -> bytes:
    """The event of something said as JSON without id, speaker, and the brace before these."""
    kind = "private" if target else "user"
    return _encode({"type": kind, "timestamp": now, "text": text})[1:]


def _fields(record: Any) -> Iterator[tuple[str, Any]]:
    for name in getattr(record, "__struct_fields__", None) or record.__slots__:
        value = getattr(record, name)
        if value is not None:
            yield name, value


def from_json(raw: bytes, kind: type[T]) -> T:
    """The record of that kind in the JSON."""
    return msgspec.json.decode(raw, type=kind)


def message_of(raw: bytes) -> Message:
    return _messages.decode(raw)


def occupants_of(raw: list[bytes]) -> Roster:
    """The occupants in order of entrance."""
    return Roster(sorted(map(_occupants.decode, raw), key=_place))


def _place(occupant: Occupant) -> int:
    return occupant.place


def hash_of(pairs: list[bytes]) -> dict[str, str]:
    """A HGETALL reply as texts."""
    return {name.decode(): value.decode() for name, value in zip(pairs[::2], pairs[1::2], strict=True)}


def state_of(counter: bytes, roster: bytes, size: int, zone: bytes, generation: int) -> RoomState:
    """The state of a room as the scripts tell it, in a data set of that generation."""
    return RoomState(int(counter), int(roster), size, sys.intern(zone.decode()), generation)


def room_of(room_id: str, fields: dict[str, str]) -> Room:
    return Room(
        id=room_id,
        name=fields["name"],
        description=fields["description"],
        tags=tuple(msgspec.json.decode(fields["tags"], type=list[Tag])),
        timezone=fields["timezone"],
        listed=fields["listed"] == "1",
        owner_id=fields.get("owner_id"),
        password=fields.get("password"),
        created=int(fields["created"]),
        counter=int(fields["counter"]),
        max_user_message_id=int(fields["max_user_message_id"]),
        chatter_count=int(fields["chatters"]),
        observer_count=int(fields["observers"]),
        roster=int(fields["roster"]),
        moved_to=fields.get("moved_to"),
        icon=fields.get("icon"),
        members_only=fields.get("members_only") == "1",
    )


def fields_of(room: Room, epoch: str) -> list[str | bytes | int]:
    """Field and value pairs of a new room's hash.

    Those that are read most often come first: the engine looks for them from the beginning.
    """
    pairs: dict[str, str | bytes | int | None] = {
        "epoch": epoch,
        "roster": room.roster,
        "timezone": room.timezone,
        "name": room.name,
        "description": room.description,
        "tags": msgspec.json.encode(room.tags),
        "listed": int(room.listed),
        "owner_id": room.owner_id,
        "password": room.password,
        "created": room.created,
        "moved_to": room.moved_to,
        "icon": room.icon,
        "members_only": int(room.members_only) or None,
    }
    return [part for pair in pairs.items() if pair[1] is not None for part in pair if part is not None]


def fields_of_session(session: Session) -> list[str]:
    """Field and value pairs of a session's hash."""
    return [part for name, value in _fields(session) if name != "id" for part in (name, value)]


def members_of(room: Room, known: Mapping[str, Membership] | None = None) -> list[str | bytes | int]:
    """How many members a new room has, then user and JSON of each: those known, and whose room it is."""
    members = dict(known or {})
    if room.owner_id is not None:
        members.setdefault(room.owner_id, Membership(owner=True, since=room.created))
    pairs = (part for user_id, one in members.items() for part in (user_id, msgspec.json.encode(one)))
    return [len(members), *pairs]


def session_of(session_id: str, fields: dict[str, str]) -> Session:
    return Session(
        session_id,
        fields["api_key"],
        fields["client_type"],
        fields.get("user_id"),
        fields["source"],
        fields.get("description"),
        fields.get("icon"),
        fields.get("username"),
        fields.get("public_id"),
        fields.get("device"),
    )


def claimant_of(claim: bytes) -> str:
    """The id of the room that a public id has been taken for."""
    return claim.split()[0].decode()
