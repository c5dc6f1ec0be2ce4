"""The time, as often as connections need it told."""

from __future__ import annotations

import random
import time


class Times:
    """Told anew by every ``tick``: ``now``, until when a poll is held that comes now, and until when a
    connection may be idle (monotonic seconds).
    """

    __slots__ = ("_hold", "_keepalive", "hold_until", "idle_until", "now")

    def __init__(self, hold_seconds: float, keepalive: float) -> None:
        self._hold = hold_seconds
        self._keepalive = keepalive
        self.tick()

    def tick(self) -> None:
        """Tells the time. Whoever parks before the next tick is held equally long, which is jitter enough."""
        now = self.now = time.monotonic()
        # Up to a tenth less, at random, so that a crowd that came together does not return together.
        self.hold_until = now + self._hold * random.uniform(0.9, 0.99)
        self.idle_until = now + self._keepalive
