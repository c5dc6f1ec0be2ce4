"""An engine, filled, and the server over it with two workers."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.large.sizes import Sizes
from bench.peers import engine_command
from bench.processes import BenchError, Tree, cpu_seconds, free_port, running, spawn, wait_for_port
from bench.servers import BIN, ROOT, run
from bench.started import plain_environment
from lingr.serving.embedded import EmbeddedValkey
from lingr.settings import Settings

WORKERS = 2
FILLING_SECONDS = 3600
SETTLING_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Stage:
    """What is to be measured, and what it took to make it: see `bench.large.fill`."""

    port: int
    api_key: str
    filled: dict[str, Any]
    trees: tuple[Tree, ...]

    def cpu_seconds(self) -> float:
        """What server and engine have used so far, their background work included."""
        return sum(cpu_seconds(pid) for tree in self.trees for pid in tree.pids())


@contextlib.contextmanager
def stage(directory: Path, sizes: Sizes) -> Iterator[Stage]:
    """All processes are ended when the block is left. What is filled stays so as long as the directory."""
    everywhere = os.sched_getaffinity(0)
    log, engine_log = directory / "server.log", directory / "engine.log"
    with EmbeddedValkey(Settings(data_dir=directory / "data", fsync="always")) as embedded:
        embedded.free()
        command = engine_command(embedded)
        socket = command[command.index("--unixsocket") + 1]
        env = _environment(directory, f"unix://{socket}")
        with running(spawn(command, on=everywhere, env=plain_environment(), log=engine_log)) as engine:
            _wait(embedded)
            filled = _fill(directory, sizes, env, everywhere)
            key = json.loads(run([str(BIN / "lingr"), "key", "create", "--name", "bench", "--json"], env))
            port = free_port()
            command = [str(BIN / "lingr"), "serve"]
            with running(
                spawn(command, on=everywhere, env=env | {"PORT": str(port)}, cwd=ROOT, log=log)
            ) as server:
                wait_for_port(port, server.process, log)
                _settle(server)
                yield Stage(port, key["api_key"], filled, (engine, server))


def _environment(directory: Path, url: str) -> dict[str, str]:
    """Limits are off, and nobody leaves for being silent; all else is default."""
    return plain_environment() | {
        "HOST": "127.0.0.1",
        "WEB_CONCURRENCY": str(WORKERS),
        "REDIS_URL": url,
        "LINGR_DATA_DIR": str(directory / "pictures"),
        "LINGR_RATE_LIMITS": "off",
        "LINGR_TICKET_SECONDS": "86400",
        "LINGR_SESSION_SECONDS": "86400",
        "LINGR_LOG_LEVEL": "warning",
    }


def _wait(embedded: EmbeddedValkey) -> None:
    end = time.monotonic() + 120
    while not embedded.answers():
        if time.monotonic() > end:
            raise BenchError("the engine does not answer")
        time.sleep(0.05)


def _fill(directory: Path, sizes: Sizes, env: dict[str, str], on: set[int]) -> dict[str, Any]:
    output = directory / f"filled-{'-'.join(map(str, asdict(sizes).values()))}.json"
    command = [sys.executable, "-m", "bench.large.fill", json.dumps(asdict(sizes)), str(output)]
    process = spawn(command, on=on, env=env, cwd=ROOT, log=directory / "filling.log")
    with running(process):
        try:
            process.wait(FILLING_SECONDS)
        except subprocess.TimeoutExpired:
            raise BenchError("the filling took too long") from None
        if process.returncode:
            told = (directory / "filling.log").read_text()[-2000:]
            raise BenchError(f"the filling failed:\n{told}")
    return dict(json.loads(output.read_text()))


def _settle(server: Tree) -> None:
    """Lets the server look round all rooms with people, and do what it finds to be done."""
    time.sleep(3)
    server.wait_until_idle(quiet=2, most=SETTLING_SECONDS)
