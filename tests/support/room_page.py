"""What a person does and sees on the room page and on a page that embeds a room."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

PATIENCE_SECONDS = 45

LINES = """
return Array.from(document.querySelectorAll('#log .line')).map(line => [
  line.className.split(' ')[1],
  line.querySelector('.nick') ? line.querySelector('.nick').textContent : null,
  line.querySelector('.text').textContent
])
"""
TEXTS = "return Array.from(document.querySelectorAll(arguments[0])).map(one => one.textContent)"
# Typed by key, a line separator or an emoji would not come through the driver.
FILL = "arguments[0].value = arguments[1]"


class Line(NamedTuple):
    kind: str
    nickname: str | None
    text: str


class Page:
    """A browser window. Conditions are waited for, never a length of time."""

    def __init__(self, driver: WebDriver) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        self.driver.get(url)

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def texts(self, selector: str) -> list[str]:
        texts: list[str] = self.run(TEXTS, selector)
        return texts

    def submit(self, form: str, text: str) -> None:
        """Fill the one field of a form and press its button."""
        self.run(FILL, self.driver.find_element(By.CSS_SELECTOR, f"{form} :is(input, textarea)"), text)
        self.driver.find_element(By.CSS_SELECTOR, f"{form} .row button, {form} > button").click()

    def until(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"never: {what}"
            time.sleep(0.1)

    def pwned(self) -> bool:
        return bool(self.run("return 'pwned' in window"))

    def set_offline(self, offline: bool) -> None:
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {
                "offline": offline,
                "latency": 0,
                "downloadThroughput": -1,
                "uploadThroughput": -1,
            },
        )


class RoomPage(Page):
    """`/room/<id>`."""

    def enter(self, url: str, nickname: str | None = None) -> None:
        self.open(url)
        self.until_status("online")
        if nickname is not None:
            self.join(nickname)

    def join(self, nickname: str) -> None:
        self.submit("#nickname-form", nickname)
        self.until(lambda: nickname in self.roster(), f"{nickname} in the roster")

    def say(self, text: str) -> None:
        self.submit("#say-form", text)

    def status(self) -> str:
        status: str = self.run("return document.getElementById('status').dataset.status")
        return status

    def until_status(self, status: str) -> None:
        self.until(lambda: self.status() == status, f"status {status}")

    def lines(self) -> list[Line]:
        return [Line(*line) for line in self.run(LINES)]

    def said(self) -> list[str]:
        return [line.text for line in self.lines() if line.kind == "user"]

    def until_said(self, *texts: str) -> None:
        self.until(lambda: set(texts) <= set(self.said()), f"{texts} said")

    def roster(self) -> list[str]:
        return self.texts("#roster .nick")

    def until_roster(self, *nicknames: str) -> None:
        self.until(lambda: sorted(self.roster()) == sorted(nicknames), f"{nicknames} in the roster")

    def until_sent(self) -> None:
        self.until(lambda: self.unsent() == [], "everything sent")

    def unsent(self) -> list[str]:
        return self.texts("#outbox .text")


class EmbeddingPage(Page):
    """The page whose source the front page shows."""

    def enter(self, url: str, nickname: str) -> None:
        self.open(url)
        self.until(lambda: self.texts("#status") == ["online"], "status online")
        self.submit("#name", nickname)
        self.until(lambda: nickname in self.texts("#roster")[0], f"{nickname} in the roster")

    def say(self, text: str) -> None:
        self.submit("#say", text)

    def lines(self) -> list[str]:
        return self.texts("#log li")
