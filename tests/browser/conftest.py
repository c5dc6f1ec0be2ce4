from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TypeVar

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver

from support.room_page import Page
from support.served import Served

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1000,700",
)

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")

AnyPage = TypeVar("AnyPage", bound=Page)
OpenPage = Callable[[type[AnyPage]], AnyPage]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts servers, with the settings given; none outlives the test."""
    servers: list[Served] = []

    def start(**settings: str) -> Served:
        directory = tmp_path / f"server{len(servers)}"
        directory.mkdir()
        servers.append(Served(directory, **settings))
        servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        server.destroy()


@pytest.fixture
def server(serve: Callable[..., Served]) -> Served:
    return serve()


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenPage[Page]]:
    """Opens browsers, each with a profile of its own, as pages of the class given."""
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    chromedriver = shutil.which("chromedriver")
    assert chromium, "install Chromium"
    assert chromedriver, "install Chromium's driver, chromedriver"
    monkeypatch.setenv("SE_OFFLINE", "true")
    monkeypatch.setenv("SE_AVOID_STATS", "true")
    drivers: list[WebDriver] = []

    def open_window(kind: type[AnyPage]) -> AnyPage:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for flag in (*FLAGS, f"--user-data-dir={tmp_path / f'profile{len(drivers)}'}"):
            options.add_argument(flag)
        service = Service(chromedriver, log_output=os.devnull)
        drivers.append(webdriver.Chrome(options=options, service=service))
        drivers[-1].set_page_load_timeout(30)
        return kind(drivers[-1])

    yield open_window
    for driver in drivers:
        driver.quit()


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A directory and the address, of another origin, at which it is served."""
    directory = tmp_path / "site"
    directory.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(directory))) as http:
        thread = Thread(target=http.serve_forever)
        thread.start()
        yield directory, f"http://localhost:{http.server_port}"
        http.shutdown()
        thread.join()
