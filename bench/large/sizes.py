"""How much there is, and what is where: the filling and the measuring agree on it without a word."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

PASSWORD = "開けゴマ"
OWN_PASSWORDS = 100
"""Users whose passwords have hashes of their own; to make one takes long. Those of the others are alike."""

DAY_MILLISECONDS = 86_400_000
ZONES = ("Tokyo", "Pacific (US & Canada)", "London", "Berlin", "Hawaii")


@dataclass(frozen=True, slots=True)
class Sizes:
    """In ``talking`` of the rooms anything was ever said, in the first ones most, during so many ``days``.

    The first ``occupied`` of the rooms have people in them, ``people`` each.
    """

    rooms: int = 100_000
    messages: int = 1_000_000
    talking: int = 20_000
    users: int = 1000
    occupied: int = 1000
    people: int = 5
    days: int = 60

    def counts(self) -> list[int]:
        """How many messages each of the rooms has in which anything was said."""
        weights = [1 / (rank + 10) for rank in range(min(self.rooms, self.talking))]
        share = self.messages / sum(weights)
        counts, owed = [], 0.0
        for weight in weights:
            owed += weight * share
            counts.append(int(owed))
            owed -= counts[-1]
        return counts

    def owned(self, user: int) -> range:
        """The rooms that a user owns: 40 at most, the first ones nobody's."""
        each = min(40, (self.rooms - self.rooms // 10) // max(1, self.users))
        first = self.rooms // 10 + user * each
        return range(first, first + each)


@dataclass(frozen=True, slots=True)
class Plan:
    """A room as it is to be."""

    number: int
    zone: str
    listed: bool
    locked: bool


def plan(number: int) -> Plan:
    """One in ten rooms is unlisted, one in twenty has a password."""
    dice = Random(number)
    return Plan(number, dice.choice(ZONES), dice.random() >= 0.1, dice.random() < 0.05)


def room_id(number: int) -> str:
    """The id of a room."""
    return f"room-{number:06}"


def email(number: int) -> str:
    """The address of a user."""
    return f"user{number}@example.org"
