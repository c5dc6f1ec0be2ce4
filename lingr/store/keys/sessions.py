"""Keys of users and sessions."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


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
    * ``joined``: sorted set, ids of the rooms that the user was made a member of, by the time of that (ms):
      the truth is ``members`` of each. Members.
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
    joined: str
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
        f"{stem}:joined",
        f"{stem}:tickets",
        f"{stem}:due",
        f"{stem}:channel:{database}",
    )


def listing(room_id: str) -> str:
    """Set, ids of the users who may have the room in a list; kept. Before any user script that lists it."""
    return f"lingr:listing:{{{room_id}}}"


USER = "user:"
"""Begins the name that a user's announcements go by. No room's id has a colon."""


def session(session_id: str) -> str:
    """Hash, the session's fields; lives LINGR_SESSION_SECONDS from the last call. Session scripts."""
    return f"lingr:session:{{{session_id}}}"


def session_tickets(session_id: str) -> str:
    """Set, the tickets the session entered rooms with; lives as the session does. Session scripts."""
    return f"lingr:session:{{{session_id}}}:tickets"


def entering(session_id: str) -> str:
    """String, how often the session has entered rooms; lives as long as the window. session_enter."""
    return f"lingr:session:{{{session_id}}}:entering"


def subscriptions(session_id: str) -> str:
    """Hash, room id to how far the session has been told in it; ``.number`` and ``.version`` of that,
    ``.told``, a number it is known to have been told, ``.sent``, the newest it was sent, ``.process``, which
    serves its polls, ``.noted``, how often that was asked how far it is, ``.offline`` if it is not to be
    seen; lives as long as the session. Subscription scripts.
    """
    return f"lingr:session:{{{session_id}}}:subscriptions"


def passages(session_id: str) -> str:
    """Stream, how the session came to its number; lives as long as the session. subscription_write."""
    return f"lingr:session:{{{session_id}}}:passages"
