"""Keys of rooms: those that every room script takes, and those that die by themselves."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class RoomKeys(NamedTuple):
    """The keys of one room, in the order in which every room script takes them.

    All of them live as long as the room:

    * ``room``: hash; the room's fields, its counter and its counts, and ``icon:<version>`` for icons it had
      whose files may be there yet. Every room script.
    * ``log``: stream; the events, entry id = counter, trimmed by the scripts that append.
    * ``occupants``: hash, occupant id to JSON occupant. Enter, rename, identify, exit, sweep.
    * ``tickets``: hash, ticket to JSON ``{occupant, session, epoch}``. Enter, exit, sweep.
    * ``polls``: hash; ``h:<ticket>`` the ticket's turn, which counts its homes, whether its home hears
      what the room announces, and the process that is its home; ``p:<ticket>`` the turn in which it was
      last noted how far the ticket was told, and the counter told; ``s:<ticket>`` a stale counter and how
      often it was repeated. Enter, exit, sweep, poll scripts.
    * ``seen``: sorted set, ticket by the time of its last poll in milliseconds. Enter, poll scripts.
    * ``entered``: hash, session to its tickets here, in order of entrance. Enter, exit, sweep.
    * ``chatters``: set, ids of the occupants that have a nickname. Enter, rename, exit, sweep.
    * ``channel``: sharded pub/sub channel of the room's announcements. Every room script. Channels are
      common to all databases of an engine, so its name has the database's number.
    * ``online``: hash, user id to the number of its occupants here. Enter, identify, exit, sweep, attend.
    * ``members``: hash, user id to JSON ``{owner, since, seen}``, times in milliseconds. Member scripts; the
      time of ``seen`` by those that let occupants out.
    * ``numbers``: sorted set, first stretch of the room's counter, how many, and the first of as many blocks
      of message ids for them, by the first stretch. room_number.
    * ``bots``: set, ids of the bots that are in the room. Bot scripts.
    """

    room: str
    log: str
    occupants: str
    tickets: str
    polls: str
    seen: str
    entered: str
    chatters: str
    channel: str
    online: str
    members: str
    numbers: str
    bots: str


def room_hash(room_id: str) -> str:
    """Hash, the room's fields, for who needs no other of its keys; kept. Every room script."""
    return f"lingr:room:{{{room_id}}}"


@lru_cache(maxsize=256)
def room(room_id: str, database: int = 0) -> RoomKeys:
    """All keys of a room, in the engine's database of that number."""
    stem = room_hash(room_id)
    return RoomKeys(
        stem,
        f"{stem}:log",
        f"{stem}:occupants",
        f"{stem}:tickets",
        f"{stem}:polls",
        f"{stem}:seen",
        f"{stem}:entered",
        f"{stem}:chatters",
        f"{stem}:channel:{database}",
        f"{stem}:online",
        f"{stem}:members",
        f"{stem}:numbers",
        f"{stem}:bots",
    )


def room_of_channel(channel: str) -> str:
    """The room id in the name of an announcement channel."""
    return channel[len("lingr:room:{") : channel.index("}:channel:")]


def moved_here(public_id: str) -> str:
    """String, the room that goes by this public id though it was made with another, and which change has
    taken the id for it, a space between; kept. room_claim, room_yield.
    """
    return f"lingr:room:{{{public_id}}}:moved_here"


def closed(room_id: str) -> str:
    """String, the deletion after which no room is made with this id for a while; lives some minutes.

    Until then keys may be left that die by themselves. room_delete, room_fence.
    """
    return f"lingr:room:{{{room_id}}}:closed"


def liked(room_id: str) -> str:
    """Sorted set, user id and id of each message that the user likes; kept. room_like."""
    return f"lingr:room:{{{room_id}}}:liked"


VOLATILE = "lingr:room:{*}:*:*"
"""Matches the keys of rooms that die by themselves: those below, with two parts after that of the room."""


def said(room_id: str, session_id: str, request_id: str) -> str:
    """String, the JSON message that a request made; lives some minutes. room_say."""
    return f"lingr:room:{{{room_id}}}:said:{session_id}:{request_id}"


def repeated(room_id: str) -> str:
    """Hash, repeated attempt to JSON message; lives a minute after the last of them. room_say."""
    return f"lingr:room:{{{room_id}}}:repeated"


def speaking(room_id: str, ticket: str) -> str:
    """String, how often the ticket has spoken in the current window; lives as long as that. room_say."""
    return f"lingr:room:{{{room_id}}}:speaking:{ticket}"


def reading(room_id: str, ticket: str) -> str:
    """String, how often the ticket has asked for messages; lives as long as the window. ticket_read."""
    return f"lingr:room:{{{room_id}}}:reading:{ticket}"


def describing(room_id: str, api_key: str) -> str:
    """String, how often the API key has asked for the room; lives as long as the window. room_describe."""
    return f"lingr:room:{{{room_id}}}:describing:{api_key}"


def brought(room_id: str, transfer_id: str) -> str:
    """Stream, events for a room to be; lives some minutes from the last that was added. Transfers."""
    return f"lingr:room:{{{room_id}}}:brought:{transfer_id}"
