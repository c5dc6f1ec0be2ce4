"""The floor: the least an application on gunicorn and gevent can do to deliver messages to long polls.

No Flask, no Redis, no sessions, no roster, nothing is checked: an Event per room, one rendered body per
message that all observers share, all state in one process. What lingr costs is told as a ratio to this.

    gunicorn -k gevent -w 1 --worker-connections 20000 -b 127.0.0.1:PORT bench.floor:application
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from gevent.event import Event

HOLD_SECONDS = 50
MOST_MESSAGES = 50
HEADERS = [("Content-Type", "text/javascript; charset=utf-8")]
EMPTY = b'{"status": "ok"}'

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Room:
    """A list of texts, whose length is the counter, and an Event that is replaced whenever it has fired."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.news = Event()
        self.bodies: dict[int, bytes] = {}

    def say(self, text: str) -> int:
        self.texts.append(text)
        self.bodies = {}
        fired, self.news = self.news, Event()
        fired.set()
        return len(self.texts)

    def body_after(self, counter: int) -> bytes:
        """The messages after the counter, rendered once for all who stand there."""
        body = self.bodies.get(counter)
        if body is None:
            page = self.texts[counter : counter + MOST_MESSAGES]
            messages = [{"id": counter + i, "text": text} for i, text in enumerate(page, 1)]
            answer = {"status": "ok", "counter": counter + len(page), "messages": messages}
            body = self.bodies[counter] = json.dumps(answer).encode()
        return body


rooms: dict[str, Room] = {}


def observe(query: dict[str, list[str]]) -> bytes:
    room = rooms.setdefault(query["ticket"][0], Room())
    counter = int(query["counter"][0])
    if counter >= len(room.texts) and not room.news.wait(HOLD_SECONDS):
        return EMPTY
    return room.body_after(counter)


def say(form: dict[str, list[str]]) -> bytes:
    room = rooms.setdefault(form["ticket"][0], Room())
    counter = room.say(form["message"][0])
    return json.dumps({"status": "ok", "counter": counter, "message": {"id": counter}}).encode()


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """GET /api/room/observe and POST /api/room/say; the ticket is the room's name."""
    path = environ["PATH_INFO"]
    status = "200 OK"
    if path == "/api/room/observe":
        body = observe(parse_qs(environ["QUERY_STRING"]))
    elif path == "/api/room/say":
        body = say(parse_qs(environ["wsgi.input"].read().decode()))
    else:
        status, body = "404 Not Found", b"{}"
    start_response(status, [*HEADERS, ("Content-Length", str(len(body)))])
    return [body]
