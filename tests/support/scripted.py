"""A JSONP server that answers by script, for what a real one does too rarely to be waited for."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lingr.resources import static_dir

PAGE = b"<!DOCTYPE html><title>scripted</title><script src='/static/lingr.js'></script>"
ROOM = {"id": "den", "name": "Den", "counter": 10}
USUAL: dict[str, dict[str, object]] = {
    "session/create": {"session": "s1"},
    "session/verify": {},
    "room/enter": {"ticket": "t1", "occupant_id": "o1", "max_observe_time": 5, "room": ROOM, "occupants": []},
    "room/get_messages": {"counter": 10, "messages": [], "occupants": []},
    "room/say": {"counter": 11, "message": {"id": 11}},
    "room/set_nickname": {},
    "room/exit": {},
}


def failure(code: int) -> dict[str, object]:
    return {"status": "fail", "error": {"code": code, "message": f"failure {code}"}}


def said(*ids: int) -> dict[str, object]:
    messages = [{"id": id, "type": "user", "nickname": "Aoi", "text": f"text {id}"} for id in ids]
    return {"counter": ids[-1], "messages": messages}


class Scripted:
    """Answers as a room at rest does, unless `answers` has something else next for the method.

    An answer is a dictionary, or a string that is sent instead of JSONP. A poll without one stays
    unanswered. ``calls`` records what was asked.
    """

    def __init__(self) -> None:
        self.answers: dict[str, deque[dict[str, object] | str]] = defaultdict(deque)
        self.calls: list[tuple[str, dict[str, str]]] = []
        self._closing = Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._http.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def asked(self, method: str) -> list[dict[str, str]]:
        return [parameters for called, parameters in self.calls if called == method]

    def close(self) -> None:
        self._closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, method: str, parameters: dict[str, str]) -> str:
        self.calls.append((method, parameters))
        queue = self.answers[method]
        if not queue and method == "room/observe":
            self._closing.wait()
        following = queue.popleft() if queue else USUAL.get(method, {})
        if isinstance(following, str):
            return following
        return f"/**/{parameters['callback']}({json.dumps({'status': 'ok', **following})});"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                target = urlsplit(self.path)
                if target.path.startswith("/api/"):
                    answer = scripted.answer(target.path[5:], dict(parse_qsl(target.query)))
                    self._send(answer.encode(), "text/javascript; charset=utf-8")
                elif target.path == "/static/lingr.js":
                    self._send((static_dir() / "lingr.js").read_bytes(), "text/javascript")
                else:
                    self._send(PAGE, "text/html")

            def _send(self, body: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                # At the end of a test the browser goes first.
                with suppress(ConnectionError):
                    self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                return

        return Handler
