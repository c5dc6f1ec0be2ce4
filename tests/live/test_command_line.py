"""The operator's commands, from another process while the server runs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from lingr.cli import main
from support.client import Client, Visitor

pytestmark = pytest.mark.live


@pytest.fixture
def lingr(house):
    """Runs a command with the server's own environment."""

    def lingr(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "lingr", *arguments],
            env={**house.served.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return lingr


@pytest.fixture
def refused(house):
    """Runs a command that is to fail, in this process for speed; returns the sentence it fails with."""

    def refused(*arguments, **environment):
        runner = CliRunner(env={**house.served.environment, **environment})
        done = runner.invoke(main, arguments)
        assert isinstance(done.exception, SystemExit), done.exception
        assert done.exit_code in (1, 2)
        assert done.stdout == ""
        return done.stderr

    return refused


def made(done):
    """What a command with --json answered."""
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_keys_users_and_rooms_made_here_serve_there(house, lingr):
    key = made(lingr("key", "create", "--name", "a bot", "--json"))
    assert (key["name"], len(key["api_key"])) == ("a bot", 32)
    user = made(
        lingr(
            *("user", "create", "--username", "ann", "--email", "ann@example.org"),
            *("--password", "secret", "--json"),
        )
    )
    room = made(
        lingr(
            *("room", "create", "den", "--name", "Den", "--owner", "ann", "--password", "sesame"),
            *("--tags", 'jazz "late night"', "--description", "quiet", "--json"),
        )
    )
    assert room == {"room_id": "den", "name": "Den", "url": f"{house.url}/room/den"}

    client = Client(house.url)
    session = client.ok("session/create", api_key=key["api_key"])["session"]
    client.ok("auth/login", session=session, email="ann@example.org", password="secret")
    ann = Visitor.enter_as(client, session, "den", "Ann", password="sesame")
    assert ann.say("hello")["user_id"] == user["user_id"]
    info = client.ok("room/get_info", api_key=key["api_key"], id="den", password="sesame")["room"]
    assert (info["description"], [tag["name"] for tag in info["tags"]]) == ("quiet", ["jazz", "latenight"])


def test_without_json_the_answer_is_for_people(lingr):
    done = lingr("key", "create", "--name", "mine")
    assert (done.returncode, len(done.stdout.strip())) == (0, 32)


def test_the_methods_are_listed(house, lingr):
    rows = made(lingr("routes", "--json"))["routes"]
    assert {"session.create", "room.observe", "room.say", "room/say"} <= {row["method"] for row in rows}
    for row in rows:
        told = Client(house.url).post(row["path"].removeprefix("/api/")).json
        code = told["error"]["code"] if "error" in told else told.get("code")
        assert code not in (103, "invalid_method"), row
    assert "/api/room/observe" in lingr("routes").stdout


def test_the_settings_are_shown_and_tested(house, lingr):
    told = made(lingr("check", "--json"))
    assert told["ok"]
    assert told["settings"]["PORT"] == str(house.port)
    assert all(finding["ok"] for finding in told["findings"])


def test_secrets_are_not_shown(lingr):
    done = lingr("check", REDIS_URL="redis://:sesame@127.0.0.1:1/0")
    assert done.returncode == 1
    assert "sesame" not in done.stdout + done.stderr
    assert "FAIL No storage engine answers at REDIS_URL: connection refused." in done.stdout


def test_settings_that_do_not_go_together(lingr):
    done = lingr("check", LINGR_TICKET_SECONDS="60", LINGR_HOLD_SECONDS="50")
    assert done.returncode == 1
    assert "FAIL LINGR_TICKET_SECONDS" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["room", "create", "no spaces", "--name", "x"], "invalid parameter: id"),
        (["room", "create", "new", "--name", "x"], "id unavailable"),
        (["room", "create", "lobby", "--name", "x"], "id unavailable"),
        (["room", "create", "mine", "--name", " "], "invalid parameter: name"),
        (["room", "create", "mine", "--name", "x", "--owner", "nobody"], "invalid parameter: owner"),
        (["key", "create", "--name", ""], "invalid parameter: name"),
        (
            ["user", "create", "--username", "a b", "--email", "a@b.c", "--password", "x"],
            "invalid parameter: username",
        ),
        (["user", "create", "--username", "ab", "--email", "a@b.c"], "Missing option '--password'"),
        (["room", "create", "--name", "x"], "Missing argument 'ID'"),
        (["room", "destroy"], "No such command 'destroy'"),
    ],
)
def test_what_cannot_be_made_is_refused_in_a_sentence(refused, arguments, sentence):
    assert sentence in refused(*arguments)


def test_no_engine_is_a_sentence_too(refused, tmp_path):
    away = refused("key", "create", "--name", "x", LINGR_DATA_DIR=str(tmp_path))
    assert f"No storage engine answers in {tmp_path}: no such socket. Is `lingr serve` running?" in away
    away = refused("room", "create", "x", "--name", "x", REDIS_URL="redis://127.0.0.1:1/0")
    assert "No storage engine answers at REDIS_URL: connection refused." in away


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "many"), ("LINGR_HOLD_SECONDS", "0"), ("LINGR_FSYNC", "sometimes")]
)
def test_settings_that_cannot_be_read(refused, name, value):
    assert f"These settings cannot be used: {name}" in refused("check", **{name: value})


@pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1", "redis://127.0.0.1:port/0"])
def test_an_engines_address_that_is_none(refused, url):
    assert "REDIS_URL" in refused("key", "create", "--name", "x", REDIS_URL=url)


def test_a_command_that_fails_says_so_with_its_exit_status(lingr):
    done = lingr("room", "create", "lobby", "--name", "x")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "Error: id unavailable\n")


def test_rooms_are_changed_moved_and_deleted_from_outside(house, lingr, refused):
    room = house.room(name="Tea", password="sesame", tags="tea")
    ann = house.enter(room, "Ann", password="sesame")
    new_id = f"{room}-2"
    told = made(
        lingr("room", "change", room, "--new-id", new_id, "--password", "", "--name", "お茶", "--json")
    )
    assert told == {"room_id": new_id, "name": "お茶", "url": f"{house.url}/room/{new_id}"}
    shown = house.info(new_id)["room"]
    assert (shown["requires_password"], shown["tags"][0]["name"]) == (False, "tea")
    assert ann.say("still here")["text"] == "still here"
    assert "invalid room id" in refused("room", "change", room, "--name", "x")
    assert "timezone" in refused("room", "change", new_id, "--timezone", "Middle Earth")
    assert lingr("room", "delete", new_id, "--yes").stdout == f"room {new_id} is deleted\n"
    assert ann.call("observe", counter=0)["error"]["code"] == 109
    assert "invalid room id" in refused("room", "delete", new_id, "--yes")
