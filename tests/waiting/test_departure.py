"""Clients that hang up while their polls are held, on real sockets."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import gevent
import gevent.socket
import pytest
from gevent.event import Event

from lingr.waiting.departure import departure


@pytest.fixture
def pair() -> Iterator[tuple[gevent.socket.socket, socket.socket]]:
    """A server's connection and its client's."""
    with gevent.socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        served, _ = listener.accept()
    with served, client:
        yield served, client


def left_within(event: Event, seconds: float = 5) -> bool:
    return bool(event.wait(seconds))


def test_a_client_that_closes_is_noticed(pair):
    served, client = pair
    left = Event()
    with departure(served, left.set):
        gevent.sleep(0)
        assert not left.is_set()
        client.close()
        assert left_within(left)


def test_a_client_that_resets_is_noticed(pair):
    served, client = pair
    left = Event()
    with departure(served, left.set):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        assert left_within(left)


def test_a_client_that_had_gone_before_is_noticed(pair):
    served, client = pair
    client.close()
    left = Event()
    with departure(served, left.set):
        assert left_within(left)


def test_the_next_request_is_no_departure_and_stays_to_be_read(pair):
    served, client = pair
    left = Event()
    with departure(served, left.set):
        client.sendall(b"GET /next")
        assert not left_within(left, 0.05)
    assert served.recv(100) == b"GET /next"


def test_nobody_is_told_once_the_poll_is_over(pair):
    served, client = pair
    left = Event()
    with departure(served, left.set):
        pass
    client.close()
    assert not left_within(left, 0.05)


def test_a_fault_while_waiting_ends_the_watching(pair):
    served, client = pair
    left = Event()
    with pytest.raises(ZeroDivisionError), departure(served, left.set):
        raise ZeroDivisionError
    client.close()
    assert not left_within(left, 0.05)


def test_without_a_socket_nobody_leaves():
    with departure(None, lambda: pytest.fail("nobody is there to leave")):
        gevent.sleep(0)
