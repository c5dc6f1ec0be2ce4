from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.client import Visitor
from support.forms import FORMS, Speaker
from support.house import House, opened
from support.polls import Poll


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.live)


# What is said of polls holds with parking and without; these tests are run with both.
PARKED_OR_NOT = ("test_counters", "test_empty_counters", "test_polls", "test_private", "test_room_ends")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.path.stem in PARKED_OR_NOT and "house" in metafunc.fixturenames:
        metafunc.parametrize("house", ["on", "off"], indirect=True, scope="session", ids="parking {}".format)


@pytest.fixture(scope="session")
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """The server that nearly all tests share: two workers, short polls, no limits."""
    parking = {"LINGR_PARKING": request.param} if hasattr(request, "param") else {}
    with opened(LINGR_HOLD_SECONDS="2", LINGR_RATE_LIMITS="off", **parking) as opened_house:
        yield opened_house


@pytest.fixture(scope="session")
def strict() -> Iterator[House]:
    """A server with limits on everything: calls, backlogs and the occupants it tells."""
    limits = {"LINGR_RATE_LIMITS": "on", "LINGR_BACKLOG_EVENTS": "60", "LINGR_ROSTER_OCCUPANTS": "3"}
    with opened(LINGR_HOLD_SECONDS="1", **limits) as opened_house:
        yield opened_house


@pytest.fixture(scope="session")
def hasty() -> Iterator[House]:
    """A server that forgets the silent quickly."""
    lifetimes = {"LINGR_TICKET_SECONDS": "3", "LINGR_SESSION_SECONDS": "4"}
    with opened(LINGR_HOLD_SECONDS="1", LINGR_RATE_LIMITS="off", **lifetimes) as opened_house:
        yield opened_house


@pytest.fixture
def room(house: House) -> str:
    return house.room()


@pytest.fixture
def speaker(house: House, form: str) -> Speaker:
    return Speaker(house.client, form)


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture
def park(house: House) -> Iterator[Callable[..., Poll]]:
    """Begins a visitor's first poll, and returns when the server holds it."""
    polls: list[Poll] = []

    def begin(visitor: Visitor, **params: object) -> Poll:
        polls.append(Poll(house.url, visitor, **params))
        house.wait_for_home(visitor)
        assert not polls[-1].is_answered()
        return polls[-1]

    yield begin
    for poll in polls:
        poll.hang_up()
