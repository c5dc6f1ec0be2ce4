"""One real Valkey for the whole run, emptied before each test that uses it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from lingr.domain import passwords
from lingr.domain.context import Context
from lingr.files import open_files
from lingr.settings import Settings
from lingr.store import Store, open_store
from lingr.store.client import Engine
from support.ears import Ears
from support.engine import Hosted, Valkey, leaked
from support.fakes import Clock, Ids
from support.served import free_port

OpenContext = Callable[..., Context]


@pytest.fixture(scope="session", autouse=True)
def hasty_passwords() -> Iterator[None]:
    """Hashes that are made here are made fast, and whoever compares them, a server say, is as fast."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder with a short name: pytest's own are too long for the path of a Unix socket."""
    with tempfile.TemporaryDirectory(prefix="lingr-") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def valkey(folder: Path) -> Iterator[Valkey]:
    server = Valkey(folder)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def engine(valkey: Valkey) -> Iterator[Engine]:
    """An empty data set. After the test it may hold nothing that would stay for ever unnoticed."""
    engine = Engine(valkey.url)
    engine.command("FLUSHALL")
    yield engine
    left = leaked(engine)
    engine.close()
    assert left == []


@pytest.fixture
def hosted(folder: Path) -> Iterator[Hosted]:
    """Starts Valkeys as others run them: on a port, with the options given."""
    started: list[tuple[Valkey, Engine]] = []

    def hosted(*options: str) -> tuple[str, Engine]:
        place = folder / f"hosted{len(os.listdir(folder))}"
        place.mkdir()
        server, port = Valkey(place), free_port()
        started.append((server, Engine(server.url)))
        server.start("--port", str(port), *options)
        return f"127.0.0.1:{port}", started[-1][1]

    yield hosted
    for server, engine in started:
        engine.close()
        server.kill()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_ctx(
    engine: Engine, valkey: Valkey, clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenContext]:
    """Makes contexts: each is what one process of the server has. Settings may be given by name."""
    directory = tmp_path_factory.mktemp("images")
    opened: list[Store] = []
    new_id = Ids()

    def open_ctx(process: str = "first", **settings: Any) -> Context:
        chosen = Settings(**{"rate_limits": False, **settings})
        store = open_store(
            valkey.url,
            process=process,
            session_seconds=chosen.session_seconds,
            login_seconds=chosen.login_seconds,
            refresh_seconds=0,
            log_events=chosen.log_events,
        )
        opened.append(store)
        return Context(
            store=store,
            settings=chosen,
            clock=clock,
            new_id=new_id,
            offload=lambda function, *arguments: function(*arguments),
            pause=time.sleep,
            files=open_files(chosen.images_dir_setting or directory, None, None),
        )

    yield open_ctx
    for store in opened:
        store.engine.close()


@pytest.fixture
def ctx(open_ctx: OpenContext) -> Context:
    """The context of one process, without rate limits."""
    return open_ctx()


@pytest.fixture
def store(ctx: Context) -> Store:
    return ctx.store


@pytest.fixture
def listen_to(engine: Engine) -> Iterator[Callable[[Store], Ears]]:
    """Gives a store ears."""
    opened: list[Ears] = []

    def listen_to(store: Store) -> Ears:
        opened.append(Ears(store))
        return opened[-1]

    yield listen_to
    for ears in opened:
        ears.close()


@pytest.fixture
def ears(store: Store, listen_to: Callable[[Store], Ears]) -> Ears:
    return listen_to(store)
