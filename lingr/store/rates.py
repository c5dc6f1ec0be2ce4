"""How often somebody has called."""

from __future__ import annotations

from dataclasses import dataclass

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.scripts import run


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts calls in fixed windows that begin with the first call."""

    engine: Engine

    def take(self, limit: str, who: str, *, most: int, window: int) -> None:
        """Counts a call; ``window`` is in milliseconds. Raises LingrError ``rate_limited``."""
        run(self.engine, "rate_take", [keys.rate(limit, who)], [most, window])
