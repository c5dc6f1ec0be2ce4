"""A crowd of observers in one thread: kept connections, one poll each, read when something comes."""

from __future__ import annotations

import json
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from support.client import Visitor
from support.house import House

AGAIN_SECONDS = 0.05
TICK_SECONDS = 0.02
GONE = (102, 109)


@dataclass(eq=False)
class Member:
    """One of the crowd: where it stands, and what it heard that people said, by number and in order."""

    visitor: Visitor
    counter: int
    start: int
    heard: list[tuple[int, str]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    answers: int = 0
    faults: int = 0
    socket: socket.socket | None = None
    inbox: bytes = b""
    due: float = 0.0
    is_waiting: bool = False


class Crowd(threading.Thread):
    """Polls for all its members until it is stopped, whatever happens to the server.

    A connection that ends is made anew; a member whose ticket is gone enters the room again and goes on
    from the counter it had.
    """

    def __init__(self, house: House, room_id: str, visitors: Sequence[Visitor], counter: int) -> None:
        super().__init__()
        self.members = [Member(visitor, counter, counter) for visitor in visitors]
        self.fault: BaseException | None = None
        self._house = house
        self._room_id = room_id
        self._selector = selectors.DefaultSelector()
        self._over = threading.Event()

    def run(self) -> None:
        try:
            while not self._over.is_set():
                self._ask()
                for key, _ in self._selector.select(TICK_SECONDS):
                    self._read(key.data)
        except BaseException as fault:  # noqa: BLE001
            # The test's own thread asks for it.
            self.fault = fault

    def stop(self) -> None:
        """Hangs up for everybody."""
        self._over.set()
        self.join(30)
        assert not self.is_alive()
        for member in self.members:
            self._hang_up(member)
        self._selector.close()
        if self.fault is not None:
            raise self.fault

    def until(self, check: Callable[[Member], object], seconds: float = 30) -> float:
        """Returns when something is so for everybody; says how long that took."""
        started = time.monotonic()
        while not all(map(check, self.members)):
            assert self.is_alive(), self.fault
            left = sum(not check(member) for member in self.members)
            assert time.monotonic() - started < seconds, f"{left} of {len(self.members)}"
            time.sleep(0.02)
        return time.monotonic() - started

    def until_asked(self, seconds: float = 30) -> float:
        """Returns when everybody's poll has been sent."""
        return self.until(lambda member: member.is_waiting, seconds)

    def _ask(self) -> None:
        now = time.monotonic()
        for member in self.members:
            if not member.is_waiting and member.due <= now:
                self._poll(member)

    def _poll(self, member: Member) -> None:
        try:
            if member.socket is None:
                member.socket = socket.create_connection(("127.0.0.1", self._house.port), timeout=10)
                member.inbox = b""
                self._selector.register(member.socket, selectors.EVENT_READ, member)
            member.socket.sendall(f"GET /api/{self._call(member)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        except OSError:
            self._lose(member)
            return
        member.is_waiting = True

    def _call(self, member: Member) -> str:
        """The member's next poll."""
        visitor = member.visitor
        query = f"format=json&session={visitor.session}&ticket={visitor.ticket}&counter={member.counter}"
        return f"room/observe?{query}"

    def _read(self, member: Member) -> None:
        assert member.socket is not None
        try:
            data = member.socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            self._lose(member)
            return
        member.inbox += data
        head, end, body = member.inbox.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.partition(b"Content-Length: ")[2].partition(b"\r")[0])
        if len(body) < length:
            return
        assert len(body) == length, body
        assert head.startswith(b"HTTP/1.1 200 "), head
        member.inbox, member.is_waiting = b"", False
        self._take(member, json.loads(body))
        if b"\r\nConnection: close" in head:
            self._hang_up(member)

    def _take(self, member: Member, told: dict) -> None:
        member.answers += 1
        if told["status"] != "ok":
            self._refused(member, told["error"]["code"])
            return
        member.counter = told.get("counter", member.counter)
        said = [one for one in told.get("messages", ()) if one["type"] == "user"]
        member.heard += [(one["id"], one["text"]) for one in said]

    def _refused(self, member: Member, code: int) -> None:
        member.refusals.append(code)
        member.due = time.monotonic() + AGAIN_SECONDS
        if code in GONE:
            member.visitor = self._house.enter(self._room_id)

    def _lose(self, member: Member) -> None:
        member.faults += 1
        member.due = time.monotonic() + AGAIN_SECONDS
        self._hang_up(member)

    def _hang_up(self, member: Member) -> None:
        member.is_waiting = False
        if member.socket is not None:
            self._selector.unregister(member.socket)
            member.socket.close()
            member.socket = None


def anonymous(house: House, room_id: str, count: int) -> list[Visitor]:
    """Many visitors of one session, without nicknames, entered by the store and not by calls."""
    from lingr.domain import presence, sessions
    from lingr.domain.context import Caller

    session = sessions.create(house.ctx, Caller(api_key=house.api_key), client_type="human")
    caller = Caller(api_key=house.api_key, session=session, session_id=session.id)

    def enter() -> Visitor:
        entrance = presence.enter(house.ctx, caller, id=room_id, password=None, nickname="", idempotent=False)
        counter = entrance.room.counter
        return Visitor(house.client, session.id, entrance.occupant_id, entrance.ticket, counter)

    return [enter() for _ in range(count)]
