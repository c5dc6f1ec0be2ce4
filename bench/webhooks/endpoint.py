"""A fast endpoint for all bots, which notes when it was told what; a process of its own.

`python -m bench.webhooks.endpoint PORT FILE`: on SIGTERM it writes, for each path, what it was told.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path

EMPTY = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"
LENGTH = b"content-length:"

told: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)


class Endpoint(asyncio.Protocol):
    """Answers every request with nothing to say."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.unread = b""

    def data_received(self, data: bytes) -> None:
        self.unread += data
        while (end := self.unread.find(b"\r\n\r\n")) >= 0:
            head = self.unread[:end].lower()
            at = head.find(LENGTH)
            size = int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.unread) < end + 4 + size:
                return
            body, path = self.unread[end + 4 : end + 4 + size], self.unread.split(b" ", 2)[1]
            self.unread = self.unread[end + 4 + size :]
            text = json.loads(body)["events"][0]["message"]["text"]
            told[path.decode()].append((text, time.monotonic()))
            self.transport.write(EMPTY)  # type: ignore[attr-defined]


async def serve(port: int, output: Path) -> None:
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    server = await loop.create_server(Endpoint, "127.0.0.1", port, backlog=2048)
    await over.wait()
    server.close()
    output.write_text(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
