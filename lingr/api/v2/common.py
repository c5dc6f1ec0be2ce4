"""Parameters that several methods have."""

from __future__ import annotations

from lingr.api.params import Names, Text

MOST_NUMBER = 10**15 - 1
"""Message ids and counters stay far below, but clients may ask for anything."""

ROOM = Text(name="room", required=True, doc="The room's id.")
ROOMS = Names(
    name="rooms",
    also=("room",),
    required=True,
    doc="One room's id, or several separated by commas; `room` means the same.",
)
