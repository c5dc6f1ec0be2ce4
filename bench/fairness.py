"""Whether one crowded room holds up the others: what they get while 10,000 observers do."""

from __future__ import annotations

import http.client
import threading
import time
from dataclasses import replace
from typing import Any

from bench.generator import play
from bench.measure import load_of, warm
from bench.processes import BenchError, cores
from bench.scenarios import Scenario
from bench.servers import PREFIXES, SERVERS

CROWD = Scenario("crowd", rooms=1, observers=10_000, outstanding=1, messages=30, slow=0)
QUIET = Scenario("quiet", rooms=1, observers=1, outstanding=0, messages=300, slow=0)
QUIET_PAUSE_MS = 5
BETWEEN_PROBES_SECONDS = 0.005


def measure_fairness() -> dict[str, float]:
    """How long a message takes to its one observer in another room, and `/healthz` to answer."""
    probes: list[float] = []
    answers: list[dict[str, Any]] = []
    speaking, over = threading.Event(), threading.Event()
    with warm(SERVERS["lingr"], 1, 1, CROWD.clients + 100) as started:
        quiet = replace(
            load_of(started, QUIET, QUIET.messages), room_prefix=PREFIXES[1], pause_ms=QUIET_PAUSE_MS
        )

        def at(phase: str) -> None:
            if phase == "parked":
                started.tree.wait_until_idle()
                speaking.set()

        def speak_elsewhere() -> None:
            speaking.wait()
            answers.append(play(quiet, on=cores()[1]))

        def probe() -> None:
            speaking.wait()
            connection = http.client.HTTPConnection("127.0.0.1", started.port, timeout=10)
            while not over.is_set():
                asked = time.perf_counter()
                connection.request("GET", "/healthz")
                connection.getresponse().read()
                probes.append((time.perf_counter() - asked) * 1000)
                time.sleep(BETWEEN_PROBES_SECONDS)
            connection.close()

        helpers = [threading.Thread(target=helper, daemon=True) for helper in (speak_elsewhere, probe)]
        for helper in helpers:
            helper.start()
        play(load_of(started, CROWD, CROWD.messages), on=cores()[1], at=at)
        over.set()
        for helper in helpers:
            helper.join(30)
    if not answers or not probes:
        raise BenchError("nothing was heard beside the crowd")
    probes.sort()
    return {
        "another room's message, half of them within (ms)": answers[0]["delivery_us"]["p50"] / 1000,
        "another room's message, 99 of 100 within (ms)": answers[0]["delivery_us"]["p99"] / 1000,
        "/healthz, half of the answers within (ms)": probes[len(probes) // 2],
        "/healthz, 99 of 100 answers within (ms)": probes[len(probes) * 99 // 100],
    }
