"""A room of two hundred: nothing is lost when processes die, and nobody is left without an answer."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.house import opened
from support.polls import Poll
from support.served import kill
from support.talk import conversation
from support.wire import soon

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

OBSERVERS = 200


def test_a_killed_worker_and_a_killed_engine_cost_nobody_a_word(house):
    talk = conversation(house, speakers=1, observers=OBSERVERS, pause=0.2)
    talk.goes_on(3, 60)
    kill(house.served.web_workers()[0])
    talk.goes_on(5, 60)
    kill(house.served.engine())
    talk.goes_on(5, 60)
    soon(lambda: len(house.served.web_workers()) == 2, 20)
    talk.end()
    assert talk.acknowledged >= 13


def test_a_server_told_to_end_answers_everybody_within_three_seconds():
    with opened(LINGR_HOLD_SECONDS="40", LINGR_RATE_LIMITS="off") as house:
        room_id = house.room()
        with ThreadPoolExecutor(16) as several:
            visitors = list(several.map(lambda _: house.enter(room_id), range(OBSERVERS)))
        # All are in, so no coming of another answers a poll.
        polls = [Poll(house.url, visitor) for visitor in visitors]
        for visitor in visitors:
            house.wait_for_home(visitor)
        assert not any(poll.is_answered(0) for poll in polls)
        started = time.monotonic()
        house.served.stop()
        assert time.monotonic() - started < 3
        assert [poll.answer() for poll in polls] == [{"status": "ok"}] * OBSERVERS
