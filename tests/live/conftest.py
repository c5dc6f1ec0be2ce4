from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from support.house import House, opened
from support.wire import Wire


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A server of the module's own: two workers, and polls that no time-out ends."""
    with opened(LINGR_HOLD_SECONDS="40", LINGR_RATE_LIMITS="off", LINGR_FSYNC="always") as opened_house:
        yield opened_house


@pytest.fixture(scope="session", params=["on", "off"], ids="parking {}".format)
def either(request: pytest.FixtureRequest) -> Iterator[House]:
    """A server with parking and one without, of which the same is expected: two workers, short polls."""
    with opened(LINGR_PARKING=request.param, LINGR_HOLD_SECONDS="4", LINGR_RATE_LIMITS="off") as opened_house:
        yield opened_house


@pytest.fixture(scope="session", params=["on", "off"], ids="parking {}".format)
def hasty(request: pytest.FixtureRequest) -> Iterator[House]:
    """The same, but who is silent is soon forgotten; polls are held for longer than a ticket lives."""
    lifetimes = {"LINGR_TICKET_SECONDS": "2", "LINGR_SESSION_SECONDS": "3", "LINGR_HOLD_SECONDS": "30"}
    with opened(LINGR_PARKING=request.param, LINGR_RATE_LIMITS="off", **lifetimes) as opened_house:
        yield opened_house


@pytest.fixture
def wires(either: House) -> Iterator[Callable[[], Wire]]:
    """Opens kept connections; none outlives the test."""
    opened_wires: list[Wire] = []

    def wire() -> Wire:
        opened_wires.append(Wire(either.port))
        return opened_wires[-1]

    yield wire
    for one in opened_wires:
        one.close()
