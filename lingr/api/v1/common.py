"""Parameters that several methods have."""

from __future__ import annotations

from lingr.api.params import Flag, Text

ROOM = Text(name="id", required=True, doc="The room's id.")
PASSWORD = Text(name="password", default=None, doc="The room's password, if it has one.")
ONLY_TALK = Flag(name="user_messages_only", doc="Leave out what the system says.")
