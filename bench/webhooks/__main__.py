"""Says things in rooms with bots, and prints how soon these were told, and at what cost."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.processes import BenchError
from bench.report import heading
from bench.webhooks.stage import Sizes, Stage, stage

WAIT_SECONDS = 120.0


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.webhooks",
        description="Measure what it takes to tell bots what people say.",
        epilog="Exit status 1 when something was lost, doubled or reordered, or webhooks came too slowly.",
    )
    sizes = Sizes()
    parser.add_argument("--rooms", type=int, default=sizes.rooms)
    parser.add_argument("--bots", type=int, default=sizes.bots, help="in each room")
    parser.add_argument("--dead", type=int, default=sizes.dead, help="of all of them")
    parser.add_argument("--rate", type=int, default=500, help="webhooks a second that are called for")
    parser.add_argument("--seconds", type=int, default=30, help="for how long")
    parser.add_argument("--burst", type=int, default=5000, help="webhooks called for at once, afterwards")
    parser.add_argument("--quick", action="store_true", help="hardly anything, to see that it runs")
    chosen = parser.parse_args(argv)
    if chosen.quick:
        chosen.rooms, chosen.bots, chosen.dead, chosen.rate, chosen.seconds, chosen.burst = 3, 3, 1, 30, 2, 30
    if min(chosen.rooms, chosen.bots, chosen.rate, chosen.seconds, chosen.burst) < 1 or chosen.dead < 0:
        parser.error("sizes must be above 0")
    return chosen


def speak(found: Stage, first: int, count: int, pause: float) -> float:
    """Says ``count`` things, in one room after the other; returns how many seconds it took."""
    begun = time.monotonic()
    for number in range(count):
        wait = begun + number * pause - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        found.say(number % found.sizes.rooms, f"{first + number} {time.monotonic()}")
    return time.monotonic() - begun


def quantile(values: Sequence[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else 0.0


def faults(told: dict[str, list[tuple[str, float]]], sizes: Sizes, count: int) -> list[str]:
    """What was lost, came twice, or in another order than it was said."""
    found = []
    for room in range(sizes.rooms):
        expected = [number for number in range(count) if number % sizes.rooms == room]
        for bot in range(sizes.bots):
            numbers = [int(text.split()[0]) for text, _ in told.get(sizes.path(room, bot), [])]
            if not sizes.is_dead(room, bot) and numbers != expected:
                kind = (
                    "another order" if sorted(numbers) == expected else f"{len(numbers)} of {len(expected)}"
                )
                found.append(f"bot {bot} of room {room}: {kind}")
    return found


def main(argv: Sequence[str] | None = None) -> int:
    chosen = arguments(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    sizes = Sizes(chosen.rooms, chosen.bots, chosen.dead)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="lingr-hooks-") as directory,
            stage(Path(directory), sizes) as found,
        ):
            return play(found, chosen)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def play(found: Stage, chosen: argparse.Namespace) -> int:
    sizes = found.sizes
    paced = chosen.rate * chosen.seconds // sizes.bots
    # Every room as often as the others.
    paced = max(1, paced // sizes.rooms) * sizes.rooms
    burst = max(1, chosen.burst // sizes.bots // sizes.rooms) * sizes.rooms
    print(f"{paced} things said in {chosen.seconds} s", file=sys.stderr)
    before = found.cpu_seconds()
    took = speak(found, 0, paced, sizes.bots / chosen.rate)
    until = time.monotonic()
    time.sleep(1)
    between = found.cpu_seconds()
    print(f"{burst} more at once", file=sys.stderr)
    speak(found, paced, burst, 0)
    wait_until_still(found)
    after = found.cpu_seconds()
    failed = found.attempts()
    told = found.told()
    wrong = faults(told, sizes, paced + burst)
    ways = [
        (int(text.split()[0]), at - float(text.split()[1]), at) for one in told.values() for text, at in one
    ]
    slow = [way for number, way, _ in ways if number < paced]
    times = sorted(at for number, _, at in ways if number >= paced)
    drained = len(times) / (times[-1] - times[0]) if len(times) > 1 else 0.0
    rate = sum(1 for number, _, at in ways if number < paced and at <= until) / took
    rows = [
        ("webhooks a second, paced", rate, ""),
        ("from said to told, median", quantile(slow, 0.5) * 1000, "ms"),
        ("from said to told, 99 of 100", quantile(slow, 0.99) * 1000, "ms"),
        ("CPU of the delivery process", cpu(before, between, "deliveries", len(slow)), "µs per webhook"),
        ("CPU of the engine", cpu(before, between, "engine", len(slow)), "µs per webhook"),
        ("webhooks a second, all at once", drained, ""),
        ("CPU of the delivery process then", cpu(between, after, "deliveries", len(times)), "µs per webhook"),
        ("attempts at the dead ones", failed, ""),
    ]
    print(heading())
    print(f"{sizes.rooms * sizes.bots} bots in {sizes.rooms} rooms, {sizes.dead} of them dead\n")
    for what, value, unit in rows:
        print(f"{what:36}{value:10.1f} {unit}")
    for line in wrong[:20]:
        print(f"WRONG {line}")
    # The dead ones are called for, and do not come.
    is_slow = rate < 0.9 * chosen.rate * (1 - sizes.dead / (sizes.rooms * sizes.bots))
    if is_slow:
        print("TOO SLOW")
    return 1 if wrong or is_slow else 0


def cpu(before: dict[str, float], after: dict[str, float], kind: str, count: int) -> float:
    return (after[kind] - before[kind]) / max(count, 1) * 1e6


def wait_until_still(found: Stage) -> None:
    """Until the delivery process has hardly anything to do any more."""
    end = time.monotonic() + WAIT_SECONDS
    before = found.cpu_seconds()["deliveries"]
    while time.monotonic() < end:
        time.sleep(1)
        now = found.cpu_seconds()["deliveries"]
        if now - before < 0.05:
            return
        before = now


if __name__ == "__main__":
    sys.exit(main())
