"""What is made of one of redis-py's connections: a socket for an event loop, or a wire that blocks."""

from __future__ import annotations

import _socket
from typing import Any

import redis

from lingr.store.channel import Argument, CutOff, Reply, Socket


def bare(connection: Any) -> Socket:
    """The connection's socket by itself, non-blocking. The connection is of no use any more.

    It is the interpreter's own kind of socket, not what gevent puts in its place, which does more at
    each call and of which nothing is needed when the event loop says what to do.
    """
    socket = _socket.socket(fileno=connection._sock.detach())
    socket.setblocking(False)
    connection.disconnect()
    return socket


class PlainWire:
    """A Wire over a connection of redis-py. Reading it blocks the thread, or the greenlet."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def send(self, *command: Argument) -> None:
        """See Wire."""
        try:
            self._connection.send_command(*command, check_health=False)
        except (redis.RedisError, OSError) as fault:
            raise CutOff(str(fault)) from fault

    def replies(self, timeout: float) -> list[Reply]:
        """See Wire."""
        try:
            return [self._connection.read_response(timeout=timeout, disconnect_on_error=False)]
        except redis.TimeoutError:
            return []
        except (redis.RedisError, OSError) as fault:
            raise CutOff(str(fault)) from fault

    def close(self) -> None:
        """See Wire."""
        self._connection.disconnect()
