"""What was found, as tables in Markdown, and whether the goal was met."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.large.sizes import Sizes
from bench.report import lines_of

GOAL_MILLISECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of each call of a plan, one at a time and eight at a time, and how many were refused.

    ``cpu`` is the server's and the engine's, in milliseconds for each call of those that came one at a time.
    """

    name: str
    alone: list[float]
    together: list[float]
    cpu: float
    refused: int

    @property
    def is_method(self) -> bool:
        """Whether it is how a method is usually called; the others are shown beside."""
        return "," not in self.name


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that so many are not above; ``share`` up to 1.0."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def times_table(measured: Sequence[Measured]) -> list[str]:
    """A row for each plan, in milliseconds."""
    head = [
        "called",
        "calls",
        "p50 ms",
        "p99 ms",
        "p50 ms, 8 at once",
        "p99 ms, 8 at once",
        "CPU ms",
        "refused",
    ]
    rows = []
    for one in measured:
        figures = [
            figure for took in (one.alone, one.together) for figure in (median(took), percentile(took, 0.99))
        ]
        calls = f"{len(one.alone)}, {len(one.together)}"
        rows.append([one.name, calls, *(f"{figure:.1f}" for figure in [*figures, one.cpu]), str(one.refused)])
    return lines_of([head, *rows])


def memory_table(filled: dict[str, Any], sizes: Sizes) -> list[str]:
    """What the engine needs for each thing, in bytes; all that belongs to it is counted."""
    used, numbers, seconds = filled["used"], filled["numbers"], filled["seconds"]
    rows = [
        ("user", sizes.users, used["users"], "users"),
        ("room, with directory and owner's list", sizes.rooms, used["rooms"], "rooms"),
        ("entry in a user's lists", sizes.users * 30, used["lists"], "lists"),
        ("message and other event in the logs", numbers["messages"], used["messages"], "messages"),
        ("message in the archives' index", numbers["indexed"], used["index"], "index"),
        ("posting in that index", numbers["postings"], used["index"], "index"),
    ]
    cells = [
        [what, f"{number:,}", f"{size / max(number, 1):,.0f}", f"{size / 1e6:,.1f}", f"{seconds[step]:.0f}"]
        for what, number, size, step in rows
    ]
    return lines_of([["memory of the engine", "number", "bytes each", "MB", "filled in s"], *cells])


def verdicts(measured: Sequence[Measured]) -> list[str]:
    """Whether every method's median is within the goal, alone and with eight calls at a time."""
    methods = [one for one in measured if one.is_method]
    lines = []
    for what, took in (("one at a time", "alone"), ("8 at once", "together")):
        medians = {one.name: median(getattr(one, took)) for one in methods}
        slow = {name: figure for name, figure in medians.items() if figure > GOAL_MILLISECONDS}
        told = ", ".join(f"{name} {figure:.1f}" for name, figure in slow.items())
        found = f"NOT MET: {told}" if slow else "met"
        slowest = f"the slowest: {max(medians.values(), default=0):.1f} ms"
        lines.append(f"* {what}: every method's median at most {GOAL_MILLISECONDS:g} ms: {found} ({slowest})")
    return lines
