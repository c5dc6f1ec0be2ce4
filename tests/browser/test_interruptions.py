"""Servers that go away and come back, and lines that break: the pages carry on by themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.room_page import RoomPage
from support.served import Served, kill

Window = Callable[[type[RoomPage]], RoomPage]


@pytest.fixture
def talkers(server: Served, window: Window) -> tuple[RoomPage, RoomPage]:
    """Aoi and Ben in the lobby, after a first exchange."""
    aoi, ben = window(RoomPage), window(RoomPage)
    for page, nickname in ((aoi, "Aoi"), (ben, "Ben")):
        page.enter(f"{server.url}/room/lobby", nickname)
        page.run("window.sameDocument = true")
    aoi.say("before 1")
    ben.until_said("before 1")
    ben.say("before 2")
    aoi.until_said("before 2")
    return aoi, ben


def assert_all_said_once(pages: tuple[RoomPage, RoomPage], *orders: list[str]) -> None:
    """Every text once, in the same order for both, and each speaker's texts in the order they were typed."""
    expected = [text for order in orders for text in order]
    for page in pages:
        page.until_said(*expected)
        page.until_sent()
    said = pages[0].said()
    assert said == pages[1].said()
    assert sorted(said) == sorted(expected)
    for order in orders:
        assert [text for text in said if text in order] == order
    assert all(page.run("return window.sameDocument === true") for page in pages)


def test_a_restart_of_the_server(server: Served, talkers: tuple[RoomPage, RoomPage]) -> None:
    aoi, ben = talkers
    server.stop()
    for page in talkers:
        page.until_status("reconnecting")
    aoi.say("during 1")
    aoi.say("during 2")
    ben.say("during 3")
    assert aoi.unsent() == ["during 1", "during 2"]

    server.start()
    for page in talkers:
        page.until_status("online")
    ben.until_said("during 1", "during 2")
    ben.say("after")
    assert_all_said_once(talkers, ["before 1", "during 1", "during 2"], ["before 2", "during 3", "after"])
    for page in talkers:
        page.until_roster("Aoi", "Ben")


def test_the_engine_is_killed(server: Served, talkers: tuple[RoomPage, RoomPage]) -> None:
    aoi, ben = talkers
    kill(server.engine())
    aoi.say("during 1")
    ben.say("during 2")
    aoi.say("during 3")
    aoi.until_said("during 1", "during 2", "during 3")
    ben.say("after")
    assert_all_said_once(talkers, ["before 1", "during 1", "during 3"], ["before 2", "during 2", "after"])


def test_web_workers_are_killed(server: Served, talkers: tuple[RoomPage, RoomPage]) -> None:
    aoi, ben = talkers
    first, second = server.web_workers()
    kill(first)
    aoi.say("during 1")
    ben.say("during 2")
    aoi.until_said("during 1", "during 2")
    kill(second)
    aoi.say("during 3")
    ben.say("during 4")
    ben.until_said("during 3", "during 4")
    aoi.say("after")
    typed_by_aoi = ["before 1", "during 1", "during 3", "after"]
    assert_all_said_once(talkers, typed_by_aoi, ["before 2", "during 2", "during 4"])


@pytest.mark.parametrize("lost", ["ticket", "session"])
def test_a_page_that_was_away_longer_than_its_place_was_kept(
    lost: str, serve: Callable[..., Served], window: Window
) -> None:
    session_seconds = "5" if lost == "session" else "600"
    server = serve(LINGR_HOLD_SECONDS="2", LINGR_TICKET_SECONDS="5", LINGR_SESSION_SECONDS=session_seconds)
    aoi, ben = window(RoomPage), window(RoomPage)
    aoi.enter(f"{server.url}/room/lobby", "Aoi")
    ben.enter(f"{server.url}/room/lobby", "Ben")
    aoi.say("before")
    ben.until_said("before")

    aoi.set_offline(True)
    aoi.until_status("reconnecting")
    aoi.say("while away")
    ben.until_roster("Ben")
    ben.say("you missed this")
    aoi.set_offline(False)

    aoi.until_said("before", "you missed this", "while away")
    ben.until_said("while away")
    assert aoi.said() == ben.said() == ["before", "you missed this", "while away"]
    ben.until_roster("Aoi", "Ben")
