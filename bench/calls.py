"""The rest of the API: how many calls of a method a second, and a second of server CPU, get their answers."""

from __future__ import annotations

from dataclasses import dataclass

from bench.generator import run_generator
from bench.measure import TIME_LIMIT_S, warm
from bench.processes import Usage, cores
from bench.servers import PREFIXES, Server

ROOMS, CONNECTIONS, CALLS = 100, 32, 4000
QUICK_CALLS = 400


@dataclass(frozen=True, slots=True)
class Calls:
    """What one run of a method cost."""

    method: str
    server: str
    per_second: float
    per_cpu_second: float
    failures: int


def measure_calls(server: Server, number: int) -> list[Calls]:
    """Call each method so many times, from connections that stay open, each waiting for its answer."""
    marks: list[Usage] = []
    with warm(server, 1, ROOMS, CONNECTIONS) as started:

        def at(_phase: str) -> None:
            started.tree.wait_until_idle()
            marks.append(started.tree.usage())

        options = {
            "port": started.port,
            "api-key": started.api_key,
            "room-prefix": PREFIXES[0],
            "rooms": ROOMS,
            "connections": CONNECTIONS,
            "calls": number,
            "time-limit-s": TIME_LIMIT_S,
        }
        counted = run_generator("calls", options, TIME_LIMIT_S, on=cores()[1], at=at)
    return [
        Calls(
            row["method"],
            server.name,
            row["calls"] / row["seconds"],
            row["calls"] / (after.cpu - before.cpu),
            row["failures"],
        )
        for row, before, after in zip(counted["methods"], marks, marks[1:], strict=False)
    ]
