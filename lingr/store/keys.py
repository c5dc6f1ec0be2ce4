"""Every key of the data set: one function each, with its type, its lifetime and who writes it.

Keys that one script touches carry the same hash tag in braces, so that they live in one slot and the
program runs on a single server and on a cluster alike. No key is formed anywhere else.
"""

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


@lru_cache(maxsize=4096)
def room(room_id: str, database: int = 0) -> RoomKeys:
    """All keys of a room, in the engine's database of that number."""
    stem = f"lingr:room:{{{room_id}}}"
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
    )


def room_of_channel(channel: str) -> str:
    """The room id in the name of an announcement channel."""
    return channel[len("lingr:room:{") : channel.index("}:channel:")]


class UserKeys(NamedTuple):
    """The keys of one user, in the order in which every user script takes them.

    The last two but one live as long as a ticket, the others are kept:

    * ``user``: hash; ``counter``, how often the profile or a list has changed; ``profile``, a mark of the
      profile as it was then; ``places``, the last place given in a list; ``news_at``, when news of monitored
      rooms was last counted as a change (ms). Every user script.
    * ``owned``: set, ids of the rooms owned, as they were counted: the truth is ``owned_rooms``. Own, settle.
    * ``favorite``, ``monitored``: sorted sets, room ids by place. Mark.
    * ``visited``: sorted set, room ids by the place of the last visit. Enter.
    * ``occupied``: sorted set, ``<room id> <session>`` by the place of the last entrance. Enter, leave, part.
    * ``heard``: hash, monitored room to the newest of its messages that was counted. Mark, settle.
    * ``tickets``: hash; ``t:<ticket>`` its session, ``h:<ticket>`` the process that serves its polls,
      ``s:<ticket>`` a stale counter and how often in a row it came. Follow, poll, unfollow, part.
    * ``due``: sorted set, ticket by the time it dies unless it is polled (ms). As ``tickets``.
    * ``channel``: sharded pub/sub channel of the user's announcements, with the database's number.
    """

    user: str
    owned: str
    favorite: str
    monitored: str
    visited: str
    occupied: str
    heard: str
    tickets: str
    due: str
    channel: str


@lru_cache(maxsize=4096)
def user(user_id: str, database: int = 0) -> UserKeys:
    """All keys of a user, in the engine's database of that number."""
    stem = f"lingr:user:{{{user_id}}}"
    return UserKeys(
        stem,
        f"{stem}:owned",
        f"{stem}:favorite",
        f"{stem}:monitored",
        f"{stem}:visited",
        f"{stem}:occupied",
        f"{stem}:heard",
        f"{stem}:tickets",
        f"{stem}:due",
        f"{stem}:channel:{database}",
    )


def listing(room_id: str) -> str:
    """Set, ids of the users who may have the room in a list; kept. Before any user script that lists it."""
    return f"lingr:listing:{{{room_id}}}"


USER = "user:"
"""Begins the name that a user's announcements go by. No room's id has a colon."""


def channel(name: str, database: int = 0) -> str:
    """The announcement channel of a room's id, or of a user's name."""
    if name.startswith(USER):
        return user(name.removeprefix(USER), database).channel
    return room(name, database).channel


def name_of_channel(channel: str) -> str:
    """The room id, or the user's name, whose announcement channel it is."""
    if channel.startswith("lingr:user:{"):
        return USER + channel[len("lingr:user:{") : channel.index("}:channel:")]
    return room_of_channel(channel)


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


def session(session_id: str) -> str:
    """Hash, the session's fields; lives LINGR_SESSION_SECONDS from the last call. Session scripts."""
    return f"lingr:session:{{{session_id}}}"


def session_tickets(session_id: str) -> str:
    """Set, the tickets the session entered rooms with; lives as the session does. Session scripts."""
    return f"lingr:session:{{{session_id}}}:tickets"


def entering(session_id: str) -> str:
    """String, how often the session has entered rooms; lives as long as the window. session_enter."""
    return f"lingr:session:{{{session_id}}}:entering"


def api_keys() -> str:
    """Hash, API key to JSON; kept. The command line."""
    return "lingr:{accounts}:api_keys"


def named_api_keys() -> str:
    """Hash, the purpose of a key the server made for itself to that key; kept. api_key_for."""
    return "lingr:{accounts}:named_api_keys"


def users() -> str:
    """Hash, user id to JSON; kept. user_create."""
    return "lingr:{accounts}:users"


def emails() -> str:
    """Hash, e-mail address in lower case to user id; kept. user_create."""
    return "lingr:{accounts}:emails"


def usernames() -> str:
    """Hash, user name in lower case to user id; kept. user_create."""
    return "lingr:{accounts}:usernames"


def owned_rooms(user_id: str) -> str:
    """Set, ids of the rooms a user owns; kept. room_reserve."""
    return f"lingr:{{accounts}}:owned_rooms:{user_id}"


def listed_rooms() -> str:
    """Sorted set, listed room ids by time of creation in milliseconds; kept. directory_change."""
    return "lingr:{directory}:listed_rooms"


def hot_rooms() -> str:
    """Sorted set, room ids by the mark of their heat, which rises with time; kept. directory_warm."""
    return "lingr:{directory}:hot_rooms"


def directory_texts() -> str:
    """Hash, room id to the text that the room is found by; kept. directory_change."""
    return "lingr:{directory}:texts"


def directory_numbers() -> str:
    """Hash, room id to the room's number in the directory, 0 and up; kept. directory_change."""
    return "lingr:{directory}:numbers"


def directory_places() -> str:
    """Hash, number in the directory to room id; kept. directory_change."""
    return "lingr:{directory}:places"


def directory_vacant() -> str:
    """List, numbers in the directory that are free again; kept. directory_change."""
    return "lingr:{directory}:vacant"


def directory_tags() -> str:
    """Sorted set, tag by how many listed rooms have it; kept. directory_change."""
    return "lingr:{directory}:tags"


def directory_tag_names() -> str:
    """Hash, tag to how it is shown; kept. directory_change."""
    return "lingr:{directory}:tag_names"


def directory_slice(number: int) -> str:
    """String of bits, the numbers of rooms with letters of this slice; kept. directory_change."""
    return f"lingr:{{directory}}:slice:{number}"


def directory_scratch() -> str:
    """String of bits; lives as long as the script that works with it. directory_find."""
    return "lingr:{directory}:scratch"


def rounder() -> str:
    """String, the process that goes round the occupied rooms; lives a few seconds. lease_hold."""
    return "lingr:{directory}:rounder"


def unsettled() -> str:
    """Hash, a change of a room that has begun to its JSON; kept. Changes, as each begins and ends."""
    return "lingr:{changes}:unsettled"


def occupied_rooms() -> str:
    """Sorted set, room ids by the time their next sweep is due; kept. Enter and sweep."""
    return "lingr:{presence}:occupied_rooms"


def sweeper() -> str:
    """String, the process that sweeps at present; lives a few seconds. lease_hold."""
    return "lingr:{presence}:sweeper"


def attempts(limit: str, address: str, what: str = "") -> str:
    """String, how often an address has tried something; lives as long as the window. rate_take.

    All counts of one address live in one slot.
    """
    return f"lingr:attempts:{{{address}}}:{limit}:{what}"


def index_rooms() -> str:
    """Hash, room id to its number in the index and how far it is indexed; kept. index_add."""
    return "lingr:{index}:rooms"


def index_numbers() -> str:
    """Hash, number in the index to room id; kept. index_add."""
    return "lingr:{index}:numbers"


def index_counter() -> str:
    """String, the last number given to a room or segment; kept. Index."""
    return "lingr:{index}:counter"


def index_segments() -> str:
    """Hash, key of a segment to JSON; kept. index_add, index_mark."""
    return "lingr:{index}:segments"


def index_documents(segment: int) -> str:
    """String, number of the room and id of each message in a segment; kept. index_add."""
    return f"lingr:{{index}}:documents:{segment}"


def index_postings(segment: int, shelf: int) -> str:
    """String, checksums of terms and places in the segment that have them; kept. index_add."""
    return f"lingr:{{index}}:postings:{segment}:{shelf}"


def kept_otherwise() -> str:
    """Set, ids of the rooms that keep their log otherwise than the settings say; kept. Retention."""
    return "lingr:{retention}:rooms"


def trimming() -> str:
    """String, where the walk through all logs stands that looks for old events; kept. Retention."""
    return "lingr:{retention}:walk"
