"""The servers that can be measured: a table. To add one, write a function that starts it and add a row."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.compiler import build
from bench.peers import start_nchan, start_nchan_redis
from bench.processes import BenchError, free_port, running, spawn, wait_for_port
from bench.started import Started, Wanted, plain_environment

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

#: Rooms for the measured load and for the one that warms the server up.
PREFIXES = ("bench", "warm")


@dataclass(frozen=True, slots=True)
class Server:
    """A row: name, what it is, how to start it; whether it has the whole API, and whether it is slow.

    Slow servers are given fewer messages, and are spared the largest rooms.
    """

    name: str
    doc: str
    start: Callable[[Wanted], AbstractContextManager[Started]]
    api: bool = False
    slow: bool = False


def run(command: list[str], env: dict[str, str]) -> str:
    """Run a command of lingr's; what it said."""
    done = subprocess.run(
        command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        raise BenchError(f"{' '.join(command[-5:])} failed: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout


@contextlib.contextmanager
def start_lingr(wanted: Wanted, parking: str = "on") -> Iterator[Started]:
    """Lingr with its embedded engine, as `lingr serve` starts it.

    The speaker never polls, so tickets must outlive the longest run; limits are off. So is the index of what
    was said, which is made behind everybody's back and has a benchmark of its own. All else is default.
    """
    port, command, log = free_port(), str(BIN / "lingr"), wanted.directory / "server.log"
    env = plain_environment() | {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_CONCURRENCY": str(wanted.workers),
        "LINGR_DATA_DIR": str(wanted.directory),
        "LINGR_RATE_LIMITS": "off",
        "LINGR_INDEX_MESSAGES": "0",
        "LINGR_HOLD_SECONDS": "50",
        "LINGR_TICKET_SECONDS": "900",
        "LINGR_LOG_LEVEL": "warning",
        "LINGR_PARKING": parking,
    }
    if not Path(command).exists():
        raise BenchError(f"there is no {command}: install the project first (make install)")
    with running(spawn([command, "serve"], on=wanted.on, env=env, cwd=ROOT, log=log)) as tree:
        wait_for_port(port, tree.process, log)
        key = json.loads(run([command, "key", "create", "--name", "bench", "--json"], env))["api_key"]
        for prefix, rooms in zip(PREFIXES, (wanted.rooms, 1), strict=True):
            run([sys.executable, "-m", "bench.rooms", prefix, str(rooms)], env)

        def seat(rooms: int, observers: int, heard: int) -> Path:
            sizes = [str(one) for one in (rooms, observers, heard)]
            path = wanted.directory / "seats"
            path.write_text(run([sys.executable, "-m", "bench.sessions", PREFIXES[0], *sizes], env))
            return path

        yield Started(port, tree, "lingr", api_key=key, seat=seat)


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
        yield Started(port, tree, "bare")


@contextlib.contextmanager
def start_cfloor(wanted: Wanted) -> Iterator[Started]:
    """What C and epoll need, from bench/cfloor.c."""
    port, log = free_port(), wanted.directory / "server.log"
    with running(spawn([str(build("cfloor")), str(port)], on=wanted.on, log=log)) as tree:
        wait_for_port(port, tree.process, log)
        yield Started(port, tree, "bare")


SERVERS = {
    row.name: row
    for row in (
        Server("lingr", "this project, with its embedded engine", start_lingr, api=True),
        Server(
            "lingr-off",
            "the same with LINGR_PARKING=off: a greenlet for each waiting poll",
            partial(start_lingr, parking="off"),
            api=True,
            slow=True,
        ),
        Server("floor", "a bare WSGI application on gunicorn and gevent", start_floor, slow=True),
        Server("nchan", "nginx with nchan, messages in its memory", start_nchan),
        Server("nchan-redis", "nginx with nchan, messages in the engine that lingr uses", start_nchan_redis),
        Server("cfloor", "a bare epoll server in C", start_cfloor),
    )
}
