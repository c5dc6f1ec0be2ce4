"""What happens in the rooms that a session hears."""

from __future__ import annotations

from lingr.api.method import Method, Needs
from lingr.api.params import Counter
from lingr.domain import events

METHODS = (
    Method(
        "event.observe",
        "GET",
        Needs.SESSION,
        events.observe,
        "events",
        "Wait until something happens after a counter in the rooms that the session hears, and tell it.",
        params=(
            Counter(
                name="counter",
                required=True,
                blank=True,
                doc="Tell what has a greater event id; empty: after the last one told.",
            ),
        ),
        waits=True,
        checks_session=True,
    ),
)
