"""Endpoints of bots: one real HTTP server whose paths behave well, badly, or not at all."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Call:
    """A request as it came; ``at`` is when (seconds)."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> Any:
        return self.json["events"][0]["message"]

    @property
    def text(self) -> str:
        return str(self.message["text"])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.append(self.connection)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(parts.path, headers, body, time.monotonic())
        self.server.calls.append(call)
        asked = dict(parse_qsl(parts.query))
        behaviour: Callable[..., None] = getattr(self, parts.path.strip("/").partition("/")[0], self.silent)
        try:
            behaviour(call, **asked)
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    do_GET = do_POST

    def answer(self, text: str = "", status: int = 200, **headers: str) -> None:
        raw = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(raw)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(raw)

    def echo(self, call: Call, wait: str = "0") -> None:
        """Says what it heard, after a while."""
        self.server.over.wait(float(wait))
        self.answer(f"heard {call.text}\n")

    def silent(self, call: Call) -> None:
        self.answer()

    def status(self, call: Call, code: str = "500", text: str = "") -> None:
        self.answer(text, int(code))

    def failing(self, call: Call, times: str = "1") -> None:
        """Fails so often with each message, and then answers it."""
        tries = sum(1 for one in self.server.calls if one.body == call.body)
        self.answer(f"heard {call.text}", 500 if tries <= int(times) else 200)

    def redirect(self, call: Call) -> None:
        self.answer("", 302, Location="/echo")

    def long(self, call: Call, bytes: str = "100000") -> None:
        self.answer("x" * int(bytes))

    def endless(self, call: Call, pause: str = "0") -> None:
        """An answer that goes on and on, as fast as it is read or with pauses."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while not self.server.over.wait(float(pause)):
            self.wfile.write(b"400\r\n" + b"x" * 1024 + b"\r\n" if pause == "0" else b"1\r\nx\r\n")
            self.wfile.flush()

    def hang(self, call: Call) -> None:
        """Answers nothing."""
        self.server.over.wait(60)
        self.close_connection = True

    def hasty(self, call: Call) -> None:
        """Hangs up."""
        self.close_connection = True

    def babble(self, call: Call) -> None:
        self.wfile.write(b"+OK what is HTTP?\r\n\r\n")
        self.close_connection = True

    def compressed(self, call: Call) -> None:
        self.answer("not unpacked", 200, Content_Encoding="gzip")

    def moody(self, call: Call) -> None:
        """Wants no more, until the server ``is_well``."""
        self.answer(f"heard {call.text}", 200 if self.server.is_well else 410)

    def controls(self, call: Call) -> None:
        self.answer("a\0b\x1b\ufffe\u2028c\r\n")

    def log_message(self, format: str, *args: Any) -> None:
        return


class Server(ThreadingHTTPServer):
    """``calls`` are all that came, in order; ``over`` ends those who wait."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int = 0, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.calls: list[Call] = []
        self.connections: list[socket.socket] = []
        self.over = threading.Event()
        self.is_well = False
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        return

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def texts(self, path: str) -> list[str]:
        """What came to a path."""
        return [call.text for call in self.calls if call.path == f"/{path}"]

    def close(self) -> None:
        self.over.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def soon(check: Callable[[], object], seconds: float = 20) -> None:
    """Waits until ``check()`` is true."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.01)
