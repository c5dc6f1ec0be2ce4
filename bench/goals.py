"""What is promised, as ratios to others in the same run: a table, and how it is read.

A ratio is taken of runs that followed each other, and the median of these ratios is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.calls import Calls
from bench.measure import Run

OURS, STOCK = "lingr", "lingr-off"

#: The rest of the API, which parking does not concern but the same worker serves.
QUICKER_CALLS, LEAST_CALLS = ("session.create", "room.enter", "room.getMessages"), 1.5


@dataclass(frozen=True, slots=True)
class Goal:
    """In a scenario, our figure divided by another server's is at least, or at most, so much.

    Without another server the figure itself is meant.
    """

    scenario: str
    figure: str
    other: str
    least: float | None = None
    most: float | None = None


GOALS = (
    *(
        Goal(scenario, "deliveries_per_cpu_second", other, least=least)
        for scenario in ("1000", "1000-fast", "5000", "5000-fast")
        for other, least in (("nchan", 1.0), (STOCK, 40.0))
    ),
    *(
        Goal(scenario, figure, "nchan", most=1.0)
        for scenario in ("1000", "5000")
        for figure in ("delivery_p99_ms", "last_p50_ms")
    ),
    Goal("1000x5", "deliveries_per_cpu_second", "nchan-redis", least=1.5),
    *(Goal(scenario, "kib_per_client", "", most=1.5) for scenario in ("1000", "5000", "10000")),
)


def ratio(goal: Goal, runs: Sequence[Run]) -> float | None:
    """What was reached; None when it was not measured."""
    ours = figures_of(runs, OURS, goal)
    if not goal.other:
        return median(ours) if ours else None
    pairs = list(zip(ours, figures_of(runs, goal.other, goal), strict=False))
    return median(mine / other for mine, other in pairs if other) if pairs else None


def figures_of(runs: Sequence[Run], server: str, goal: Goal) -> list[float]:
    return [
        run.figures[goal.figure]
        for run in runs
        if run.case.server == server and run.case.scenario.name == goal.scenario
    ]


def call_ratio(method: str, calls: Sequence[Calls]) -> float | None:
    """How many times the calls a second of the stock worker; None when it was not measured."""
    ours, stock = (
        [call.per_second for call in calls if (call.method, call.server) == (method, server)]
        for server in (OURS, STOCK)
    )
    pairs = list(zip(ours, stock, strict=False))
    return median(mine / other for mine, other in pairs) if pairs else None


def verdicts(runs: Sequence[Run], calls: Sequence[Calls] = ()) -> list[str]:
    """A line for every goal that was measured."""
    lines = []
    for method in QUICKER_CALLS:
        reached = call_ratio(method, calls)
        if reached is not None:
            met = "met" if reached >= LEAST_CALLS else "NOT MET"
            lines.append(
                f"* {method}: {OURS}'s calls a second, divided by {STOCK}'s: {reached:.2f} "
                f"(at least {LEAST_CALLS:g}: {met})"
            )
    for goal in GOALS:
        reached = ratio(goal, runs)
        if reached is None:
            continue
        met = reached >= goal.least if goal.least is not None else reached <= (goal.most or 0)
        bound = f"at least {goal.least:g}" if goal.least is not None else f"at most {goal.most:g}"
        what = f"{OURS}'s {goal.figure}" + (f", divided by {goal.other}'s" if goal.other else "")
        lines.append(f"* {goal.scenario}: {what}: {reached:.2f} ({bound}: {'met' if met else 'NOT MET'})")
    return lines
