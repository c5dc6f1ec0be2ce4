"""Time and ids that a test owns."""

from __future__ import annotations

from itertools import count

MIDNIGHT = 1_200_000_000_000


class Clock:
    """Milliseconds since the Unix epoch; they pass only when told to."""

    def __init__(self, now: int = MIDNIGHT) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def pass_seconds(self, seconds: float) -> int:
        self.now += int(seconds * 1000)
        return self.now


class Ids:
    """``00000000001``, ``00000000002`` and so on."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def __call__(self) -> str:
        return f"{next(self._numbers):011d}"
