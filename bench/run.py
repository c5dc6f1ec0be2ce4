"""Measures lingr beside its peers and the floors, and prints the tables: `make bench`, or `--help`."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bench.calls import CALLS, QUICK_CALLS, Calls, measure_calls
from bench.compiler import build
from bench.debian import nginx_with_nchan
from bench.fairness import measure_fairness
from bench.goals import OURS, verdicts
from bench.measure import Case, Run, case_of, measure
from bench.processes import BenchError
from bench.quiet import measure_quiet
from bench.report import calls_table, heading, label, save, table, warnings
from bench.scenarios import QUICK, SCENARIOS, Scenario, shortened
from bench.servers import SERVERS

#: Scenarios of another kind than those of the table.
API, FAIR, IDLE = "api", "fair", "quiet"


def names_from(known: Sequence[str]) -> object:
    """A reader of lists such as lingr,floor."""

    def names(text: str) -> list[str]:
        found = text.split(",")
        if set(found) - set(known):
            raise ValueError(text)
        return found

    return names


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    known = "; ".join(f"{row.name}: {row.doc}" for row in SERVERS.values())
    parser = argparse.ArgumentParser(
        prog="python -m bench.run",
        description="Measure what a delivery costs, in CPU, time and memory.",
        epilog=f"Servers: {known}. Exit status 1 when a message was lost, doubled, reordered or refused, "
        "or something could not be measured.",
    )
    every = [*SCENARIOS, API, FAIR, IDLE]
    parser.add_argument("--scenarios", type=names_from(every), default=every, help=",".join(every))
    parser.add_argument(
        "--servers", type=names_from(list(SERVERS)), default=list(SERVERS), help=",".join(SERVERS)
    )
    parser.add_argument("--runs", type=int, default=3, help="runs of each case; medians are shown")
    parser.add_argument("--workers", type=int, default=1, help="workers of lingr")
    parser.add_argument("--quick", action="store_true", help=f"{' and '.join(QUICK)} once, with few messages")
    own = parser.add_argument_group("a scenario of your own, instead of those of the table")
    own.add_argument("--observers", type=int, help="in each room")
    own.add_argument("--rooms", type=int, default=1)
    own.add_argument("--messages", type=int, default=20, help="in each room")
    own.add_argument("--outstanding", type=int, default=0, help="0: one at a time; else so many under way")
    chosen = parser.parse_args(argv)
    if min(chosen.runs, chosen.workers, chosen.rooms, chosen.messages, chosen.observers or 1) < 1:
        parser.error("sizes must be above 0")
    return chosen


def scenarios(chosen: argparse.Namespace) -> list[Scenario]:
    if chosen.observers:
        name = f"{chosen.rooms}x{chosen.observers}" if chosen.rooms > 1 else str(chosen.observers)
        sizes = chosen.rooms, chosen.observers, chosen.outstanding, chosen.messages, chosen.messages
        return [Scenario(name, *sizes)]
    if chosen.quick:
        return [shortened(SCENARIOS[name]) for name in QUICK]
    return [SCENARIOS[name] for name in chosen.scenarios if name in SCENARIOS]


def kinds(chosen: argparse.Namespace) -> set[str]:
    """The scenarios of another kind that are wanted."""
    return set() if chosen.observers else {API} if chosen.quick else {API, FAIR, IDLE} & set(chosen.scenarios)


def available(wanted: Sequence[str]) -> list[str]:
    """The servers that can be had here; says which cannot."""
    try:
        if any(name.startswith("nchan") for name in wanted):
            nginx_with_nchan()
    except BenchError as error:
        print(f"bench: without nchan: {error}", file=sys.stderr)
        return [name for name in wanted if not name.startswith("nchan")]
    return list(wanted)


def cases(chosen: argparse.Namespace) -> Iterator[Case]:
    for scenario in scenarios(chosen):
        for name in chosen.servers:
            if case := case_of(SERVERS[name], scenario, chosen.workers):
                yield case


class Results:
    """What was measured, and what could not be, with the reasons."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.calls: list[Calls] = []
        self.others: dict[str, float] = {}
        self.failed: list[str] = []

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Something to measure; the others are measured even when it cannot be."""
        print(what, file=sys.stderr)
        try:
            yield
        except BenchError as error:
            self.failed.append(f"FAILED {what}: {error}")

    def sound(self) -> bool:
        wrong = any(run.faults for run in self.runs) or any(call.failures for call in self.calls)
        return not wrong and not self.failed


def run_all(chosen: argparse.Namespace) -> Results:
    """All cases once, then all again: what disturbs the machine for a while disturbs each of them."""
    results = Results()
    turns = 1 if chosen.quick else chosen.runs
    for turn in range(1, turns + 1):
        for case in cases(chosen):
            with results.step(f"run {turn}/{turns}: {case.scenario.name}: {label(case)}"):
                results.runs.append(measure(SERVERS[case.server], case))
        for name in chosen.servers if API in kinds(chosen) else ():
            if SERVERS[name].api:
                with results.step(f"run {turn}/{turns}: {API}: {name}"):
                    results.calls += measure_calls(SERVERS[name], QUICK_CALLS if chosen.quick else CALLS)
    if FAIR in kinds(chosen) and OURS in chosen.servers:
        with results.step(FAIR):
            results.others |= measure_fairness()
    if IDLE in kinds(chosen) and OURS in chosen.servers:
        with results.step(IDLE):
            results.others |= measure_quiet()
    return results


def show(results: Results) -> None:
    parts = [[heading()]]
    if results.runs:
        parts.append(table(results.runs))
    if results.calls:
        parts.append(calls_table(results.calls))
    parts.append(verdicts(results.runs, results.calls))
    parts.append([f"* {what}: {figure:.1f}" for what, figure in results.others.items()])
    parts.append([*warnings(results.runs), *results.failed])
    print("\n\n".join("\n".join(lines) for lines in parts if lines))


def main(argv: Sequence[str] | None = None) -> int:
    chosen = arguments(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    try:
        build("load")
        chosen.servers = available(chosen.servers)
        results = run_all(chosen)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    show(results)
    print(f"every run: {save(results.runs, results.calls, results.others)}", file=sys.stderr)
    return 0 if results.sound() else 1


if __name__ == "__main__":
    sys.exit(main())
