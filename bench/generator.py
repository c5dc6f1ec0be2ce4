"""Drives a server with the C programs of this directory."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from bench.compiler import build
from bench.processes import BenchError, running, spawn

#: Counts that must be 0 in a sound run. A connection that closes is none of them.
FAULTS = (
    "lost",
    "doubled",
    "reordered",
    "misdelivered",
    "malformed",
    "bad_counters",
    "failures",
    "bad_statuses",
    "unanswered",
    "untimed",
)


@dataclass(frozen=True, slots=True)
class Load:
    """What the generator plays. ``outstanding`` 0: one message at a time, the next when all have the last.

    ``seats`` is a file with the sessions to use, of speakers and then of observers, if they are made already.
    """

    port: int
    observers: int
    messages: int
    rooms: int = 1
    outstanding: int = 0
    pause_ms: int = 0
    api_key: str = ""
    room_prefix: str = "bench"
    dialect: str = "lingr"
    time_limit_s: int = 120
    patience_ms: int = 30_000
    seats: str = ""

    def options(self) -> dict[str, Any]:
        return {name.replace("_", "-"): value for name, value in asdict(self).items()}


def play(load: Load, *, on: set[int], at: Callable[[str], None] | None = None) -> dict[str, Any]:
    """Play a load and return what the generator counted.

    ``at`` is called with "parked" when every observer has polled and nothing is said yet, and with "said"
    when the last message is with everybody; the observers keep polling while it runs.
    """
    return run_generator("load", load.options(), load.time_limit_s, on=on, at=at)


def run_generator(
    program: str,
    options: dict[str, Any],
    time_limit_s: int,
    *,
    on: set[int],
    at: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run one of the C programs that drive a server, calling ``at`` at each phase; what it printed."""
    told = [f"--{name}={value}" for name, value in options.items()]
    process = spawn([str(build(program)), *told, *(["--step"] if at else [])], on=on, pipes=True)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    words: list[str] = []
    with running(process), contextlib.ExitStack() as stack:
        for stream in (process.stdin, process.stdout, process.stderr):
            stack.callback(stream.close)
        watchdog = threading.Timer(time_limit_s + 30, process.kill)
        watchdog.daemon = True
        watchdog.start()
        stack.callback(watchdog.cancel)
        for line in process.stderr:
            kind, _, name = line.strip().partition(" ")
            if kind == "phase" and at:
                at(name)
                process.stdin.write("go\n")
                process.stdin.flush()
            else:
                words.append(line.strip())
        output = process.stdout.read()
        if process.wait():
            raise BenchError(f"the load generator gave up: {' '.join(words) or 'without a word'}")
    return dict(json.loads(output))


def faults(counted: dict[str, Any]) -> dict[str, int]:
    """The counts of a run that should be 0 and are not."""
    found = {name: int(counted[name]) for name in FAULTS if counted[name]}
    if counted["time_up"]:
        found["time_up"] = 1
    return found
