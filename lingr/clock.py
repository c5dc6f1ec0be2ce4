"""What time it is. Time comes in from outside, so that tests own it."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Returns milliseconds since the Unix epoch, UTC."""


def system_clock() -> int:
    """The machine's own time in milliseconds."""
    return time.time_ns() // 1_000_000
