"""A server of one room with known faults, to see whether the benchmark's load generator finds them.

It answers the observe and say paths as the bare floor does, with texts around the messages that would mislead
anything but a real JSON reader.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support import pids

TRICK = '"}], "counter": 77, "messages": [{"id": 1, "text": "bench 0 0 \\"'

Messages = list[dict[str, Any]]


class Room:
    """An honest room; the faulty ones change what a poll is told."""

    together = 1  # messages an answer waits for

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.news = threading.Condition()
        self.closing = False
        self.answers = 0

    def say(self, text: str) -> dict[str, Any]:
        with self.news:
            self.texts.append(text)
            self.news.notify_all()
            counter = len(self.texts)
            return {"status": "ok", "message": {"id": counter, "text": text}, "counter": counter}

    def observe(self, counter: int) -> dict[str, Any]:
        with self.news:
            self.news.wait_for(lambda: self.closing or len(self.texts) >= counter + self.together, timeout=30)
            page = [{"id": i, "text": text} for i, text in enumerate(self.texts, 1) if i > counter]
            self.answers += 1
            return self.answer(len(self.texts), self.changed(page))

    def answer(self, counter: int, messages: Messages) -> dict[str, Any]:
        occupants = [{"nickname": TRICK, "counter": 99, "messages": [{"id": 5, "text": "bench 0 1"}]}]
        noted = [{"type": "user", "nickname": TRICK, **message} for message in messages]
        return {"status": "ok", "occupants": occupants, "messages": noted, "counter": counter, "a": [[], {}]}

    def changed(self, page: Messages) -> Messages:
        return page


class LossyRoom(Room):
    """Leaves the messages out of every seventh answer."""

    def changed(self, page: Messages) -> Messages:
        return [] if self.answers % 7 == 0 else page


class DoublingRoom(Room):
    """Tells everything from the beginning in every answer."""

    def changed(self, page: Messages) -> Messages:
        return [{"id": i, "text": text} for i, text in enumerate(self.texts, 1)]


class ReorderingRoom(Room):
    """Waits for two messages and tells the later one first."""

    together = 2

    def changed(self, page: Messages) -> Messages:
        return page[::-1]


class ShakyRoom(Room):
    """Loses nothing, but its server closes the connection after every third answer."""


class StunningRoom(Room):
    """Tells at once what is said, but stops the program ``load``, which asks, before that for a while."""

    stunned_seconds = 1.0

    def say(self, text: str) -> dict[str, Any]:
        for pid in pids.children(os.getpid()):
            if pids.command(pid).partition(" ")[0].endswith("/load"):
                os.kill(pid, signal.SIGSTOP)
                threading.Timer(self.stunned_seconds, os.kill, (pid, signal.SIGCONT)).start()
        return super().say(text)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    room: Room

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self.reply(self.room.observe(int(query["counter"][0])))

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.reply(self.room.say(form["message"][0]))

    def reply(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer, indent=1).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        if isinstance(self.room, ShakyRoom) and self.room.answers % 3 == 0:
            self.close_connection = True  # without saying so in a header
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the output belongs to the tests."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is no news."""


@contextlib.contextmanager
def serving(room: Room) -> Iterator[int]:
    """Serve the room and give its port."""
    handler = type("RoomHandler", (Handler,), {"room": room})
    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            with room.news:
                room.closing = True
                room.news.notify_all()
            server.shutdown()
            thread.join()
