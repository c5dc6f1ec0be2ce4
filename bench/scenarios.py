"""What is played to every server: a table. Times and memory are taken in all of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scenario:
    """Rooms, observers in each, and messages said in each.

    ``outstanding`` 0: one message at a time, the next when all have the last and some quiet has passed; else
    as fast as the server takes them, with so many under way in a room. ``slow``: messages for the slow
    servers, 0 to leave them out. ``heard``: observers are sessions of the 2009 API, each of so many
    rooms, in one of which is spoken; 0: they are observers of 2007.
    """

    name: str
    rooms: int
    observers: int
    outstanding: int
    messages: int
    slow: int
    heard: int = 0

    @property
    def clients(self) -> int:
        return self.rooms * self.observers


SCENARIOS = {
    row.name: row
    for row in (
        Scenario("100", 1, 100, outstanding=0, messages=100, slow=30),
        Scenario("1000", 1, 1000, outstanding=0, messages=60, slow=6),
        Scenario("5000", 1, 5000, outstanding=0, messages=25, slow=3),
        Scenario("10000", 1, 10_000, outstanding=0, messages=12, slow=0),
        Scenario("1000-fast", 1, 1000, outstanding=4, messages=200, slow=8),
        Scenario("5000-fast", 1, 5000, outstanding=4, messages=40, slow=8),
        Scenario("1000x5", 1000, 5, outstanding=1, messages=40, slow=2),
        Scenario("events-1000", 1, 1000, outstanding=0, messages=60, slow=6, heard=1),
        Scenario("events-50x1000", 1, 1000, outstanding=0, messages=20, slow=4, heard=50),
    )
}

#: What `--quick` plays: once, with a tenth of the messages.
QUICK = ("100", "1000")
QUICK_SHARE = 10


def shortened(scenario: Scenario) -> Scenario:
    """The same with few messages, to see that everything runs."""
    fewer = [
        max(messages // QUICK_SHARE, 2) if messages else 0 for messages in (scenario.messages, scenario.slow)
    ]
    return Scenario(
        scenario.name,
        scenario.rooms,
        scenario.observers,
        scenario.outstanding,
        messages=fewer[0],
        slow=fewer[1],
        heard=scenario.heard,
    )
