"""What a process does every so often it does at the same moments."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lingr.waiting import beat

BEGAN = 1000.0


class Clock:
    """A clock that goes on while somebody sleeps, who is woken ``late`` by so many seconds."""

    def __init__(self) -> None:
        self.now = BEGAN
        self.late = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds + self.late


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(beat, "_BEGAN", BEGAN)
    monkeypatch.setattr(beat, "time", made)
    monkeypatch.setattr(beat, "gevent", SimpleNamespace(sleep=made.sleep))
    return made


def woken(clock: Clock, seconds: float, busy: float, times: int = 5) -> list[float]:
    """When somebody is woken who rests so long, and is ``busy`` before."""
    moments = []
    for _ in range(times):
        clock.now += busy
        beat.rest(seconds)
        moments.append(clock.now - BEGAN)
    return moments


@pytest.mark.parametrize("busy", [0.0, 0.01, 0.5, 0.7])
def test_whoever_rests_equally_long_is_woken_at_the_same_moments(clock: Clock, busy: float) -> None:
    clock.now += 0.03
    assert woken(clock, 1.0, busy) == pytest.approx([1, 2, 3, 4, 5])


def test_who_is_busy_for_longer_leaves_beats_out(clock: Clock) -> None:
    assert woken(clock, 1.0, 2.2) == pytest.approx([3, 6, 9, 12, 15])
    clock.now = BEGAN
    assert woken(clock, 1.0, 0.9) == pytest.approx([2, 4, 6, 8, 10])


@pytest.mark.parametrize("late", [-0.2, -0.001, 0.001, 0.2])
def test_who_is_woken_early_or_late_is_not_woken_twice(clock: Clock, late: float) -> None:
    clock.late = late
    assert woken(clock, 1.0, 0.0) == pytest.approx([beats + late for beats in (1, 2, 3, 4, 5)])
