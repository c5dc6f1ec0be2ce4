"""Measures lingr beside the floor and prints one table: `make bench`, or `python -m bench.run --help`."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence

from bench.compiler import build
from bench.measure import Case, Run, measure
from bench.processes import BenchError
from bench.report import label, medians, ratios, save, table, warnings
from bench.servers import SERVERS


def numbers(text: str) -> list[int]:
    """A list such as 100,1000."""
    found = [int(part) for part in text.split(",")]
    if min(found) < 1:
        raise ValueError(text)
    return found


def names(text: str) -> list[str]:
    """A list such as lingr,floor."""
    found = text.split(",")
    if set(found) - SERVERS.keys():
        raise ValueError(text)
    return found


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    known = "; ".join(f"{row.name}: {row.doc}" for row in SERVERS.values())
    parser = argparse.ArgumentParser(
        prog="python -m bench.run",
        description="Measure what a delivery costs, in CPU, time and memory.",
        epilog=f"Servers: {known}. Exit status 1 when a message was lost, doubled, reordered or refused.",
    )
    parser.add_argument("--observers", type=numbers, default=[100, 1000], help="per room, e.g. 100,1000")
    parser.add_argument("--rooms", type=int, default=1, help="rooms, each with its observers and a speaker")
    parser.add_argument("--messages", type=int, default=50, help="messages per room and run")
    parser.add_argument("--runs", type=int, default=3, help="runs of each case; medians are shown")
    parser.add_argument("--servers", type=names, default=list(SERVERS), help=",".join(SERVERS))
    parser.add_argument("--workers", type=numbers, default=[1, 2], help="workers, where there can be many")
    parser.add_argument(
        "--outstanding",
        type=int,
        default=0,
        help="0: one message at a time (latency); else speak as fast as possible with so many under way",
    )
    parser.add_argument("--time-limit", type=int, default=180, help="seconds a single run may take")
    parser.add_argument("--quick", action="store_true", help="one short run each, 100 observers, 1 worker")
    chosen = parser.parse_args(argv)
    if chosen.quick:
        chosen.observers, chosen.messages, chosen.runs, chosen.workers = [100], 20, 1, [1]
    return chosen


def cases(chosen: argparse.Namespace) -> Iterator[Case]:
    for observers in chosen.observers:
        for name in chosen.servers:
            for workers in chosen.workers if SERVERS[name].many_workers else [1]:
                yield Case(name, workers, observers, chosen.rooms, chosen.messages, chosen.outstanding)


def run_all(chosen: argparse.Namespace) -> list[Run]:
    """All cases once, then all again: what disturbs the machine for a while disturbs each of them."""
    runs = []
    for turn in range(chosen.runs):
        for case in cases(chosen):
            print(f"run {turn + 1}/{chosen.runs}: {label(case)}, {case.observers} observers", file=sys.stderr)
            runs.append(measure(SERVERS[case.server], case, chosen.time_limit))
    return runs


def main(argv: Sequence[str] | None = None) -> int:
    chosen = arguments(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    try:
        build("load")
        runs = run_all(chosen)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    found = medians(runs)
    troubles = warnings(runs)
    print("\n".join([*table(found), "", *ratios(found), *troubles]))
    print(f"every run: {save(runs, found)}", file=sys.stderr)
    return 1 if any(run.faults for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
