"""Noticing that a client has hung up while its poll is held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import MSG_DONTWAIT, MSG_PEEK
from typing import Any

import gevent

READ = 1


@contextmanager
def departure(socket: Any, left: Callable[[], None]) -> Iterator[None]:
    """While inside, calls ``left`` as soon as the peer of the socket has gone. Without a socket: never.

    Bytes that arrive meanwhile are the client's next request: they are left where they are, and it is
    taken to be there for as long as they have not been read.
    """
    if socket is None:
        yield
        return
    watcher = gevent.get_hub().loop.io(socket.fileno(), READ)

    def readable() -> None:
        watcher.stop()
        if _has_left(socket):
            left()

    watcher.start(readable)
    try:
        yield
    finally:
        watcher.stop()
        watcher.close()


def _has_left(socket: Any) -> bool:
    # This runs in the hub, where gevent's own recv could not wait: it is the plain socket that is asked.
    plain = getattr(socket, "_sock", socket)
    try:
        return not plain.recv(1, MSG_PEEK | MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
