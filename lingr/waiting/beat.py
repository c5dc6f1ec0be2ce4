"""The moments at which a process does what it does every so often."""

from __future__ import annotations

import time
from math import floor

import gevent

_BEGAN = time.monotonic()

EARLY = 0.25
"""What part of the time between two beats a beat may come early: it is not taken for two then."""


def rest(seconds: float) -> None:
    """Waits for the next of the beats that come every so many seconds.

    What comes as often comes at the same moment, so a process that has little to do wakes up seldom, and what
    its chores ask of the engine goes there together. Other processes have theirs.
    """
    now = time.monotonic()
    gevent.sleep(_next(now, seconds) - now)


def _next(now: float, seconds: float) -> float:
    return _BEGAN + (floor((now - _BEGAN) / seconds + EARLY) + 1) * seconds
