"""One run: start a server, let everyone enter and poll, speak, and count what it cost."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench.generator import Load, faults, play
from bench.processes import Usage, cores
from bench.servers import PREFIXES, Server, Wanted


@dataclass(frozen=True, slots=True)
class Case:
    """What is compared: a server with its workers, under a load."""

    server: str
    workers: int
    observers: int
    rooms: int
    messages: int
    outstanding: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a case: figures in the units of their names, and what the generator counted."""

    case: Case
    figures: dict[str, float]
    faults: dict[str, int]
    counted: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def pause_ms(observers: int) -> int:
    """Quiet between two messages, long enough for a slow server to have everyone parked again."""
    return 20 + observers // 4


def figures(counted: dict[str, Any], before: Usage, parked: Usage, after: Usage) -> dict[str, float]:
    """The figures of a run. A delivery is one message with one observer, its next poll included."""
    deliveries = max(counted["deliveries"], 1)
    clients = counted["rooms"] * counted["observers"]
    cpu = after.cpu - parked.cpu
    return {
        "deliveries_per_cpu_second": deliveries / cpu,
        "cpu_us_per_delivery": cpu / deliveries * 1e6,
        "engine_us_per_delivery": (after.engine_cpu - parked.engine_cpu) / deliveries * 1e6,
        "generator_us_per_delivery": counted["generator_cpu_us"] / deliveries,
        "deliveries_per_second": deliveries / counted["window_seconds"],
        "delivery_p50_ms": counted["delivery_us"].get("p50", 0) / 1000,
        "delivery_p99_ms": counted["delivery_us"].get("p99", 0) / 1000,
        "last_p50_ms": counted["last_us"].get("p50", 0) / 1000,
        "last_p99_ms": counted["last_us"].get("p99", 0) / 1000,
        "kib_per_client": (parked.pss - before.pss) / clients,
        "enter_seconds": counted["enter_seconds"],
    }


def measure(server: Server, case: Case, time_limit_s: int) -> Run:
    """Run a case once, on a fresh server that a small load has warmed up."""
    server_cores, generator_cores = cores()
    with tempfile.TemporaryDirectory(prefix="lingr-bench-") as directory:
        wanted = Wanted(Path(directory), case.workers, case.rooms, server_cores)
        with server.start(wanted) as started:
            usage: dict[str, Usage] = {}

            def at(phase: str) -> None:
                started.tree.wait_until_idle()
                usage[phase] = started.tree.usage()

            load = Load(
                started.port,
                case.observers,
                case.messages,
                case.rooms,
                case.outstanding,
                pause_ms(case.observers),
                started.api_key,
                PREFIXES[0],
                started.bare,
                time_limit_s,
            )
            small = replace(load, observers=20, messages=10, rooms=1, outstanding=0, room_prefix=PREFIXES[1])
            play(small, on=generator_cores)
            at("before")
            counted = play(load, on=generator_cores, at=at)
    found = figures(counted, usage["before"], usage["parked"], usage["said"])
    return Run(case, found, faults(counted), counted)
