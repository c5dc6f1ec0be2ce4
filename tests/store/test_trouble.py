"""Why the engine does not answer, in words that keep the password back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lingr.store.client import Engine
from support.engine import Valkey
from support.served import free_port

Start = Callable[..., str]


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts a Valkey with the options given, on a port; returns the port's address."""
    servers: list[Valkey] = []

    def start(*options: str) -> str:
        place = folder / f"trouble{len(os.listdir(folder))}"
        place.mkdir()
        port = free_port()
        servers.append(Valkey(place))
        servers[-1].start("--port", str(port), *options)
        return f"127.0.0.1:{port}"

    yield start
    for server in servers:
        server.kill()


def trouble(url: str) -> str | None:
    engine = Engine(url)
    try:
        return engine.trouble()
    finally:
        engine.close()


def test_none_when_it_answers(valkey: Valkey) -> None:
    assert trouble(valkey.url) is None


def test_a_wrong_password(start: Start) -> None:
    # With AUTH renamed, the engine's own refusal repeats the password.
    for options in ((), ("--rename-command", "AUTH", "")):
        server = start("--aclfile", "", *options)
        for user in ("", "ann"):
            told = trouble(f"redis://{user}:sesame@{server}/0")
            assert told is not None
            assert "sesame" not in told
