"""Work for the many waits until nobody else wants anything, but not for ever."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import gevent
import pytest

from lingr.serving import leisure as serving
from lingr.serving.leisure import Leisure
from lingr.serving.watched import Watched

READ = 1


class Chatter:
    """Somebody who has an event in every turn of the loop, until told to stop. ``heard`` counts them."""

    def __init__(self) -> None:
        self.heard = 0
        self.until: Callable[[], bool] = lambda: False
        self._here, self._there = socket.socketpair()
        self._watcher = gevent.get_hub().loop.io(self._here.fileno(), READ)
        self._watcher.start(self._hear)
        self.begin()

    def begin(self) -> None:
        self._there.send(b"x")

    def _hear(self) -> None:
        self.heard += 1
        if self.until():
            self._here.recv(1)

    def close(self) -> None:
        self._watcher.stop()
        self._watcher.close()
        self._here.close()
        self._there.close()


@pytest.fixture
def chatter() -> Iterator[Chatter]:
    made = Chatter()
    yield made
    made.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is ever so late that it is done for that, however slow the machine."""
    monkeypatch.setattr(serving, "MOST_SECONDS", 60.0)


def soon(done: Callable[[], bool]) -> None:
    with gevent.Timeout(10):
        while not done():
            gevent.sleep(0.001)


def test_everything_is_done_in_order_and_nothing_at_once() -> None:
    leisure, done = Leisure(), list[int]()
    for number in range(10):
        leisure.put(lambda number=number: done.append(number))
    assert done == []
    soon(lambda: len(done) == 10)
    assert done == list(range(10))
    leisure.put(lambda: done.append(10))
    soon(lambda: len(done) == 11)


@pytest.mark.usefixtures("patient")
def test_nothing_is_done_as_long_as_somebody_else_has_events(chatter: Chatter) -> None:
    leisure, heard = Leisure(), list[int]()
    chatter.until = lambda: chatter.heard == 20
    leisure.put(lambda: heard.append(chatter.heard))
    soon(lambda: bool(heard))
    assert heard == [20]


def test_one_piece_at_a_time_is_done_for_a_loop_that_is_never_idle(
    chatter: Chatter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "MOST_SECONDS", 0.1)
    leisure, heard = Leisure(), list[int]()
    for _ in range(4):
        leisure.put(lambda: heard.append(chatter.heard))
    soon(lambda: len(heard) == 4)
    assert min(later - before for before, later in zip([0, *heard], heard, strict=False)) > 5


def test_what_was_left_of_one_pieces_time_is_not_the_next_ones(
    chatter: Chatter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "MOST_SECONDS", 1.0)
    leisure, done = Leisure(), list[float]()
    silent_at = time.monotonic() + 0.6
    chatter.until = lambda: time.monotonic() > silent_at
    leisure.put(lambda: done.append(time.monotonic()))
    soon(lambda: bool(done))
    chatter.until = lambda: len(done) == 2
    chatter.begin()
    leisure.put(lambda: done.append(time.monotonic()))
    soon(lambda: len(done) == 2)
    assert done[1] - done[0] > 0.9


def test_one_that_fails_keeps_none_of_the_others_back() -> None:
    leisure, done = Leisure(), list[int]()
    leisure.put(lambda: done.append(1))
    leisure.put(lambda: 1 // 0)
    leisure.put(lambda: done.append(2))
    soon(lambda: len(done) == 2)
    assert done == [1, 2]


def test_greenlets_take_turns() -> None:
    leisure, done = Leisure(), list[str]()

    def work(name: str) -> None:
        for _ in range(3):
            leisure.wait()
            done.append(name)

    gevent.joinall([gevent.spawn(work, name) for name in "ab"], timeout=10)
    assert done == list("ababab")


@pytest.mark.usefixtures("patient")
def test_sockets_of_the_many_are_seen_to_after_all_others_events(chatter: Chatter) -> None:
    here, there = socket.socketpair()
    here.setblocking(False)
    seen: list[int] = []

    def see_to() -> None:
        for fd, _ in many.events(8):
            seen.append(chatter.heard)
            assert fd == here.fileno()
            here.recv(10)

    many = Watched(see_to, Leisure())
    many.add(here.fileno())
    try:
        chatter.until = lambda: chatter.heard == 20
        there.send(b"one")
        soon(lambda: bool(seen))
        there.send(b"two")
        soon(lambda: len(seen) == 2)
        assert seen == [20, 20]
    finally:
        many.close()
        here.close()
        there.close()


@pytest.mark.usefixtures("patient")
def test_what_was_put_off_for_sockets_is_not_done_once_they_are_nobodys(chatter: Chatter) -> None:
    here, there = socket.socketpair()
    leisure, done = Leisure(), list[str]()
    many = Watched(lambda: done.append("seen"), leisure)
    many.add(here.fileno())
    there.send(b"one")
    gevent.sleep(0.05)
    many.close()
    leisure.put(lambda: done.append("after"))
    chatter.until = lambda: True
    soon(lambda: "after" in done)
    assert done == ["after"]
    here.close()
    there.close()
