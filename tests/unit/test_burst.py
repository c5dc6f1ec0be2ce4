"""What is put off until the end of the loop's turn is done then, all of it and in order."""

from __future__ import annotations

from collections.abc import Callable

import gevent

from lingr.serving.burst import MOST, Burst


def noted(done: list[int], number: int) -> Callable[[], None]:
    return lambda: done.append(number)


def turns(times: int = 1) -> None:
    for _ in range(times):
        gevent.sleep(0)


def test_nothing_is_done_at_once_and_everything_soon() -> None:
    burst, done = Burst(), list[int]()
    for number in range(10):
        burst.put(noted(done, number))
    assert done == []
    turns()
    assert done == list(range(10))


def test_one_that_fails_keeps_none_of_the_others_back() -> None:
    burst, done = Burst(), list[int]()
    burst.put(noted(done, 1))
    burst.put(lambda: 1 // 0)
    burst.put(noted(done, 2))
    turns()
    assert done == [1, 2]


def test_others_get_their_turn_between_many() -> None:
    burst, done = Burst(), list[int]()
    for number in range(2 * MOST + 1):
        burst.put(noted(done, number))
    seen = []
    while len(done) < 2 * MOST + 1:
        turns()
        seen.append(len(done))
    assert seen[0] == MOST
    assert done == list(range(2 * MOST + 1))


def test_what_is_put_off_meanwhile_is_done_after_what_was_put_off_before() -> None:
    burst, done = Burst(), list[int]()
    burst.put(lambda: burst.put(noted(done, 2)))
    burst.put(noted(done, 1))
    turns(3)
    assert done == [1, 2]
    burst.put(noted(done, 3))
    turns()
    assert done == [1, 2, 3]
