"""What a crowd is sent, and who is looked after when that fails."""

from __future__ import annotations

from collections.abc import Iterator
from socket import socketpair
from types import SimpleNamespace
from typing import Any

import gevent
import pytest

from lingr.render import Rendered
from lingr.serving import deliveries as serving
from lingr.serving.crowds import Crowd, Crowds, ParkedRoom
from lingr.serving.deliveries import Deliveries
from lingr.serving.leisure import Leisure
from lingr.values import News
from lingr.values_watch import Common, Standing

ANSWER = Rendered(b"{}", "text/plain")


class Wire:
    """Connections of which some cannot be answered; what becomes of each is noted."""

    is_leaving = False

    def __init__(self, broken: Any = None) -> None:
        self.broken = broken
        self.answered: list[Any] = []
        self.dropped: list[Any] = []

    def bytes_of(self, rendered, *, close):
        return rendered.body

    def respond(self, conn, rendered):
        if conn is self.broken:
            raise ValueError
        self.answered.append(conn)

    def drop(self, conn):
        self.dropped.append(conn)
        conn.crowd = None

    def crowded(self, conn):
        if conn is self.broken:
            raise OSError
        conn.is_crowded = True


class Conn(SimpleNamespace):
    __hash__ = object.__hash__
    __eq__ = object.__eq__

    def __init__(self):
        super().__init__(home=SimpleNamespace(good=True), held=None, more=False, is_crowded=False)
        self.client, self._server = socketpair()
        self.client.setblocking(False)
        self.fd = self._server.fileno()

    def read(self):
        """What it was sent since, None if nothing."""
        try:
            return self.client.recv(100)
        except BlockingIOError:
            return None

    def close(self):
        self.client.close()
        self._server.close()


@pytest.fixture
def conns() -> Iterator[list[Conn]]:
    made = [Conn() for _ in range(3)]
    yield made
    for conn in made:
        conn.close()


def crowd_of(wire: Wire, conns: list[Conn], *, logged: bool) -> tuple[Deliveries, ParkedRoom]:
    news = News(1, (), None, "UTC", None, 1)
    held = SimpleNamespace(
        wraps=False,
        at_hand=lambda *_: True,
        told=lambda *_: Common(news),
        common=lambda told: ANSWER,
    )
    door = SimpleNamespace(clock=lambda: 0)
    times = SimpleNamespace(idle_until=0)
    deliveries = Deliveries(
        door, wire, times, lambda send: send(), Leisure(), lambda conn: None, logged=logged
    )
    room, crowds = ParkedRoom("lobby", None), Crowds(held, False)
    crowd = crowds.at(Standing(0, None, behind=False), held)
    assert isinstance(crowd, Crowd)
    room.kinds["all"] = crowds
    for conn in conns:
        conn.crowd = crowd
        crowd.members[conn] = None
    return deliveries, room


def test_one_that_cannot_be_answered_is_dropped_and_the_others_are_answered(conns: list[Conn]) -> None:
    wire = Wire()
    deliveries, room = crowd_of(wire, conns, logged=True)
    wire.broken = conns[1]
    deliveries.tell(room)
    assert wire.dropped == [conns[1]]
    assert wire.answered == [conns[0], conns[2]]


@pytest.mark.parametrize("is_leaving", [False, True])
def test_in_a_process_that_leaves_every_connection_is_answered_as_one_that_ends(
    conns: list[Conn], is_leaving: bool
) -> None:
    wire = Wire()
    wire.is_leaving = is_leaving
    deliveries, room = crowd_of(wire, conns, logged=False)
    deliveries.tell(room)
    assert wire.answered == (conns if is_leaving else [])
    assert [conn.read() for conn in conns] == [None if is_leaving else b"{}"] * 3


@pytest.mark.parametrize("most", [2, 3])
def test_who_is_one_of_too_many_waits_among_these_from_then_on(
    conns: list[Conn], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(serving, "SLICE", most)
    gone = conns[1]
    deliveries, room = crowd_of(Wire(), conns, logged=False)
    deliveries.tell(room)
    gone.crowd = None
    with gevent.Timeout(10):
        while any(conn.crowd for conn in conns) or deliveries.are_under_way:
            gevent.sleep(0)
    is_large = most < len(conns)
    assert [conn.is_crowded for conn in conns] == [is_large and conn is not gone for conn in conns]
    assert [conn.read() for conn in conns if conn is not gone] == [b"{}"] * 2


def test_one_that_cannot_be_moved_among_these_keeps_nobody_from_being_answered(
    conns: list[Conn], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "SLICE", 2)
    wire = Wire(broken=conns[1])
    deliveries, room = crowd_of(wire, conns, logged=False)
    deliveries.tell(room)
    with gevent.Timeout(10):
        while any(conn.crowd for conn in conns) or deliveries.are_under_way:
            gevent.sleep(0)
    assert wire.dropped == [conns[1]]
    assert [conn.read() for conn in conns] == [b"{}", None, b"{}"]
