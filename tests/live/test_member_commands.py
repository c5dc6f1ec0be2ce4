"""What an operator does to the members of rooms while the server runs."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from lingr.cli import main
from support.client import Visitor

pytestmark = pytest.mark.live


@pytest.fixture
def lingr(house):
    """Runs ``lingr room``; returns the exit status, and what was answered or complained about."""
    runner = CliRunner(env=house.served.environment)

    def lingr(*arguments):
        done = runner.invoke(main, ["room", *arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.exit_code, (done.stdout or done.stderr).strip()

    return lingr


def code(house, method, **params):
    return house.client.post(method, **params).code


def test_members_come_and_go(house, lingr):
    ann, bob = house.user(username="ann", nickname="Ann"), house.user(username="bob", nickname="ボブ🐰")
    assert lingr("create", "den", "--name", "Den", "--owner", "ann", "--members-only")[0] == 0
    hers, his = house.session(ann), house.session(bob)
    assert code(house, "room/enter", session=his, id="den") == 108
    assert code(house, "room/get_info", api_key=house.api_key, session=his, id="den") == 108
    assert lingr("member", "add", "den", "BOB") == (0, "bob is a member of den")
    assert code(house, "room/get_info", api_key=house.api_key, session=his, id="den") is None
    visitor = Visitor.enter_as(house.client, his, "den", "Bob")
    assert visitor.say("hello")["text"] == "hello"
    assert code(house, "room/change_settings", session=his, id="den", name="His") == 113
    assert lingr("member", "add", "den", bob.email, "--owner") == (0, "bob is an owner of den")
    assert code(house, "room/change_settings", session=his, id="den", name="His") is None
    assert lingr("member", "list", "den") == (0, "ann (owner)\nbob (owner)")
    listed = lingr("member", "list", "den", "--json")[1]
    assert [(one["nickname"], one["is_online"]) for one in json.loads(listed)["members"]] == [
        ("Ann", False),
        ("ボブ🐰", True),
    ]
    assert json.loads(lingr("member", "add", "den", "bob", "--no-owner", "--json")[1]) == {
        "room_id": "den",
        "username": "bob",
        "is_owner": False,
        "changed": True,
    }
    assert lingr("member", "remove", "den", "bob") == (0, "bob is no longer a member of den")
    assert lingr("member", "remove", "den", "bob") == (0, "bob is not a member of den")
    assert visitor.call("observe", counter=visitor.counter)["error"]["code"] == 109
    assert code(house, "room/enter", session=his, id="den") == 108
    Visitor.enter_as(house.client, hers, "den", "Ann")
    assert lingr("change", "den", "--not-members-only")[0] == 0
    Visitor.enter_as(house.client, his, "den", "Bob").say("again")


def test_what_cannot_be_is_refused(house, lingr):
    house.user(username="cleo")
    assert lingr("create", "hut", "--name", "Hut", "--owner", "cleo")[0] == 0
    for refused in (
        ("add", "hut", "nobody"),
        ("add", "nowhere", "cleo"),
        ("add", "a/b", "cleo"),
        ("add", "hut", "cleo", "--no-owner"),
        ("remove", "hut", "cleo"),
        ("remove", "hut", "nobody"),
        ("list", "nowhere"),
    ):
        assert lingr("member", *refused)[0] == 1
