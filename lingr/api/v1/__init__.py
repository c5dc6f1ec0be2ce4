"""The method table of the 2007 API, in the order of its documents."""

from __future__ import annotations

from lingr.api.method import table
from lingr.api.v1 import room, session, talk

METHODS = table([*session.METHODS, *room.METHODS, *talk.METHODS])
