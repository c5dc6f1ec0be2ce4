"""How often somebody has called, counted where all processes see it.

Most calls are counted by the script that acts on them. What is here is for those that have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.scripts import run


class Allowance(NamedTuple):
    """At most so many calls in a window of so many milliseconds that begins with the first one.

    0 calls mean any number.
    """

    most: int
    window: int


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts what an address tries."""

    engine: Engine

    def take(self, address: str, *counted: tuple[str, str, Allowance]) -> None:
        """Counts an attempt against limits, in their order: of each its name, what is tried, the figures.

        One that is refused is not counted against the limits after it. Raises LingrError ``rate_limited``.
        """
        names = [keys.attempts(limit, address, what) for limit, what, _ in counted]
        run(self.engine, "rate_take", names, [figure for one in counted for figure in one[2]])
