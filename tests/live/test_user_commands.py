"""What an operator does to users while clients follow them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from lingr.cli import main
from support.follower import Follower, ids
from support.wire import Wire

pytestmark = pytest.mark.live


@pytest.fixture
def lingr(house):
    """Runs ``lingr user``; returns the exit status, and what was answered or complained about."""

    runner = CliRunner(env=house.served.environment)

    def lingr(*arguments):
        done = runner.invoke(main, ["user", *arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.exit_code, (done.stdout or done.stderr).strip()

    return lingr


@pytest.fixture
def one(house):
    account, wire = house.user(username="ann", nickname="Ann"), Wire(house.port)
    yield Follower(house, account, wire)
    wire.close()


def test_what_is_changed_here_is_told_there(house, one, lingr):
    room = house.room(id="tea-house", password="sesame")
    one.poll()
    assert lingr("favorite", "ann", room) == (0, "tea-house is now a favourite of ann")
    assert ids(one.hear(), "favorite") == [room]
    one.poll()
    status, told = lingr("monitor", "ANN", room, "--json")
    assert (status, json.loads(told)["monitored"]) == (0, True)
    assert ids(one.hear(), "monitored") == [room]
    one.poll()
    house.enter(room, "Bob", password="sesame").say("hello")
    assert one.hear()["monitored_rooms"][0]["max_user_message_id"] == 2
    for command, name in (("favorite", "favorite"), ("monitor", "monitored")):
        one.poll()
        assert lingr(command, "ann", room, "--off")[0] == 0
        assert ids(one.hear(), name) == []
    one.poll()
    assert lingr("change", "ann", "--nickname", "アン🐰", "--description", "お茶")[0] == 0
    told = one.hear()
    assert (told["default_nickname"], told["description"]) == ("アン🐰", "お茶")
    for refused in (
        ("favorite", "nobody", room),
        ("favorite", "ann", "nowhere"),
        ("monitor", "ann", "a/b"),
        ("change", "ann", "--nickname", " "),
        ("change", "nobody"),
    ):
        assert lingr(*refused)[0] == 1
    one.poll()
    assert not one.wire.is_answered(0.2)
