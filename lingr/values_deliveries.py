"""What is known of the deliveries to a bot. Times are milliseconds since the Unix epoch, UTC."""

from __future__ import annotations

import msgspec


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One attempt at telling a bot what was said: in which ``room``, by its public id, and which message.

    ``delivery`` is the same for all attempts at one delivery, ``number`` is 1 for the first of them.
    ``status`` is the HTTP status of the answer, 0 without one, and ``took`` says how long it took (ms).
    ``outcome`` is ``said``, ``silent``, ``refused``, ``failed`` or ``skipped``, and ``why`` says more.
    """

    at: int
    room: str
    message: int
    delivery: str
    number: int
    status: int
    took: int
    outcome: str
    why: str = ""


class Trouble(msgspec.Struct, frozen=True):
    """How it stands with the deliveries to a bot: how often the one at hand has failed.

    It is tried again at ``due``, unless the bot is ``paused``, since then, because of ``why``; both are 0 if
    it is not.
    """

    tries: int = 0
    due: int = 0
    paused: int = 0
    why: str = ""
