"""One run: start a server, let everyone enter and poll, speak, and count what it cost."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench.generator import Load, faults, play
from bench.processes import Usage, cores
from bench.scenarios import Scenario
from bench.servers import PREFIXES, Server
from bench.started import Started, Wanted

#: The least quiet between two messages that are said one at a time.
PAUSE_MS = 20
TIME_LIMIT_S = 180
WARMING_UP = Scenario("warm", rooms=1, observers=20, outstanding=0, messages=20, slow=20)


@dataclass(frozen=True, slots=True)
class Case:
    """What is compared: a server with its workers, in a scenario."""

    server: str
    workers: int
    scenario: Scenario
    messages: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a case: figures in the units of their names, and what the generator counted."""

    case: Case
    figures: dict[str, float]
    faults: dict[str, int]
    counted: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def case_of(server: Server, scenario: Scenario, workers: int = 1) -> Case | None:
    """The case, unless the scenario leaves this server out."""
    if scenario.heard and not server.api:
        return None
    messages = scenario.slow if server.slow else scenario.messages
    return Case(server.name, workers if server.api else 1, scenario, messages) if messages else None


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
        "deliveries_per_answer": deliveries / max(counted["answers"], 1),
        "delivery_p50_ms": counted["delivery_us"].get("p50", 0) / 1000,
        "delivery_p99_ms": counted["delivery_us"].get("p99", 0) / 1000,
        "last_p50_ms": counted["last_us"].get("p50", 0) / 1000,
        "last_p99_ms": counted["last_us"].get("p99", 0) / 1000,
        "kib_per_client": (parked.workers_pss - before.workers_pss) / clients,
        "tree_kib_per_client": (parked.pss - before.pss) / clients,
        "enter_seconds": counted["enter_seconds"],
    }


def load_of(started: Started, scenario: Scenario, messages: int) -> Load:
    """What the generator is to play to that server."""
    return Load(
        started.port,
        scenario.observers,
        messages,
        scenario.rooms,
        scenario.outstanding,
        PAUSE_MS,
        started.api_key,
        PREFIXES[0],
        started.dialect,
        TIME_LIMIT_S,
    )


def seated(started: Started, scenario: Scenario, load: Load) -> Load:
    """The load with its sessions made, if they are such of the 2009 API."""
    if not scenario.heard or started.seat is None:
        return load
    seats = started.seat(scenario.rooms, scenario.observers, scenario.heard)
    return replace(load, dialect="events", seats=str(seats))


@contextmanager
def warm(server: Server, workers: int, rooms: int, clients: int) -> Iterator[Started]:
    """The server, freshly started and warmed up by a small load."""
    server_cores, generator_cores = cores()
    with tempfile.TemporaryDirectory(prefix="lingr-bench-") as directory:
        wanted = Wanted(Path(directory), workers, rooms, clients, server_cores)
        with server.start(wanted) as started:
            load = load_of(started, WARMING_UP, WARMING_UP.messages)
            play(replace(load, room_prefix=PREFIXES[1]), on=generator_cores)
            yield started


def measure(server: Server, case: Case) -> Run:
    """Run a case once."""
    scenario = case.scenario
    with warm(server, case.workers, scenario.rooms, scenario.clients + scenario.rooms) as started:
        usage: dict[str, Usage] = {}

        def at(phase: str) -> None:
            started.tree.wait_until_idle()
            usage[phase] = started.tree.usage()

        load = seated(started, scenario, load_of(started, scenario, case.messages))
        at("before")
        counted = play(load, on=cores()[1], at=at)
    found = figures(counted, usage["before"], usage["parked"], usage["said"])
    return Run(case, found, faults(counted), counted)
