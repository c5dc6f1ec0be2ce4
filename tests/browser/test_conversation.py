"""Two people in a room, each in a browser."""

from __future__ import annotations

from collections.abc import Callable

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from support.room_page import Line, RoomPage
from support.served import Served

Window = Callable[[type[RoomPage]], RoomPage]


def test_two_windows_see_each_other_talk(server: Served, window: Window) -> None:
    aoi, ben = window(RoomPage), window(RoomPage)
    aoi.enter(f"{server.url}/room/lobby", "Aoi")
    ben.enter(f"{server.url}/room/lobby", "Ben")
    for page in (aoi, ben):
        page.until_roster("Aoi", "Ben")

    aoi.say("hello Ben")
    ben.until_said("hello Ben")
    ben.say("hello Aoi")
    aoi.until_said("hello Ben", "hello Aoi")

    said = [Line("user", "Aoi", "hello Ben"), Line("user", "Ben", "hello Aoi")]
    for page in (aoi, ben):
        assert [line for line in page.lines() if line.kind == "user"] == said
        page.until_sent()
    assert Line("system", None, "Ben has joined the conversation") in aoi.lines()


def test_enter_sends_and_shift_enter_makes_a_line(server: Served, window: Window) -> None:
    aoi = window(RoomPage)
    aoi.enter(f"{server.url}/room/lobby", "Aoi")
    say = aoi.driver.find_element(By.ID, "say")
    say.send_keys("one", Keys.SHIFT, Keys.ENTER, Keys.NULL, "two", Keys.ENTER)
    aoi.until_said("one\ntwo")


def test_a_new_nickname_is_seen_by_both(server: Served, window: Window) -> None:
    aoi, ben = window(RoomPage), window(RoomPage)
    aoi.enter(f"{server.url}/room/lobby", "Aoi")
    ben.enter(f"{server.url}/room/lobby")
    aoi.driver.find_element(By.ID, "rename").click()
    aoi.join("Aoi 2")
    ben.until_roster("Aoi 2")
    assert Line("system", None, "Aoi is now known as Aoi 2") in ben.lines()
    assert ben.texts("#watching") == ["1 watching"]


def test_leaving_and_coming_back(server: Served, window: Window) -> None:
    aoi, ben = window(RoomPage), window(RoomPage)
    aoi.enter(f"{server.url}/room/lobby", "Aoi")
    ben.enter(f"{server.url}/room/lobby", "Ben")
    aoi.driver.find_element(By.ID, "leave").click()
    ben.until_roster("Ben")
    ben.say("gone already")
    ben.until_said("gone already")
    aoi.driver.find_element(By.ID, "return").click()
    aoi.until_said("gone already")
    ben.until_roster("Aoi", "Ben")


def test_a_reloaded_page_stays_the_same_occupant(server: Served, window: Window) -> None:
    aoi, ben = window(RoomPage), window(RoomPage)
    aoi.enter(f"{server.url}/room/lobby", "Aoi")
    ben.enter(f"{server.url}/room/lobby", "Ben")
    aoi.say("before the reload")
    aoi.until_said("before the reload")
    aoi.until_sent()

    aoi.driver.refresh()
    aoi.until_status("online")
    aoi.until_said("before the reload")
    aoi.say("after the reload")
    ben.until_said("before the reload", "after the reload")
    assert sorted(ben.roster()) == ["Aoi", "Ben"]
    assert Line("system", None, "Aoi has left the conversation") not in ben.lines()


def test_a_room_with_a_password(server: Served, window: Window) -> None:
    server.lingr("room", "create", "den", "--name", "Den", "--password", "sesame")
    aoi = window(RoomPage)
    aoi.open(f"{server.url}/room/den")
    field = aoi.driver.find_element(By.ID, "password")
    aoi.until(field.is_displayed, "a question for the password")

    aoi.submit("#password-form", "open")
    aoi.until(lambda: aoi.texts("#password-error") == ["That is not the password."], "a refusal")
    aoi.submit("#password-form", "sesame")
    aoi.until_status("online")
    assert not field.is_displayed()
    aoi.join("Aoi")
    aoi.say("inside")
    aoi.until_said("inside")


def test_a_message_that_is_refused_can_be_taken_back(server: Served, window: Window) -> None:
    aoi = window(RoomPage)
    aoi.enter(f"{server.url}/room/lobby", "Aoi")
    aoi.say("x" * 1001)
    aoi.until(lambda: "not sent: message too long" in "".join(aoi.texts("#outbox .state")), "a reason")
    aoi.driver.find_element(By.CSS_SELECTOR, "#outbox button").click()
    assert aoi.driver.find_element(By.ID, "say").get_property("value") == "x" * 1001
    # The longest message there may be, in characters that take most room in a URL.
    aoi.say("\N{SLICE OF PIZZA}" * 1000)
    aoi.until_said("\N{SLICE OF PIZZA}" * 1000)


def test_unknown_addresses_lead_to_the_front_page(server: Served, window: Window) -> None:
    aoi = window(RoomPage)
    aoi.open(f"{server.url}/room/nowhere")
    assert aoi.texts("h1") == ["No such room"]
    aoi.driver.find_element(By.CSS_SELECTOR, "main a").click()
    aoi.until(lambda: aoi.texts("h1") == ["lingr"], "the front page")
    aoi.open(f"{server.url}/no/such/page")
    assert aoi.texts("h1") == ["No such page"]
    aoi.driver.find_element(By.CSS_SELECTOR, "main a").click()
    aoi.until(lambda: aoi.texts("h1") == ["lingr"], "the front page")
