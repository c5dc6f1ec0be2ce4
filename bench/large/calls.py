"""Calls over connections that stay open, one after the other on each, and how long every one takes."""

from __future__ import annotations

import http.client
import json
import selectors
import socket
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from bench.processes import BenchError

LONGEST_SECONDS = 60.0
OK = (b'"status":"ok"', b"<status>ok</status>")


def request(verb: str, path: str, params: dict[str, Any]) -> bytes:
    """A call as it goes over the wire. A value of bytes is a file, and makes the body a multipart form."""
    if any(isinstance(value, bytes) for value in params.values()):
        return _multipart(path, params)
    encoded = urlencode({"format": "json", **params}).encode()
    if verb == "GET":
        return b"GET /api/%b?%b HTTP/1.1\r\nHost: bench\r\n\r\n" % (path.encode(), encoded)
    return _post(path, encoded, b"application/x-www-form-urlencoded")


def _post(path: str, body: bytes, kind: bytes) -> bytes:
    return b"POST /api/%b HTTP/1.1\r\nHost: bench\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (
        path.encode(),
        kind,
        len(body),
        body,
    )


def _multipart(path: str, params: dict[str, Any]) -> bytes:
    parts = []
    for name, value in {"format": "json", **params}.items():
        is_file = isinstance(value, bytes)
        head = f'--bench\r\nContent-Disposition: form-data; name="{name}"' + '; filename="x.png"' * is_file
        parts.append(f"{head}\r\n\r\n".encode() + (value if is_file else str(value).encode()) + b"\r\n")
    return _post(path, b"".join([*parts, b"--bench--\r\n"]), b"multipart/form-data; boundary=bench")


class Caller:
    """One client that gets things ready; nobody looks at the clock."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST_SECONDS)

    def __call__(self, path: str, **params: Any) -> Any:
        """What a call that must succeed is told. Raises BenchError."""
        body = urlencode({"format": "json", **params})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", f"/api/{path}", body, kind)
        told = json.loads(self._connection.getresponse().read())
        if told["status"] != "ok":
            raise BenchError(f"{path}: {told['error']['message']}")
        return told

    def close(self) -> None:
        self._connection.close()


class _Lane:
    """A connection and what is to be sent over it."""

    def __init__(self, port: int, requests: Sequence[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=LONGEST_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests = iter(requests)
        self._sent = 0.0
        self._got = b""

    def send(self) -> bool:
        """Sends the next request; returns whether there was one."""
        request = next(self._requests, None)
        if request is None:
            return False
        self._got = b""
        self._sent = time.perf_counter()
        self.socket.sendall(request)
        return True

    def receive(self) -> tuple[float, bool] | None:
        """How long a call took in ms and whether it succeeded, when its answer is all there."""
        data = self.socket.recv(1 << 20)
        now = time.perf_counter()
        if not data:
            raise BenchError("the server hung up")
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if not end or len(body) < int(length):
            return None
        return (now - self._sent) * 1000, any(ok in body[:100] for ok in OK)


def measure(port: int, lanes: Sequence[Sequence[bytes]]) -> tuple[list[float], int]:
    """Milliseconds for each call, all lanes at once, and how many were refused. Raises BenchError."""
    took: list[float] = []
    refused = 0
    with selectors.DefaultSelector() as selector:
        opened = [_Lane(port, requests) for requests in lanes]
        try:
            for lane in opened:
                if lane.send():
                    selector.register(lane.socket, selectors.EVENT_READ, lane)
            while selector.get_map():
                ready = selector.select(LONGEST_SECONDS)
                if not ready:
                    raise BenchError(f"no answer within {LONGEST_SECONDS:.0f} seconds")
                for key, _ in ready:
                    answer = key.data.receive()
                    if answer is not None:
                        took.append(answer[0])
                        refused += not answer[1]
                        if not key.data.send():
                            selector.unregister(key.fileobj)
        finally:
            for lane in opened:
                lane.socket.close()
    return took, refused
