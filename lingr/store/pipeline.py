"""The engine's protocol without any input or output: bytes to send, and whom the bytes that come are for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

import hiredis
import redis
from redis.connection import DefaultParser

from lingr.store.channel import Argument, Commands, CutOff, Done, Reply

_NOTHING = object()
# Its type promises less than it does: one argument, without an Ellipsis.
_pack: Callable[[tuple[Argument, ...]], bytes] = hiredis.pack_command  # type: ignore[assignment]


def pack(commands: Commands) -> bytes:
    """The bytes that ask for these commands. Raises redis.DataError when there is no way to say them."""
    try:
        if len(commands) == 1:
            return _pack(tuple(commands[0]))
        return b"".join([_pack(tuple(command)) for command in commands])
    except (TypeError, UnicodeEncodeError) as fault:
        raise redis.DataError(str(fault)) from fault


class Replies:
    """Makes replies of the bytes that come.

    A refusal is a reply too: an instance of the exception that redis-py has for it. ``misplaced`` says
    that one of them was about the connection: another one may find an engine that serves.
    """

    def __init__(self) -> None:
        self._reader = hiredis.Reader(
            protocolError=redis.InvalidResponse, replyError=self._refusal, notEnoughData=_NOTHING
        )
        self.misplaced = False

    def fed(self, data: bytes) -> list[Reply]:
        """The replies that these bytes complete. Raises CutOff for bytes that are no replies."""
        self._reader.feed(data)
        next_reply = self._reader.gets
        found = []
        try:
            while (reply := next_reply()) is not _NOTHING:
                found.append(reply)
        except redis.InvalidResponse as fault:
            raise CutOff(str(fault)) from fault
        return found

    def _refusal(self, text: str) -> Exception:
        refusal: Exception = DefaultParser.parse_error(text)  # type: ignore[no-untyped-call]
        if isinstance(refusal, redis.exceptions.ReadOnlyError):
            # Another engine has become the master.
            self.misplaced = True
        elif isinstance(refusal, redis.ConnectionError) and not isinstance(refusal, redis.BusyLoadingError):
            self.misplaced = True
        return refusal


class Pipeline:
    """Remembers who asked for what over one connection, and hands out the replies in that order."""

    def __init__(self) -> None:
        self._replies = Replies()
        # In order: where in the stream of sent bytes the request begins, its number of commands, who asked.
        self._asked: deque[tuple[int, int, Done]] = deque()
        self._half: list[Reply] = []

    def __len__(self) -> int:
        return len(self._asked)

    @property
    def misplaced(self) -> bool:
        """Whether the engine said that it is not the one to ask."""
        return self._replies.misplaced

    def ask(self, start: int, count: int, done: Done) -> None:
        """Notes a request of some commands that begins after the first ``start`` bytes sent."""
        self._asked.append((start, count, done))

    def answered(self, data: bytes) -> list[tuple[Done, list[Reply]]]:
        """Whose replies these bytes complete. Raises CutOff when they are no replies, or nobody's."""
        found = []
        asked = self._asked
        for reply in self._replies.fed(data):
            if not asked:
                raise CutOff("a reply that nobody asked for")
            count = asked[0][1]
            if count == 1:
                found.append((asked.popleft()[2], [reply]))
                continue
            self._half.append(reply)
            if len(self._half) == count:
                found.append((asked.popleft()[2], self._half))
                self._half = []
        return found

    def give_up(self, sent: int) -> Iterator[tuple[Done, bool]]:
        """Forgets all requests: who asked, and whether any of the first ``sent`` bytes was theirs."""
        asked, self._asked = self._asked, deque()
        return ((done, start < sent) for start, _, done in asked)
