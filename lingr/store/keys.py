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

    * ``room``: hash; the room's fields, its counter and its counts. Every room script.
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


def said(room_id: str, session_id: str, request_id: str) -> str:
    """String, the JSON message that a request made; lives some minutes. room_say."""
    return f"lingr:room:{{{room_id}}}:said:{session_id}:{request_id}"


def speaking(room_id: str, ticket: str) -> str:
    """String, how often the ticket has spoken in the current window; lives as long as that. room_say."""
    return f"lingr:room:{{{room_id}}}:speaking:{ticket}"


def reading(room_id: str, ticket: str) -> str:
    """String, how often the ticket has asked for messages; lives as long as the window. ticket_read."""
    return f"lingr:room:{{{room_id}}}:reading:{ticket}"


def describing(room_id: str, api_key: str) -> str:
    """String, how often the API key has asked for the room; lives as long as the window. room_describe."""
    return f"lingr:room:{{{room_id}}}:describing:{api_key}"


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
    """Sorted set, listed room ids by time of creation in milliseconds; kept. Room creation."""
    return "lingr:{directory}:listed_rooms"


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
