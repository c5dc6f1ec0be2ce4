"""A script of 2007, clients of 2009 and a bot talk through two workers; whatever there is gets killed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.endurance import Endurance
from support.house import House, opened
from support.served import kill

pytestmark = [
    pytest.mark.skipif(shutil.which("perl") is None, reason="there is no perl"),
    pytest.mark.timeout(240),
]


@pytest.fixture(scope="module")
def talk() -> Iterator[Endurance]:
    """Everybody, at a server as it is by itself, but that it may call a bot on this machine."""
    settings = {
        "LINGR_FSYNC": "always",
        "LINGR_BOT_ALLOW_PRIVATE": "on",
        "LINGR_BOT_SECONDS": "1",
        "LINGR_BOT_RETRY_SECONDS": "0.2",
    }
    with (
        opened(LINGR_HOLD_SECONDS="2", LINGR_BOTS="on", **settings) as house,
        tempfile.TemporaryDirectory() as folder,
    ):
        endurance = Endurance(house, Path(folder))
        try:
            yield endurance
        finally:
            endurance.close()


def first_worker(house: House) -> None:
    kill(house.served.web_workers()[0])


def second_worker(house: House) -> None:
    kill(house.served.web_workers()[-1])


def both_workers(house: House) -> None:
    for pid in house.served.web_workers():
        kill(pid)


def gunicorn(house: House) -> None:
    kill(house.served.gunicorn())


def engine(house: House) -> None:
    kill(house.served.engine())


def bots(house: House) -> None:
    kill(house.served.bots())


def whatever_serves(house: House) -> None:
    for pid in [house.served.bots(), house.served.engine(), *house.served.web_workers()]:
        kill(pid)


def server(house: House) -> None:
    """All that there is; somebody starts it again."""
    house.served.crash()
    house.served.start()


KILLS: list[Callable[[House], None]] = [
    first_worker,
    second_worker,
    both_workers,
    gunicorn,
    engine,
    bots,
    whatever_serves,
    server,
]


def test_at_first_everybody_hears_everything(talk: Endurance) -> None:
    talk.talk()
    talk.settle()
    talk.compare()


@pytest.mark.parametrize("victim", KILLS, ids=lambda victim: victim.__name__)
def test_nothing_is_lost_or_doubled_when_it_is_killed(
    talk: Endurance, victim: Callable[[House], None]
) -> None:
    talk.talk()
    victim(talk.house)
    talk.talk()
    talk.settle()
    talk.compare()


def test_a_client_that_is_killed_goes_on_where_it_was(talk: Endurance) -> None:
    for _ in range(2):
        talk.talk()
        talk.five.restart()
        talk.talk(1)
        talk.one.restart()
    talk.settle()
    talk.compare()


def test_an_endpoint_that_dies_in_the_middle_misses_nothing(talk: Endurance) -> None:
    talk.talk()
    talk.move_endpoint()
    talk.talk()
    talk.settle()
    talk.compare()


def test_everybody_leaves_in_good_order(talk: Endurance) -> None:
    talk.end()
    assert talk.house.info(talk.room)["occupants"] == []
