"""How hot a room is, as a visitor would say: people, and how much they talked a moment ago.

What is kept of a room's heat is not the heat itself but its *mark*: where the heat would have to stand today
to be what it is, on a scale on which a heat of 1 rises by 1 with every half-life. Marks need not be rewritten
as time passes, all of them fade alike, and their order is that of the heats at any time.
"""

from __future__ import annotations

from math import log2

from lingr.store.rounds import Glance

HALF_LIFE_MILLISECONDS = 300_000
BEGINNING = 1_167_609_600_000
"""Where the scale begins, in milliseconds: at the start of 2007."""

COLD = 1 / 32
"""Who has cooled down to this is not hot any more: half an hour after a handful of people left."""

OBSERVER = 0.25
"""How much somebody who only watches counts beside somebody with a nickname."""


def mark(heat: float, now: int) -> float:
    """The mark of a heat above 0."""
    return (now - BEGINNING) / HALF_LIFE_MILLISECONDS + log2(heat)


def coldest(now: int) -> float:
    """The mark of those who are hardly hot any more."""
    return mark(COLD, now)


def faded(amount: float, milliseconds: int) -> float:
    """What is left of something after a time."""
    return float(amount * 2 ** (-max(milliseconds, 0) / HALF_LIFE_MILLISECONDS))


class Talk:
    """How much was said in a room, the older the less."""

    __slots__ = ("_amount", "_at", "_glance")

    def __init__(self, glance: Glance, now: int) -> None:
        """Of what was said before the first glance no more is known than when the last of it was."""
        self._glance = glance
        self._at = now
        self._amount = faded(1, now - glance.active) if glance.active else 0.0

    def hear(self, glance: Glance, now: int) -> bool:
        """Looks again; returns whether anything happened in the room."""
        said = glance.counter - self._glance.counter
        self._amount = faded(self._amount, now - self._at)
        if glance.max_user_message_id > self._glance.max_user_message_id:
            self._amount += max(said, 0)
        self._glance, self._at = glance, now
        return said != 0

    @property
    def heat(self) -> float:
        """The room's heat as it was last looked at; 0 where nobody is.

        Each doubling of what is said counts as much as all the people together: a program that talks to
        itself is no crowd.
        """
        people = self._glance.chatter_count + OBSERVER * self._glance.observer_count
        return people * (1 + log2(1 + self._amount))
