"""The command line with engines that others run: what they forbid, and why they do not answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from lingr.cli import main
from support.engine import Hosted
from support.served import free_port

pytestmark = pytest.mark.live

NO_CONFIG = ("--rename-command", "CONFIG", "")
NO_INFO = ("--rename-command", "INFO", "")


def lingr(url: str, *arguments: str) -> Result:
    """Runs a command with this REDIS_URL, in this process for speed."""
    done = CliRunner(env={"REDIS_URL": url}).invoke(main, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture(params=["password", "name", "port"])
def wrong(request: pytest.FixtureRequest, hosted: Hosted) -> tuple[str, str]:
    """A REDIS_URL with something wrong, and what."""
    if request.param == "name":
        return "redis://:sesame@nowhere.invalid:6379/0", "name not found"
    if request.param == "port":
        return f"redis://:sesame@127.0.0.1:{free_port()}/0", "connection refused"
    server, engine = hosted()
    engine.command("CONFIG", "SET", "requirepass", "another")
    return f"redis://:sesame@{server}/0", "authentication failed"


def test_an_engine_that_forbids_config_is_asked_by_info(hosted: Hosted) -> None:
    server, _ = hosted(*NO_CONFIG)
    done = lingr(f"redis://{server}/0", "check")
    assert done.exit_code == 0
    assert "ok   The storage engine answers and keeps what it is given." in done.output


def test_an_engine_that_tells_nothing_is_no_failure(hosted: Hosted) -> None:
    server, _ = hosted(*NO_CONFIG, *NO_INFO)
    done = lingr(f"redis://{server}/0", "check")
    assert done.exit_code == 0
    assert "?    The storage engine answers; its configuration cannot be read" in done.output
    told = json.loads(lingr(f"redis://{server}/0", "check", "--json").output)
    assert told["ok"]
    assert told["findings"][0]["ok"] is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--maxmemory-policy", "allkeys-lru"), "FAIL The engine may evict keys"),
        (("--appendonly", "no"), "FAIL The engine forgets what was said when it stops"),
    ],
)
def test_an_engine_that_would_lose_messages_fails(
    hosted: Hosted, options: tuple[str, ...], sentence: str
) -> None:
    server, _ = hosted(*NO_CONFIG, *options)
    done = lingr(f"redis://{server}/0", "check")
    assert done.exit_code == 1
    assert sentence in done.output


def test_commands_say_why_the_engine_does_not_answer(wrong: tuple[str, str]) -> None:
    url, reason = wrong
    for arguments in (("check",), ("key", "create", "--name", "x"), ("room", "create", "x", "--name", "x")):
        done = lingr(url, *arguments)
        assert done.exit_code == 1
        assert f"No storage engine answers at REDIS_URL: {reason}." in done.output
        assert "sesame" not in done.output


def test_the_server_says_why_the_engine_does_not_answer(wrong: tuple[str, str]) -> None:
    url, reason = wrong
    done = subprocess.run(
        [sys.executable, "-m", "lingr", "serve"],
        env={**os.environ, "REDIS_URL": url, "PORT": str(free_port())},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr == f"Error: No storage engine answers at REDIS_URL: {reason}.\n"
