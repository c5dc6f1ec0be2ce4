"""Connections that are kept, and which worker has them."""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from support.client import Visitor
from support.served import Served

ESTABLISHED, CLOSE_WAIT = "01", "08"


class Wire:
    """One kept connection. What is asked may be answered later; one request is under way at a time."""

    def __init__(self, port: int, timeout: float = 30) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self._connection.connect()

    @property
    def sock(self) -> socket.socket:
        return self._connection.sock

    def ask(self, path: str, **params: object) -> Wire:
        self._connection.request("GET", f"/api/{path}?{urlencode({'format': 'json', **params})}")
        return self

    def observe(self, visitor: Visitor, **params: object) -> Wire:
        """Begins a poll from where the visitor stands."""
        asked = {"session": visitor.session, "ticket": visitor.ticket, "counter": visitor.counter, **params}
        return self.ask("room/observe", **asked)

    def say(self, visitor: Visitor, message: str) -> Any:
        asked = {"session": visitor.session, "ticket": visitor.ticket, "message": message}
        return self.ask("room/say", **asked).answer()

    def answer(self) -> Any:
        """The answer, decoded; it always comes with 200."""
        response = self._connection.getresponse()
        body = response.read()
        assert response.status == 200, body
        return json.loads(body)

    def is_answered(self, within: float = 0.0) -> bool:
        return bool(select.select([self.sock], [], [], within)[0])

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True)
class Link:
    """One end of a TCP connection on this machine, as the kernel lists it."""

    local: int
    remote: int
    state: str
    unread: int
    inode: str


def links(port: int) -> list[Link]:
    """The connections of the server on this port, its own ends of them."""
    found = []
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, queues, _, _, _, _, inode, *_ = line.split()
        link = Link(_port(local), _port(remote), state, int(queues.partition(":")[2], 16), inode)
        if link.local == port and link.state in (ESTABLISHED, CLOSE_WAIT):
            found.append(link)
    return found


def worker_of(wire: Wire, served: Served) -> int | None:
    """The worker that has accepted the connection, or None while none has."""
    own = wire.sock.getsockname()[1]
    inodes = [link.inode for link in links(served.port) if link.remote == own]
    for pid in served.web_workers():
        if inodes and f"socket:[{inodes[0]}]" in _open_files(pid):
            return pid
    return None


def until_read(wires: list[Wire], served: Served) -> None:
    """Returns when the server has accepted the connections and read what was sent on them."""
    own = {wire.sock.getsockname()[1] for wire in wires}

    def all_read() -> bool:
        now = [link for link in links(served.port) if link.remote in own]
        return len(now) == len(own) and all(link.inode != "0" and not link.unread for link in now)

    soon(all_read)


def wires_to(served: Served, worker: int, count: int) -> list[Wire]:
    """Connections that this worker has accepted."""
    others = [pid for pid in served.web_workers() if pid != worker]
    with stopped(*others):
        wires = [Wire(served.port) for _ in range(count)]
        for wire in wires:
            soon(lambda wire=wire: worker_of(wire, served) == worker)
    return wires


@contextmanager
def stopped(*pids: int) -> Iterator[None]:
    """Processes that stand still for a while."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def soon(check: Callable[[], object], seconds: float = 10) -> float:
    """Waits until ``check()`` is true; returns how long it took."""
    started = time.monotonic()
    while not check():
        assert time.monotonic() - started < seconds
        time.sleep(0.005)
    return time.monotonic() - started


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)


def _open_files(pid: int) -> set[str]:
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(entry.readlink()))
        except FileNotFoundError:
            continue
    return found
