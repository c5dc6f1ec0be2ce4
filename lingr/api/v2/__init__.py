"""The method table of the 2009 API, in the order of its documents."""

from __future__ import annotations

from lingr.api.method import table
from lingr.api.v2 import event, favorite, room, session, user
from lingr.render.v2 import SHAPES

METHODS = table(
    [
        *session.METHODS,
        *user.METHODS,
        *room.METHODS,
        *favorite.METHODS,
        *event.METHODS,
    ],
    SHAPES,
)
