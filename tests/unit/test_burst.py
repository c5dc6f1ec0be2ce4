"""What is put off until the end of the loop's turn is done then, all of it and in order."""

from __future__ import annotations

from collections.abc import Callable

import gevent
import gevent.socket

from lingr.serving.burst import MOST, Burst


def noted(done: list[int], number: int) -> Callable[[], None]:
    return lambda: done.append(number)


def turns(times: int = 1) -> None:
    for _ in range(times):
        gevent.sleep(0.001)


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


def test_sockets_are_looked_at_between_many() -> None:
    burst, done, seen = Burst(), list[int](), list[int]()
    here, there = gevent.socket.socketpair()
    readable = gevent.get_hub().loop.io(here.fileno(), 1)
    readable.start(lambda: seen.append(len(done)))
    there.send(b"x")
    for number in range(5 * MOST):
        burst.put(noted(done, number))
    while len(done) < 5 * MOST:
        gevent.sleep(0.001)
    readable.stop()
    readable.close()
    here.close()
    there.close()
    assert done == list(range(5 * MOST))
    assert len({one for one in seen if 0 < one < len(done)}) >= 3


def test_what_is_put_off_meanwhile_is_done_after_what_was_put_off_before() -> None:
    burst, done = Burst(), list[int]()
    burst.put(lambda: burst.put(noted(done, 2)))
    burst.put(noted(done, 1))
    turns(3)
    assert done == [1, 2]
    burst.put(noted(done, 3))
    turns()
    assert done == [1, 2, 3]
