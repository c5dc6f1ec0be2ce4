"""What the engine says about how it keeps its data."""

from __future__ import annotations

import pytest

from lingr.store.client import Engine
from lingr.store.durability import Durability, read
from support.engine import Hosted

NO_CONFIG = ("--rename-command", "CONFIG", "")
NO_INFO = ("--rename-command", "INFO", "")


def test_an_engine_that_keeps_everything(engine: Engine) -> None:
    assert read(engine) == Durability(evicts=False, appends=True)


@pytest.mark.parametrize("forbidden", [(), NO_CONFIG, NO_INFO])
def test_one_that_does_not_says_so_by_config_or_by_info(hosted: Hosted, forbidden: tuple[str, ...]) -> None:
    _, engine = hosted("--maxmemory-policy", "allkeys-lru", "--appendonly", "no", *forbidden)
    assert read(engine) == Durability(evicts=True, appends=False)


def test_one_that_says_nothing(hosted: Hosted) -> None:
    _, engine = hosted(*NO_CONFIG, *NO_INFO)
    assert read(engine) == Durability(evicts=None, appends=None)


def test_one_that_forbids_it_to_this_user(hosted: Hosted) -> None:
    server, engine = hosted()
    engine.command("ACL", "SETUSER", "ann", "on", ">sesame", "+@all", "-config", "~*")
    anns = Engine(f"redis://ann:sesame@{server}/0")
    assert read(anns) == Durability(evicts=False, appends=True)
    engine.command("ACL", "SETUSER", "ann", "-info")
    assert read(anns) == Durability(evicts=None, appends=None)
    anns.close()
