"""Greenlets in the test's own process: nothing is patched but the sockets that lead to the engine."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import gevent
import gevent.socket
import pytest

from lingr.domain import rooms
from lingr.domain.context import Context
from lingr.values import Room
from lingr.waiting.hub import Hub
from support.people import ROOM
from support.process import soon

Spawn = Callable[..., gevent.Greenlet]


@pytest.fixture
def cooperative(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one greenlet waits for the engine, the others run."""
    monkeypatch.setattr("redis.connection.socket", gevent.socket)


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Starts greenlets. None outlives the test, and none may have failed."""
    started: list[gevent.Greenlet] = []

    def spawn(call: Callable[..., object], *arguments: object) -> gevent.Greenlet:
        started.append(gevent.spawn(call, *arguments))
        return started[-1]

    yield spawn
    gevent.killall(started)
    assert [one.exception for one in started if not one.successful()] == []


@pytest.fixture
def hub(clock) -> Hub:
    return Hub(lambda: clock.now / 1000)


@pytest.fixture(autouse=True)
def _no_greenlet_left() -> Iterator[None]:
    before = {id(one) for one in living()}
    yield
    # What was told to end may take a moment.
    soon(lambda: all(id(one) in before for one in living()), 2)


def living() -> list[gevent.Greenlet]:
    return [one for one in gc.get_objects() if isinstance(one, gevent.Greenlet) and not one.ready()]


@pytest.fixture
def lobby(ctx: Context) -> Room:
    return rooms.create(ctx, id=ROOM, name="Lobby")
