"""Why the engine does not answer, in words that keep the password back."""

from __future__ import annotations

import socket

import pytest

from lingr.store import client
from lingr.store.client import Engine
from support.engine import Hosted, Valkey


def trouble(url: str) -> str | None:
    engine = Engine(url)
    try:
        return engine.trouble()
    finally:
        engine.close()


def test_none_when_it_answers(valkey: Valkey) -> None:
    assert trouble(valkey.url) is None


def test_no_password_or_a_wrong_one(hosted: Hosted) -> None:
    server, engine = hosted()
    engine.command("CONFIG", "SET", "requirepass", "sesame")
    assert trouble(f"redis://:sesame@{server}/0") is None
    for who in ("", ":wrong@", "ann:sesame@"):
        assert trouble(f"redis://{who}{server}/0") == "authentication failed"


@pytest.mark.parametrize("who", [":sesame", "ann:sesame"])
def test_a_refusal_that_repeats_the_password_is_not_passed_on(hosted: Hosted, who: str) -> None:
    server, _ = hosted("--rename-command", "AUTH", "")
    assert trouble(f"redis://{who}@{server}/0") == "it refuses to serve"


def test_a_user_who_may_do_nothing(hosted: Hosted) -> None:
    server, engine = hosted()
    engine.command("ACL", "SETUSER", "ann", "on", ">sesame", "-@all")
    assert trouble(f"redis://ann:sesame@{server}/0") == "its access rules forbid even PING"


def test_a_database_that_is_not_there(hosted: Hosted) -> None:
    server, _ = hosted()
    assert trouble(f"redis://{server}/99") == "it refuses to serve"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis://:sesame@nowhere.invalid/0", "name not found"),
        ("redis://:sesame@127.0.0.1:1/0", "connection refused"),
        ("unix:///no/such/socket", "no such socket"),
    ],
)
def test_nobody_there(url: str, words: str) -> None:
    assert trouble(url) == words


def test_somebody_who_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "COMMAND_TIMEOUT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert trouble(f"redis://127.0.0.1:{silent.getsockname()[1]}/0") == "no answer within 5 seconds"
