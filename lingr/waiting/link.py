"""The process's way to the engine under gevent: all its greenlets share one pipelined connection."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

import gevent
from gevent.hub import Waiter

from lingr.store.channel import Commands, Connect, Done, Reply, Unsent
from lingr.store.pipeline import pack
from lingr.waiting.talk import Talk
from lingr.waiting.wire import LoopWire

RETRY_SECONDS = 0.05
FULL_BYTES = 4_000_000


class Link:
    """A Channel over connections that ``connect`` opens, for the thread that makes it.

    It connects when somebody asks for something. An engine that says nothing for 5 seconds while it owes
    an answer is hung up on. Callers of ``exchange`` wait while 4 MB are unsent; ``send`` refuses with Unsent.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._hub = gevent.get_hub()
        self._talk: Talk | None = None
        self._early: list[tuple[bytes, int, Done]] = []
        self._early_bytes = 0
        self._is_connecting = False
        self._failed_at = 0.0
        self._crowd: deque[Any] = deque()

    def exchange(self, commands: Commands) -> list[Reply]:
        """See Channel."""
        if not commands:
            return []
        request = pack(commands)
        while self._is_full():
            self._wait_for_room()
        waiter = Waiter()
        if waiter.hub is not self._hub:
            raise RuntimeError("the link belongs to another thread's event loop")
        self._ask(request, len(commands), waiter.switch)
        # A greenlet that is killed here leaves its waiter behind, which takes the replies and drops them.
        outcome = waiter.get()
        if outcome.__class__ is list:
            return outcome
        # One exception may be told to many.
        raise outcome.with_traceback(None)

    def send(self, commands: Commands, done: Done) -> None:
        """See Channel."""
        request = pack(commands)
        if not commands:
            _later(done, [])
        else:
            self._send(request, len(commands), done)

    def send_packed(self, request: bytes, done: Done) -> None:
        """See Channel."""
        self._send(request, 1, done)

    def _send(self, request: bytes, count: int, done: Done) -> None:
        if self._is_full():
            _later(done, Unsent("the engine is not reading"))
        else:
            self._ask(request, count, done)

    def wire(self) -> LoopWire:
        """See Channel."""
        return LoopWire(self._connect())

    def close(self) -> None:
        """See Channel."""
        if self._talk is not None:
            talk, self._talk = self._talk, None
            talk.line.hang_up("closed")

    def _ask(self, request: bytes, count: int, done: Done) -> None:
        if self._talk is not None:
            self._talk.ask(request, count, done)
            return
        self._early.append((request, count, done))
        self._early_bytes += len(request)
        if not self._is_connecting:
            self._is_connecting = True
            gevent.spawn(self._open)

    def _open(self) -> None:
        fault: Exception = Unsent("no longer connecting")
        try:
            # Everybody who failed together asks again together: one attempt serves them all.
            gevent.sleep(max(0.0, self._failed_at + RETRY_SECONDS - time.monotonic()))
            talk = self._talk = Talk(self._connect(), self._over, self._make_room)
            for early in self._take_early():
                talk.ask(*early)
        except Exception as caught:  # noqa: BLE001 (told to everybody who waits)
            fault = caught
            self._failed_at = time.monotonic()
        finally:
            self._is_connecting = False
            for _, _, done in self._take_early():
                _later(done, fault)
            self._make_room()

    def _take_early(self) -> list[tuple[bytes, int, Done]]:
        early, self._early, self._early_bytes = self._early, [], 0
        return early

    def _over(self, talk: Talk) -> None:
        """The connection serves no more requests, though it may still owe answers."""
        if self._talk is talk:
            self._talk = None
        self._make_room()

    def _is_full(self) -> bool:
        unsent = self._early_bytes if self._talk is None else self._talk.line.unsent
        return unsent > FULL_BYTES

    def _wait_for_room(self) -> None:
        waiter = Waiter()
        self._crowd.append(waiter)
        waiter.get()

    def _make_room(self) -> None:
        # Whoever is woken looks again: not all may find room.
        if self._crowd and not self._is_full():
            crowd, self._crowd = self._crowd, deque()
            for waiter in crowd:
                _later(waiter.switch, None)


def _later(call: Any, *arguments: object) -> None:
    gevent.get_hub().loop.run_callback(call, *arguments)
