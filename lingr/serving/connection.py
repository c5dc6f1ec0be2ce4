"""A client's connection as the parking sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lingr.serving.ordinary import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lingr.serving.access import Record
    from lingr.serving.crowds import Crowd, Crowds, ParkedRoom
    from lingr.serving.door import Held
    from lingr.serving.polls import Polls
    from lingr.serving.sayings import Template
    from lingr.store.mirror import Home

IDLE, BUSY, PARKED, SENDING, CLOSED = "idle", "busy", "parked", "sending", "closed"


class Connection:
    """One connection; there are many thousands, so it holds no more than it must.

    ``state``: idle between requests, busy while one is answered, parked while its poll waits, sending while
    the client is slow to read, closed when it is no longer ours. ``deadline`` ends the state (monotonic
    seconds). ``fd`` is its file descriptor, or -1 when that is no longer ours. ``used`` says that there was a
    request, ``close`` that the connection ends with the next answer, ``ended`` that the client will send
    nothing more, ``more`` that it has sent something that was not read yet. ``size`` is how much to read at
    once (bytes), ``unsent`` the rest of an answer.

    A poll that may come again as it is, but for its counter, left its bytes before and after the counter
    in ``prefix`` and ``suffix``; ``crowds`` are those it may join, ``home`` its ticket's. ``crowd`` is where
    the poll stands (None: alone), ``held`` the poll, or None if in a crowd it is like all the others.
    ``room`` is the room it was last for. ``looking``: somebody looks right now whether there is news for it;
    ``again``: and should look once more. ``logged`` is what the access log will tell of the request.
    ``saying`` is what its requests have in common that say something. ``is_crowded``: it polls with many
    others. ``quiet``: the poll in ``held``, from this counter, was looked at in vain, and nothing has come
    since that it listens to.
    """

    __slots__ = (
        *("_polls", "again", "close", "crowd", "crowds", "deadline", "ended", "fd", "held", "home", "host"),
        *("is_crowded", "logged", "looking", "more", "prefix", "quiet", "room", "saying", "size"),
        *("state", "suffix", "unsent", "used"),
    )

    def __init__(self, polls: Polls, fd: int, host: str, deadline: float) -> None:
        self._polls = polls
        self.fd = fd
        self.host = host
        self.deadline = deadline
        self.state = IDLE
        self.used = self.close = self.ended = self.more = self.looking = self.again = self.is_crowded = False
        self.size = MOST_BYTES
        self.unsent: memoryview | None = None
        self.prefix: bytes | None = None
        self.suffix = b""
        self.crowds: Crowds | None = None
        self.crowd: Crowd | None = None
        self.home: Home | None = None
        self.held: Held | None = None
        self.room: ParkedRoom | None = None
        self.logged: Record | None = None
        self.saying: Template | None = None
        self.quiet: int | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether a poll of its waits."""
        return self.state is PARKED

    def news(self) -> None:
        """It is worth looking again."""
        self._polls.look(self)

    def nothing(self) -> None:
        """Its ticket is polled elsewhere, or the process leaves: a poll that waits is answered as in vain."""
        self.prefix = None
        self._polls.expire(self)


class Connections:
    """Connections by their file descriptors, which are small numbers.

    ``by_fd`` is a list with gaps, for reading. It never becomes shorter, so it has a place for every
    descriptor that ever was here.
    """

    def __init__(self) -> None:
        self.by_fd: list[Connection | None] = []
        self._number = 0

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Connection]:
        """Those that are here now; they may be removed meanwhile."""
        return iter([conn for conn in self.by_fd if conn is not None])

    def add(self, conn: Connection) -> None:
        """Raises LookupError if one with that descriptor is here."""
        self.by_fd += [None] * (conn.fd + 1 - len(self.by_fd))
        if self.by_fd[conn.fd] is not None:
            raise LookupError(f"descriptor {conn.fd} is in use")
        self.by_fd[conn.fd] = conn
        self._number += 1

    def remove(self, conn: Connection) -> int:
        """Forgets a connection; returns what was its descriptor, which is the caller's from now on.

        Raises LookupError if it is not here.
        """
        fd = conn.fd
        if fd < 0 or self.by_fd[fd] is not conn:
            raise LookupError(f"descriptor {fd} is another connection's")
        conn.fd, self.by_fd[fd] = -1, None
        self._number -= 1
        return fd
