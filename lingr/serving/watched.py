"""Many sockets as one event of gevent's loop."""

from __future__ import annotations

import select
from collections.abc import Callable

import gevent
from gevent import monkey

from lingr.serving.leisure import BEHIND, Leisure

READ = 1
EDGES = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLET
"""An event tells of what has come since the last one, so there is nothing to be switched off and on."""


class Watched:
    """A set of sockets. ``see_to`` is called in the loop, over and over, while any of them has an event.

    Or, if it may be done at ``leisure``, each time that nobody else has one.
    """

    def __init__(self, see_to: Callable[[], None], leisure: Leisure | None = None) -> None:
        # gevent leaves only `select.select` to who has been patched. This epoll set is never waited for.
        self._epoll = monkey.get_original("select", "epoll")()
        self._see_to = see_to
        self._is_due = False
        loop, fd = gevent.get_hub().loop, self._epoll.fileno()
        if leisure is None:
            self._watcher = loop.io(fd, READ)
            self._watcher.start(see_to)
        else:
            # It is never stopped meanwhile: to start it again takes the longer the more sockets there are.
            self._watcher = loop.io(fd, READ, priority=BEHIND)
            self._watcher.start(self._put_off, leisure)

    def add(self, fd: int) -> None:
        """Watches a socket; what has come already is an event, too."""
        self._epoll.register(fd, EDGES)

    def remove(self, fd: int) -> None:
        """Watches it no longer. A socket that is closed need not be removed."""
        self._epoll.unregister(fd)

    def want_room(self, fd: int, wanted: bool) -> None:
        """Whether it is an event that a socket takes more to send."""
        self._epoll.modify(fd, EDGES | select.EPOLLOUT if wanted else EDGES)

    def events(self, most: int) -> list[tuple[int, int]]:
        """Up to ``most`` file descriptors with their events, those first that have waited longest."""
        found: list[tuple[int, int]] = self._epoll.poll(0, most)
        return found

    def _put_off(self, leisure: Leisure) -> None:
        if not self._is_due:
            self._is_due = True
            leisure.put(self._see_to_now)

    def _see_to_now(self) -> None:
        self._is_due = False
        if not self._epoll.closed:
            self._see_to()

    def close(self) -> None:
        self._watcher.stop()
        self._watcher.close()
        self._epoll.close()
