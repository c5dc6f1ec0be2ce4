"""What a process does every so often it does at the same moments."""

from __future__ import annotations

import time

import gevent
import pytest

from lingr.waiting import beat


def test_who_rests_equally_long_is_woken_at_the_same_moments() -> None:
    woken: list[float] = []

    def chore(pause: float) -> None:
        beat.rest(0.2)
        gevent.sleep(pause)
        for _ in range(5):
            beat.rest(0.2)
            woken.append(time.monotonic())

    gevent.joinall([gevent.spawn(chore, 0.03 * number) for number in range(5)], raise_error=True)
    moments = {round((moment - beat._BEGAN) / 0.2) for moment in woken}
    assert len(woken) == 25
    assert len(moments) == 5


@pytest.mark.parametrize("seconds", [0.1, 1.0, 30.0])
def test_the_next_beat_is_never_one_that_was_there(seconds: float) -> None:
    at = beat._BEGAN + 1000 * seconds
    for late in (0.0, 0.001, 0.3, 0.7):
        assert beat._next(at + late * seconds, seconds) == pytest.approx(at + seconds)
    for early in (0.001, 0.1, 0.2):
        assert beat._next(at - early * seconds, seconds) == pytest.approx(at + seconds)
