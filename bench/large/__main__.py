"""Fills an engine with 100,000 rooms, calls every method, and prints the tables: `make bench-large`."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

from bench.large.calls import Caller, measure
from bench.large.plans import PLANS, Plan, World
from bench.large.sizes import Sizes
from bench.large.stage import Stage, stage
from bench.large.tables import Measured, memory_table, times_table, verdicts
from bench.processes import BenchError
from bench.report import RESULTS, heading

LANES = 8
QUICK = Sizes(rooms=300, messages=3000, talking=100, users=12, occupied=10, people=2, days=5)
QUICK_CALLS = 8


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.large",
        description="Measure what every method costs where very much is kept.",
        epilog="Exit status 1 when a call was refused.",
    )
    for field in fields(Sizes):
        parser.add_argument(f"--{field.name}", type=int, default=field.default)
    parser.add_argument(
        "--calls", type=int, default=100, help="of each method, one at a time and in parallel"
    )
    parser.add_argument(
        "--methods", default="", help="only plans whose names begin with one of these, by commas"
    )
    parser.add_argument(
        "--data", type=Path, help="directory to fill, or that was filled with these very sizes"
    )
    parser.add_argument("--quick", action="store_true", help="hardly anything, to see that it runs")
    chosen = parser.parse_args(argv)
    if min(chosen.calls, *(getattr(chosen, field.name) for field in fields(Sizes))) < 1:
        parser.error("sizes must be above 0")
    return chosen


def sizes_of(chosen: argparse.Namespace) -> Sizes:
    if chosen.quick:
        return QUICK
    given = {field.name: getattr(chosen, field.name) for field in fields(Sizes)}
    return replace(Sizes(**given), occupied=min(chosen.occupied, chosen.rooms))


def measure_plan(one: Plan, world: World, found: Stage, calls: int) -> Measured:
    """One at a time, and then over eight connections."""
    lanes = [one.requests(world, calls)]
    before = found.cpu_seconds()
    alone, refused = measure(found.port, lanes)
    cpu = (found.cpu_seconds() - before) * 1000 / len(alone)
    lanes = [one.requests(world, max(1, calls // LANES)) for _ in range(LANES)]
    together, more = measure(found.port, lanes)
    return Measured(one.name, alone, together, cpu, refused + more)


def measure_all(found: Stage, world: World, plans: Sequence[Plan], calls: int) -> Iterator[Measured]:
    for one in plans:
        print(one.name, file=sys.stderr)
        yield measure_plan(one, world, found, calls)


@contextlib.contextmanager
def place(chosen: argparse.Namespace) -> Iterator[Path]:
    """Where the engine's data go."""
    if chosen.data:
        chosen.data.mkdir(parents=True, exist_ok=True)
        yield chosen.data.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="lingr-large-") as directory:
        yield Path(directory)


def main(argv: Sequence[str] | None = None) -> int:
    chosen = arguments(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    sizes, calls = sizes_of(chosen), QUICK_CALLS if chosen.quick else chosen.calls
    wanted = tuple(chosen.methods.split(","))
    plans = [one for one in PLANS if one.name.startswith(wanted)]
    try:
        with place(chosen) as directory, stage(directory, sizes) as found:
            caller = Caller(found.port)
            try:
                world = World(sizes, caller, found.api_key)
                measured = list(measure_all(found, world, plans, calls))
            finally:
                caller.close()
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    parts = [
        [heading(), str(sizes)],
        memory_table(found.filled, sizes),
        times_table(measured),
        verdicts(measured),
    ]
    print("\n\n".join("\n".join(lines) for lines in parts))
    print(f"every call: {save(found, sizes, measured)}", file=sys.stderr)
    return 1 if any(one.refused for one in measured) else 0


def save(found: Stage, sizes: Sizes, measured: Sequence[Measured]) -> Path:
    """Writes every call to bench/results/."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"large-{time.strftime('%Y%m%d-%H%M%S')}.json"
    document = {
        "heading": heading(),
        "sizes": asdict(sizes),
        "filled": found.filled,
        "measured": [asdict(one) for one in measured],
    }
    path.write_text(json.dumps(document) + "\n")
    return path


if __name__ == "__main__":
    sys.exit(main())
