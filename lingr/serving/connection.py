"""A client's connection as the parking sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lingr.serving.access import Record
    from lingr.serving.crowds import Crowd, Crowds, ParkedRoom
    from lingr.serving.door import Held
    from lingr.serving.polls import Polls
    from lingr.store.mirror import Home

IDLE, BUSY, PARKED, SENDING = "idle", "busy", "parked", "sending"


class Connection:
    """One connection; there are many thousands, so it holds no more than it must.

    ``state``: idle between requests, busy while one is answered, parked while its poll waits, sending while
    the client is slow to read. ``deadline`` ends the state (monotonic seconds). ``used`` says that there was
    a request, ``close`` that the connection ends with the next answer, ``silenced`` that nothing is read
    until then; ``ahead`` is what was read too early. ``unsent`` is the rest of an answer.

    A poll that may come again as it is, but for its counter, left its bytes before and after the counter
    in ``prefix`` and ``suffix``; ``crowds`` are those it may join, ``home`` its ticket's. ``held`` is the
    poll, ``crowd`` where it stands (None: alone), ``room`` the room it was last for. ``looking``: somebody
    looks right now whether there is news for it; ``again``: and should look once more. ``logged`` is what the
    access log will tell of the request.
    """

    __slots__ = (
        *("_polls", "again", "ahead", "close", "crowd", "crowds", "deadline", "fd", "held", "home", "host"),
        *("logged", "looking", "prefix", "room", "silenced", "state", "suffix", "unsent", "used"),
    )

    def __init__(self, polls: Polls, fd: int, host: str, deadline: float) -> None:
        self._polls = polls
        self.fd = fd
        self.host = host
        self.deadline = deadline
        self.state = IDLE
        self.used = self.close = self.silenced = self.looking = self.again = False
        self.ahead = b""
        self.unsent: memoryview | None = None
        self.prefix: bytes | None = None
        self.suffix = b""
        self.crowds: Crowds | None = None
        self.crowd: Crowd | None = None
        self.home: Home | None = None
        self.held: Held | None = None
        self.room: ParkedRoom | None = None
        self.logged: Record | None = None

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
