"""The snippet of the front page, on a site of another origin, and text that wants to be markup."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from support.room_page import EmbeddingPage, Line, Page, RoomPage
from support.served import Served

Window = Callable[..., Page]

HOSTILE = "</script><img src=x onerror=window.pwned=1> \" ' &lt; `${1}` \u65e5\u672c\u8a9e \N{SLICE OF PIZZA}"
# A nickname is one line, so this separator is left to the messages.
HOSTILE_TEXT = f"<b>{HOSTILE}</b>\u2028--></textarea>]]>"
NICKNAME = HOSTILE[:64].strip()


def embed(server: Served, page: Page, directory: Path) -> None:
    page.open(server.url)
    (directory / "index.html").write_text(page.texts("#snippet")[0], encoding="utf-8")


def test_the_front_page_lists_rooms(server: Served, window: Callable[[type[Page]], Page]) -> None:
    texts = "--description", "Records and gigs", "--tags", '"late night"'
    server.lingr("room", "create", "jazz", "--name", "Jazz", *texts)
    server.lingr("room", "create", "den", "--name", "Den", "--password", "sesame")
    page = window(Page)
    page.open(server.url)
    assert sorted(page.texts(".rooms .name")) == ["Den", "Jazz", "Lobby"]
    assert "Records and gigs" in page.texts(".rooms p")
    assert page.texts(".rooms .tags li") == ["late night"]
    assert page.texts(".rooms .mark") == ["password"]
    assert server.url in page.texts("#curl")[0]

    page.driver.find_element(By.LINK_TEXT, "Jazz").click()
    page.until(lambda: page.texts("h1") == ["Jazz"], "the room's page")


@pytest.mark.parametrize("origin", ["site", "file"])
def test_the_snippet_embeds_the_room_anywhere(
    origin: str, server: Served, window: Window, other_site: tuple[Path, str]
) -> None:
    directory, url = other_site
    embedded, ben = window(EmbeddingPage), window(RoomPage)
    assert isinstance(embedded, EmbeddingPage)
    assert isinstance(ben, RoomPage)
    ben.enter(f"{server.url}/room/lobby", "Ben")
    ben.say("said before")
    embed(server, embedded, directory)
    embedded.enter(url if origin == "site" else (directory / "index.html").as_uri(), "Aoi")
    embedded.until(lambda: "Ben: said before" in embedded.lines(), "what was said before")

    embedded.say("from outside")
    ben.until_said("from outside")
    ben.say("from inside")
    embedded.until(lambda: "Ben: from inside" in embedded.lines(), "the answer")
    assert embedded.lines().count("Aoi: from outside") == 1
    assert Line("user", "Aoi", "from outside") in ben.lines()


def test_hostile_text_is_shown_as_text(server: Served, window: Window, other_site: tuple[Path, str]) -> None:
    directory, url = other_site
    embedded, ben = window(EmbeddingPage), window(RoomPage)
    assert isinstance(embedded, EmbeddingPage)
    assert isinstance(ben, RoomPage)
    embed(server, embedded, directory)
    texts = "--name", HOSTILE, "--description", HOSTILE_TEXT, "--tags", HOSTILE
    server.lingr("room", "create", "trap", *texts)
    embedded.open(server.url)
    assert HOSTILE in embedded.texts(".rooms .name")
    assert HOSTILE_TEXT in embedded.texts(".rooms p")
    assert not embedded.pwned()

    ben.enter(f"{server.url}/room/trap")
    assert ben.texts("h1") == [HOSTILE]
    assert ben.driver.title == HOSTILE
    assert not ben.pwned()

    ben.enter(f"{server.url}/room/lobby", NICKNAME)
    ben.say(HOSTILE_TEXT)
    ben.until_said(HOSTILE_TEXT)
    embedded.enter(url, "Aoi")
    embedded.until(lambda: f"{NICKNAME}: {HOSTILE_TEXT}" in embedded.lines(), "the text, as text")
    embedded.say(HOSTILE_TEXT)
    ben.until(lambda: Line("user", "Aoi", HOSTILE_TEXT) in ben.lines(), "the text, as text")
    assert Line("user", NICKNAME, HOSTILE_TEXT) in ben.lines()
    assert NICKNAME in ben.roster()
    assert not embedded.pwned()
    assert not ben.pwned()
    assert ben.texts("#log img") == ben.texts("#roster img") == embedded.texts("img") == []


def test_the_room_page_may_be_framed_and_the_front_page_not(
    server: Served, window: Callable[[type[Page]], Page], other_site: tuple[Path, str]
) -> None:
    directory, url = other_site
    frame = f"<iframe id=room src='{server.url}/room/lobby'></iframe>"
    (directory / "index.html").write_text(f"{frame}<iframe id=front src='{server.url}/'></iframe>")
    page = window(Page)
    page.open(url)
    page.driver.switch_to.frame("front")
    assert page.texts("h1") != ["lingr"]
    page.driver.switch_to.default_content()
    page.driver.switch_to.frame("room")
    page.until(lambda: page.texts("#status") == ["Connected"], "the room in its frame")
