from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lingr.domain import bots, rooms
from lingr.domain.context import Context
from lingr.values import Room
from lingr.values_v2 import OwnBot
from support.endpoint import Server
from support.engine import Valkey
from support.people import Person

STOP_SECONDS = 30


@pytest.fixture
def endpoint() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def lobby(ctx: Context) -> Room:
    return rooms.create(ctx, id="lobby", name="Lobby")


@pytest.fixture
def ann(ctx: Context, lobby: Room) -> Person:
    return Person(ctx).enter("Ann")


@pytest.fixture
def bot(ctx: Context, endpoint: Server, lobby: Room) -> Callable[..., OwnBot]:
    """Makes bots that are called at a path of the endpoint, and lets them into rooms."""

    def bot(id: str, path: str, *into: Room, **fields: Any) -> OwnBot:
        made = bots.create(ctx, id=id, name=f"{id} bot", endpoint=endpoint.url(path), **fields)
        for room in into or (lobby,):
            bots.invite(ctx, made, room)
        return made

    return bot


class Process:
    """`python -m lingr.webhooks`, which may be ended in any way and started again."""

    def __init__(self, url: str, log: Path, **settings: str) -> None:
        self._environment = {
            **os.environ,
            "REDIS_URL": url,
            "LINGR_BOT_ALLOW_PRIVATE": "on",
            "LINGR_BOT_SECONDS": "1",
            "LINGR_BOT_RETRY_SECONDS": "0.1",
            **settings,
        }
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> Process:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "error", "-m", "lingr.webhooks"],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ends it as an operator would; its exit status."""
        return self._end(signal.SIGTERM)

    def signal(self, signum: int) -> None:
        os.kill(self.pid, signum)

    def _end(self, signum: int) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(signum)
        try:
            return self._process.wait(STOP_SECONDS)
        finally:
            self._process.kill()
            self._process.wait()
            self._process = None

    def said(self) -> str:
        """What it wrote to its log."""
        return self._log.read_text()


@pytest.fixture
def process(valkey: Valkey, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts delivery processes; none outlives the test, and none has met what nobody thought of."""
    started: list[Process] = []

    def process(**settings: str) -> Process:
        log = tmp_path / f"process{len(started)}.log"
        started.append(Process(valkey.url, log, **settings).start())
        return started[-1]

    yield process
    for one in started:
        one.kill()
    for one in started:
        assert "Traceback" not in one.said(), one.said()


@pytest.fixture
def heard(ctx: Context) -> Callable[..., list[str]]:
    """What bots have said in a room."""

    def heard(room_id: str = "lobby", bot_id: str | None = None) -> list[str]:
        events = ctx.store.log.stored(room_id, 0, 100_000)
        return [one.text for one in events if one.bot_id is not None and bot_id in (None, one.bot_id)]

    return heard
