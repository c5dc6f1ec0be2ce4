"""How many connections a web process has to the engine."""

from __future__ import annotations

import threading

import pytest

pytestmark = pytest.mark.live


def test_a_web_process_has_one_to_talk_and_one_to_listen(house):
    room = house.room()
    visitors = [house.enter(room, f"n{number}") for number in range(12)]
    talkers = [
        threading.Thread(target=lambda ann=ann: [ann.say(f"{number}") for number in range(10)])
        for ann in visitors
    ]
    for talker in talkers:
        talker.start()
    for talker in talkers:
        talker.join(60)
    clients = house.ctx.store.engine.command("CLIENT", "LIST", safe=True).splitlines()
    # The one that asks is the test's own.
    assert len(clients) <= 2 * len(house.served.web_workers()) + 1
