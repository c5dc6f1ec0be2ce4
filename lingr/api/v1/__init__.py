"""The method table of the 2007 API, in the order of its documents."""

from __future__ import annotations

from lingr.api.method import table
from lingr.api.v1 import archives, explore, own, room, session, talk, user

METHODS = table(
    [
        *session.METHODS,
        *explore.METHODS,
        *user.METHODS,
        *room.METHODS,
        *archives.METHODS,
        *talk.METHODS,
        *own.METHODS,
    ]
)
