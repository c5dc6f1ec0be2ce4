"""Tokens from the command line, and the second port, as clients of 2009 use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from click.testing import CliRunner

from lingr.cli import main
from support.client import Client
from support.house import House, opened
from support.member import Member, asked, refusal
from support.served import free_port

pytestmark = pytest.mark.live


@pytest.fixture(scope="module", params=["on", "off"], ids="parking {}".format)
def observed(request: pytest.FixtureRequest) -> Iterator[tuple[House, Client]]:
    """A house, and a client of its second port."""
    port = free_port()
    settings = {"LINGR_OBSERVE_PORT": str(port), "LINGR_PARKING": request.param, "LINGR_HOLD_SECONDS": "20"}
    with opened(**settings) as house:
        yield house, Client(f"http://127.0.0.1:{port}")


def lingr(house: House, *arguments: str) -> Any:
    """What `lingr user ... --json` answers, or says as it refuses."""
    done = CliRunner(env=house.served.environment).invoke(main, ["user", *arguments, "--json"])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.stderr if done.exit_code else json.loads(done.stdout)


def test_the_second_port_serves_everything(observed: tuple[House, Client]) -> None:
    house, second = observed
    account, room = house.user(), house.room()
    member = Member.log_in(house, account, "query")
    counter = member.ok("room/subscribe", room=room, reset="true")["counter"]
    with ThreadPoolExecutor(1) as thread:
        arrived = asked(second, "event/observe", "query", session=member.session, counter=counter)
        poll = thread.submit(
            asked, second, "event/observe", "query", session=member.session, counter=arrived["counter"]
        )
        said = asked(second, "room/say", session=member.session, room=room, text="hello")
        assert [one["message"] for one in poll.result(15)["events"]] == [said["message"]]
    assert second.get("room/get_info", api_key=house.api_key, id=room).json["status"] == "ok"
    assert second.request("GET", "/healthz").status == 200


def test_a_token_is_made_used_and_revoked(observed: tuple[House, Client]) -> None:
    house, second = observed
    account, room = house.user(nickname="Ann"), house.room()
    made = lingr(house, "token", account.email, "--name", "old laptop")
    params = {"user": account.email, "password": made["token"]}
    session = asked(house.client, "session/create", **params)["session"]
    other = Member.log_in(house, account)
    [listed] = lingr(house, "tokens", account.email)["tokens"]
    assert (listed["name"], listed["is_revoked"]) == ("old laptop", False)
    assert listed["created"] <= listed["used"]
    assert "a token named old laptop" in lingr(house, "token", account.email, "--name", "old laptop")
    subscribed = asked(house.client, "room/subscribe", session=session, room=room)
    arrived = asked(second, "event/observe", "query", session=session, counter=subscribed["counter"])
    with ThreadPoolExecutor(1) as thread:
        poll = thread.submit(
            asked, second, "event/observe", "query", session=session, counter=arrived["counter"]
        )
        told = lingr(house, "revoke", account.email, "old laptop")
        assert told["sessions_ended"] == 1
        assert refusal(poll.result(15)) == "invalid_session"
    assert refusal(asked(house.client, "session/create", **params)) == "invalid_user_credentials"
    assert refusal(asked(house.client, "session/verify", session=session)) == "invalid_session"
    other.ok("session/verify")
    assert lingr(house, "tokens", account.email)["tokens"] == []
    assert "name" in lingr(house, "revoke", account.email, "old laptop")
    assert "user" in lingr(house, "tokens", "nobody")
