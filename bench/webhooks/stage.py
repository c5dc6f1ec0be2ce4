"""An installation with bots in its rooms, a fast endpoint for them, and one that never answers."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.processes import BenchError, Tree, cores, cpu_seconds, free_port, running, spawn, wait_for_port
from bench.servers import BIN, ROOT
from bench.started import plain_environment
from lingr.app import make_context
from lingr.domain import bots, chat, presence, rooms, sessions
from lingr.domain.context import Caller, Context
from lingr.settings import Settings


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rooms, bots in each of them, and bots of all these whose endpoint is dead."""

    rooms: int = 100
    bots: int = 10
    dead: int = 10

    def path(self, room: int, bot: int) -> str:
        return f"/{room}/{bot}"

    def is_dead(self, room: int, bot: int) -> bool:
        """Each in a room of its own, as long as there are enough."""
        return bot * self.rooms + room < self.dead


class Stage:
    """What is measured: ``say`` says something in a room, ``told`` ends the endpoint and tells what came."""

    def __init__(self, ctx: Context, sizes: Sizes, tree: Tree, endpoint: Tree, output: Path) -> None:
        self._ctx = ctx
        self._people: list[Caller] = []
        self._tree = tree
        self._endpoint = endpoint
        self._output = output
        self.sizes = sizes

    def furnish(self, port: int, dead: int) -> None:
        """Makes rooms, somebody in each, and the bots."""
        key = "0" * 32
        for room in range(self.sizes.rooms):
            made = rooms.create(self._ctx, id=f"room{room}", name="A room")
            session = sessions.create(self._ctx, Caller(api_key=key), client_type="human")
            caller = Caller(api_key=key, session=session, session_id=session.id)
            entrance = presence.enter(
                self._ctx, caller, id=made.id, password=None, nickname="Speaker", idempotent=False
            )
            self._people.append(Caller(api_key=key, session_id=session.id, ticket=entrance.ticket))
            for bot in range(self.sizes.bots):
                chosen = dead if self.sizes.is_dead(room, bot) else port
                endpoint = f"http://127.0.0.1:{chosen}{self.sizes.path(room, bot)}"
                one = bots.create(self._ctx, id=f"bot{room}_{bot}", name="A bot", endpoint=endpoint)
                bots.invite(self._ctx, one, made)

    def say(self, room: int, text: str) -> None:
        chat.say(self._ctx, self._people[room], message=text, occupant_id="", request_id="")

    def attempts(self) -> int:
        """How many attempts the bots' own logs have of those whose endpoint is dead."""
        names = [
            f"bot{room}_{bot}"
            for room in range(self.sizes.rooms)
            for bot in range(self.sizes.bots)
            if self.sizes.is_dead(room, bot)
        ]
        return sum(len(self._ctx.store.deliveries.attempts(name, 100)) for name in names)

    def cpu_seconds(self) -> dict[str, float]:
        """What the delivery process and the engine have used so far."""
        used = {"deliveries": 0.0, "engine": 0.0}
        for pid in self._tree.pids():
            with contextlib.suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
                kind = (
                    "deliveries" if b"lingr.webhooks" in command else "engine" if b"valkey" in command else ""
                )
                if kind:
                    used[kind] += cpu_seconds(pid)
        return used

    def told(self) -> dict[str, list[tuple[str, float]]]:
        """For each path what it was told, and when (seconds, by the machine's clock that never goes back)."""
        self._endpoint.end()
        return {
            path: [(text, at) for text, at in one]
            for path, one in json.loads(self._output.read_text()).items()
        }


@contextlib.contextmanager
def stage(directory: Path, sizes: Sizes) -> Iterator[Stage]:
    """All processes are ended when the block is left."""
    server_cores, other_cores = cores()
    port, told_at, log = free_port(), free_port() + 1, directory / "server.log"
    output, endpoint_log = directory / "told.json", directory / "endpoint.log"
    env = plain_environment() | {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "LINGR_DATA_DIR": str(directory),
        "LINGR_RATE_LIMITS": "off",
        "LINGR_TICKET_SECONDS": "86400",
        "LINGR_INDEX_MESSAGES": "0",
        "LINGR_LOG_LEVEL": "warning",
        "LINGR_BOT_NETWORKS": "127.0.0.0/8",
    }
    command = [sys.executable, "-m", "bench.webhooks.endpoint", str(told_at), str(output)]
    os.sched_setaffinity(0, other_cores)
    with (
        socket.create_server(("127.0.0.1", 0), backlog=2048) as dead,
        running(spawn(command, on=other_cores, cwd=ROOT, log=endpoint_log)) as endpoint,
        running(spawn([str(BIN / "lingr"), "serve"], on=server_cores, env=env, cwd=ROOT, log=log)) as tree,
    ):
        wait_for_port(told_at, endpoint.process, endpoint_log)
        wait_for_port(port, tree.process, log)
        ctx = make_context(
            Settings(data_dir=directory, rate_limits=False, ticket_seconds=86400, redis_url=None)
        )
        with contextlib.closing(ctx.store.engine):
            found = Stage(ctx, sizes, tree, endpoint, output)
            found.furnish(told_at, dead.getsockname()[1])
            _settle(tree)
            yield found


def _settle(tree: Tree) -> None:
    # The bots' process looks at new bots twice a second.
    time.sleep(2)
    tree.wait_until_idle(most=60)
    if isinstance(tree.process, subprocess.Popen) and tree.process.poll() is not None:
        raise BenchError("the server has ended")
