"""What parked sessions of the 2009 API cost while nothing happens, by how many rooms they hear."""

from __future__ import annotations

import time

from bench.generator import play
from bench.measure import load_of, seated, warm
from bench.processes import Usage, cores
from bench.scenarios import Scenario
from bench.servers import SERVERS

FEW, MANY, HEARD = 10, 1000, (1, 50)

#: Longer than a poll is held, so that each ends in vain and comes again.
QUIET_SECONDS = 60


def measure_quiet() -> dict[str, float]:
    """What a quiet second costs with few sessions and with many, and so what one more session costs.

    Time-outs and the polls that follow them are included. What the rooms cost by themselves is the same for
    few sessions, so it is not in the difference.
    """
    figures: dict[str, float] = {}
    for heard in HEARD:
        rooms = f"in {heard} rooms" if heard > 1 else "in one room"
        few, many = _cost(FEW, heard), _cost(MANY, heard)
        figures[f"CPU of a quiet second with {FEW} sessions {rooms} (ms)"] = few
        figures[f"CPU of a quiet second with {MANY} sessions {rooms} (ms)"] = many
        figures[f"of which one session costs {rooms} (us)"] = (many - few) * 1000 / (MANY - FEW)
    return figures


def _cost(sessions: int, heard: int) -> float:
    scenario = Scenario("quiet", 1, sessions, outstanding=0, messages=2, slow=2, heard=heard)
    marks: list[Usage] = []
    with warm(SERVERS["lingr"], 1, 1, sessions + 1) as started:

        def at(phase: str) -> None:
            if phase != "parked":
                return
            started.tree.wait_until_idle()
            marks.append(started.tree.usage())
            time.sleep(QUIET_SECONDS)
            marks.append(started.tree.usage())

        play(seated(started, scenario, load_of(started, scenario, scenario.messages)), on=cores()[1], at=at)
    before, after = marks
    return (after.cpu - before.cpu) * 1000 / QUIET_SECONDS
