"""The servers that can be measured: a table. To add one, write a function that starts it and add a row."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.compiler import build
from bench.processes import BenchError, Tree, free_port, running, spawn, wait_for_port

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

#: Rooms for the measured load and for the one that warms the server up.
PREFIXES = ("bench", "warm")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to start a server: its own empty directory, workers, rooms, and the cores it may use."""

    directory: Path
    workers: int
    rooms: int
    on: set[int]


@dataclass(frozen=True, slots=True)
class Started:
    """A server that answers. ``bare``: no sessions and no entering, the ticket is the room's name."""

    port: int
    tree: Tree
    api_key: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Server:
    """A row: name, what it is, how to start it, and whether more than one worker makes sense."""

    name: str
    doc: str
    start: Callable[[Wanted], AbstractContextManager[Started]]
    many_workers: bool


def plain_environment() -> dict[str, str]:
    """Our environment without settings of lingr's: a benchmark runs on the defaults and its own."""
    unwanted = ("LINGR_", "REDIS_URL", "WEB_CONCURRENCY", "GUNICORN_", "PORT", "HOST")
    return {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}


def ask(command: list[str], env: dict[str, str]) -> dict[str, str]:
    """Run a command of lingr's that answers in JSON."""
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(command[-5:])} failed: {(done.stderr or done.stdout).strip()[-500:]}")
    return dict(json.loads(done.stdout))


@contextlib.contextmanager
def start_lingr(wanted: Wanted) -> Iterator[Started]:
    """Lingr with its embedded engine, as `lingr serve` starts it.

    The speaker never polls, so tickets must outlive the longest run; limits are off; all else is default.
    """
    port, command, log = free_port(), str(BIN / "lingr"), wanted.directory / "server.log"
    env = plain_environment() | {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_CONCURRENCY": str(wanted.workers),
        "LINGR_DATA_DIR": str(wanted.directory),
        "LINGR_RATE_LIMITS": "off",
        "LINGR_HOLD_SECONDS": "50",
        "LINGR_TICKET_SECONDS": "900",
        "LINGR_LOG_LEVEL": "warning",
    }
    if not Path(command).exists():
        raise BenchError(f"there is no {command}: install the project first (make install)")
    with running(spawn([command, "serve"], on=wanted.on, env=env, cwd=ROOT, log=log)) as tree:
        wait_for_port(port, tree.process, log)
        key = ask([command, "key", "create", "--name", "bench", "--json"], env)["api_key"]
        for prefix in PREFIXES:
            for room in range(wanted.rooms if prefix == PREFIXES[0] else 1):
                ask([command, "room", "create", f"{prefix}{room}", "--name", prefix, "--json"], env)
        yield Started(port, tree, api_key=key)


@contextlib.contextmanager
def start_floor(wanted: Wanted) -> Iterator[Started]:
    """The bare application of bench/floor.py on gunicorn and gevent; one process, for its state is there."""
    port, log = free_port(), wanted.directory / "server.log"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--worker-class=gevent",
        "--workers=1",
        "--backlog=4096",
        "--worker-connections=20000",
        "--graceful-timeout=1",
        f"--bind=127.0.0.1:{port}",
        "bench.floor:application",
    ]
    env = plain_environment() | {"HOME": str(wanted.directory)}  # gunicorn puts a control socket there
    with running(spawn(command, on=wanted.on, env=env, cwd=ROOT, log=log)) as tree:
        wait_for_port(port, tree.process, log)
        yield Started(port, tree, bare=True)


@contextlib.contextmanager
def start_cfloor(wanted: Wanted) -> Iterator[Started]:
    """What C and epoll need, from bench/cfloor.c."""
    port, log = free_port(), wanted.directory / "server.log"
    with running(spawn([str(build("cfloor")), str(port)], on=wanted.on, log=log)) as tree:
        wait_for_port(port, tree.process, log)
        yield Started(port, tree, bare=True)


SERVERS = {
    row.name: row
    for row in (
        Server("lingr", "this project, with its embedded engine", start_lingr, many_workers=True),
        Server("floor", "a bare WSGI application on gunicorn and gevent", start_floor, many_workers=False),
        Server("cfloor", "a bare epoll server in C", start_cfloor, many_workers=False),
    )
}
