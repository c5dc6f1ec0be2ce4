"""What parked sessions of the 2009 API cost while nothing happens, by how many rooms they hear."""

from __future__ import annotations

import time

from bench.generator import play
from bench.measure import load_of, seated, warm
from bench.processes import Usage, cores
from bench.scenarios import Scenario
from bench.servers import SERVERS

SESSIONS, HEARD = 1000, (1, 50)

#: Longer than a poll is held, so that each ends in vain and comes again.
QUIET_SECONDS = 60


def measure_quiet() -> dict[str, float]:
    """Milliseconds of CPU in a quiet second, time-outs and the polls that follow them included."""
    figures: dict[str, float] = {}
    for heard in HEARD:
        whole, engine = _cost(heard)
        what = (
            f"a quiet second of {SESSIONS} sessions in {heard} rooms"
            if heard > 1
            else (f"a quiet second of {SESSIONS} sessions in one room")
        )
        figures[f"{what}, all CPU"] = whole
        figures[f"{what}, the engine's"] = engine
    return figures


def _cost(heard: int) -> tuple[float, float]:
    scenario = Scenario("quiet", 1, SESSIONS, outstanding=0, messages=2, slow=2, heard=heard)
    marks: list[Usage] = []
    with warm(SERVERS["lingr"], 1, 1, SESSIONS + 1) as started:

        def at(phase: str) -> None:
            if phase != "parked":
                return
            started.tree.wait_until_idle()
            marks.append(started.tree.usage())
            time.sleep(QUIET_SECONDS)
            marks.append(started.tree.usage())

        play(seated(started, scenario, load_of(started, scenario, scenario.messages)), on=cores()[1], at=at)
    before, after = marks
    each = 1000 / QUIET_SECONDS
    return (after.cpu - before.cpu) * each, (after.engine_cpu - before.engine_cpu) * each
