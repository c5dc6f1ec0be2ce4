from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.house import House, opened
from support.served import free_port


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.live)


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """A server as an operator would run it, limits included, that holds polls for a second.

    Clients of 2009 find it on the port they poll on, too, and bots may be on the same machine.
    """
    settings = {"LINGR_OBSERVE_PORT": str(free_port()), "LINGR_BOT_ALLOW_PRIVATE": "on"}
    with opened(LINGR_HOLD_SECONDS="1", LINGR_BOTS="on", **settings) as opened_house:
        yield opened_house


@pytest.fixture
def room(house: House) -> str:
    return house.room(name="夜の部屋", tags="chat")
