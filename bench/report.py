"""Medians of runs, and the tables that show them, in Markdown that also reads well in a terminal."""

from __future__ import annotations

import itertools
import json
import os
import platform
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from bench.calls import Calls
from bench.debian import nginx_with_nchan
from bench.measure import Case, Run
from bench.peers import engine_version
from bench.processes import BenchError

RESULTS = Path(__file__).resolve().parent / "results"
PACKAGES = ("gunicorn", "gevent", "greenlet", "Flask", "redis", "hiredis")
FLOORS = ("cfloor",)

#: Column head, figure, decimals.
COLUMNS = (
    ("deliv/CPU-s", "deliveries_per_cpu_second", 0),
    ("us/deliv", "cpu_us_per_delivery", 1),
    ("engine us", "engine_us_per_delivery", 1),
    ("gen us", "generator_us_per_delivery", 1),
    ("deliv/s", "deliveries_per_second", 0),
    ("p50 ms", "delivery_p50_ms", 1),
    ("p99 ms", "delivery_p99_ms", 1),
    ("last p50", "last_p50_ms", 1),
    ("last p99", "last_p99_ms", 1),
    ("KiB/client", "kib_per_client", 1),
    ("all KiB", "tree_kib_per_client", 1),
)
COUNTS = ("lost", "doubled", "reordered")


def medians(runs: Sequence[Run]) -> dict[Case, dict[str, float]]:
    """Per case the median of each figure, and the sum of what should not be."""
    found: dict[Case, dict[str, float]] = {}
    for case in dict.fromkeys(run.case for run in runs):
        mine = [run for run in runs if run.case == case]
        found[case] = {name: median(run.figures[name] for run in mine) for name in mine[0].figures}
        found[case] |= {name: sum(run.counted[name] for run in mine) for name in COUNTS}
    return found


def label(case: Case) -> str:
    return f"{case.server}, {case.workers} workers" if case.workers > 1 else case.server


def lines_of(cells: list[list[str]]) -> list[str]:
    """A Markdown table: the two first columns to the left, the others to the right."""
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]

    def line(row: list[str]) -> str:
        padded = [
            cell.ljust(w) if i < 2 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * w if i < 2 else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    return [line(cells[0]), line(rule), *map(line, cells[1:])]


def table(runs: Sequence[Run]) -> list[str]:
    """Deliveries: a row for each case."""
    head = ["scenario", "server", *(column[0] for column in COLUMNS), *COUNTS]
    rows = []
    for case, figures in sorted(
        medians(runs).items(), key=lambda item: list_of(runs).index(item[0].scenario.name)
    ):
        numbers = [f"{figures[name]:,.{decimals}f}" for _, name, decimals in COLUMNS]
        rows.append([case.scenario.name, label(case), *numbers, *(f"{figures[name]:.0f}" for name in COUNTS)])
    return lines_of([head, *rows])


def list_of(runs: Sequence[Run]) -> list[str]:
    return list(dict.fromkeys(run.case.scenario.name for run in runs))


def calls_table(calls: Sequence[Calls]) -> list[str]:
    """The rest of the API: a row for each method and server."""
    rows = []
    methods = list(dict.fromkeys(call.method for call in calls))
    servers = list(dict.fromkeys(call.server for call in calls))
    for method, server in itertools.product(methods, servers):
        mine = [call for call in calls if (call.method, call.server) == (method, server)]
        numbers = [median(call.per_second for call in mine), median(call.per_cpu_second for call in mine)]
        failures = sum(call.failures for call in mine)
        rows.append([method, server, *(f"{number:,.0f}" for number in numbers), str(failures)])
    return lines_of([["method", "server", "calls/s", "calls/CPU-s", "failed"], *rows])


def warnings(runs: Sequence[Run]) -> list[str]:
    """What makes figures worthless or doubtful."""
    lines = []
    for run in runs:
        where = f"{label(run.case)} in {run.case.scenario.name}"
        if run.faults:
            told = ", ".join(f"{name} {number}" for name, number in run.faults.items())
            lines.append(f"FAULT {where}: {told}; first: {run.counted['first_fault'] or 'time is up'}")
        if run.counted["late"]:
            lines.append(f"LATE {where}: {run.counted['late']} messages took too long to reach everybody")
        busier = run.figures["generator_us_per_delivery"] >= run.figures["cpu_us_per_delivery"]
        if busier and run.case.server not in FLOORS:
            lines.append(f"DOUBT {where}: the generator used more CPU than the server")
    return list(dict.fromkeys(lines))


def versions() -> dict[str, str]:
    found = {"Python": platform.python_version()}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    with suppress(BenchError):
        found["Valkey"] = engine_version()
    with suppress(BenchError):
        found |= nginx_with_nchan().versions()
    return found


def heading() -> str:
    """When, where and with what."""
    told = ", ".join(f"{name} {number}" for name, number in versions().items())
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    return f"{time.strftime('%Y-%m-%d')}, {machine}; {told}."


def save(runs: Sequence[Run], calls: Sequence[Calls], others: dict[str, float]) -> Path:
    """Write every run and the medians to bench/results/."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.json"
    document = {
        "heading": heading(),
        "medians": [{**asdict(case), **figures} for case, figures in medians(runs).items()],
        "runs": [run.as_dict() for run in runs],
        "calls": [asdict(call) for call in calls],
        "others": others,
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path
