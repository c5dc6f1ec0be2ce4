"""Whatever dies in whatever order: everybody who keeps polling hears every word once, and in order."""

from __future__ import annotations

import random
import time

import pytest

from support.served import kill
from support.talk import conversation
from support.wire import soon, stopped

pytestmark = pytest.mark.live

SEEDS = [2007, 2009]
SECONDS = 7.0


def kill_a_worker(house, chance):
    workers = house.served.web_workers()
    if workers:
        kill(chance.choice(workers))


def kill_the_engine(house, chance):
    engines = house.served.engines()
    if engines:
        kill(engines[0])


def reload(house, chance):
    house.served.reload()


def hold_a_worker_still(house, chance):
    with stopped(*house.served.web_workers()[:1]):
        time.sleep(chance.uniform(0.05, 0.5))


def hold_the_engine_still(house, chance):
    with stopped(*house.served.engines()):
        time.sleep(chance.uniform(0.05, 0.5))


def nothing(house, chance):
    pass


BLOWS = [kill_a_worker, kill_the_engine, reload, hold_a_worker_still, hold_the_engine_still, nothing]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_acknowledged_word_is_heard_once_and_in_order_by_everybody(house, seed):
    chance = random.Random(seed)
    talk = conversation(house, speakers=4, observers=4, pause=0.02)
    talk.goes_on()
    blows = []
    deadline = time.monotonic() + SECONDS
    # Each kind of blow falls at least once; a gunicorn that is killed too often is given up, and rightly.
    todo = [*BLOWS, *chance.choices([reload, hold_a_worker_still, hold_the_engine_still, nothing], k=6)]
    chance.shuffle(todo)
    for blow in todo:
        if time.monotonic() > deadline and set(BLOWS) <= set(blows):
            break
        blow(house, chance)
        blows.append(blow)
        time.sleep(chance.uniform(0.1, 0.8))
    print(seed, [blow.__name__ for blow in blows])
    soon(lambda: len(house.served.web_workers()) == 2, 20)
    talk.goes_on(20)
    talk.end()
    heard = min(len(observer.heard) for observer in talk.observers)
    assert heard >= talk.acknowledged >= 30
