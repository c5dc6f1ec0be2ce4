"""What carries commands to the engine in a process that has an event loop: the loop itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

Reply = Any
Argument = str | bytes | int | float

Commands = Sequence[Sequence[Argument]]
Socket = Any
"""A connected, signed-in, non-blocking stream socket."""

Done = Callable[[list[Reply] | Exception], object]
"""Is told the replies to an exchange, refusals among them, or why there are none: Unsent, CutOff."""


class Unsent(Exception):
    """The engine got nothing of it. It may be sent again."""


class CutOff(Exception):
    """The answer is lost; what was asked may have been carried out."""


class Wire(Protocol):
    """A connection to the engine for listening. One greenlet or thread reads, any may send."""

    def send(self, *command: Argument) -> None:
        """Sends a command, and does not wait for its reply. Raises CutOff."""

    def replies(self, timeout: float) -> Sequence[Reply]:
        """What came since the last call, or else within ``timeout`` seconds: often one, sometimes none.

        Raises CutOff when the connection is no longer good.
        """

    def close(self) -> None:
        """Hangs up."""


class Channel(Protocol):
    """One connection to the engine, shared by all callers of a process; made anew when it breaks."""

    def exchange(self, commands: Commands) -> list[Reply]:
        """The replies to commands that are carried out in this order, refusals among them.

        Waits without blocking other greenlets. Raises Unsent or CutOff.
        """

    def send(self, commands: Commands, done: Done) -> None:
        """The same without waiting, from anywhere, a callback of the event loop included.

        ``done`` is called from the event loop, never before this returns, and must not block.
        """

    def send_packed(self, request: bytes, done: Done) -> None:
        """The same with one command as the engine reads it."""

    def wire(self) -> Wire:
        """Opens a connection for listening; may wait. Raises Unsent."""

    def close(self) -> None:
        """Hangs up. Whoever waits gets Unsent or CutOff; the next command opens a new connection."""


Connect = Callable[[], Socket]
"""Opens a connection to the engine; may wait. Raises Unsent, or redis.ResponseError if it is refused."""
