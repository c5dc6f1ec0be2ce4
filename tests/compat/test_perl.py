"""The two Perl clients: a thin wrapper with an example bot, and the one for POE with its IRC bridge."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest

from support.client import Client
from support.house import House
from support.web import get, post

POSTED = {"session/create", "session/destroy", "room/enter", "room/say", "room/set_nickname", "room/exit"}


class Wrapper:
    """Opens a session when it is made, adds session and format to every call, ends the session at its end."""

    def __init__(self, client: Client, api_key: str) -> None:
        self.client = client
        self.session: str | None = None
        self.session = self.call("session/create", api_key=api_key)["session"]

    def call(self, path: str, **params: object) -> Any:
        params["format"] = "json"
        if self.session is not None:
            params["session"] = self.session
        send = post if path in POSTED else get
        answer = send(self.client, path, params)
        assert answer.status == 200
        # Its parser leaves such escapes as they are.
        assert not re.search(rb"\\u|\\/", answer.body), answer.body
        told = answer.json
        if told["status"] != "ok":
            raise Refused(told["error"]["code"], told["error"]["message"])
        return told

    def destroy(self) -> None:
        self.call("session/destroy")


class Refused(Exception):
    pass


def test_the_example_bot_copies_the_counter_unguarded_and_hears_everything_once(
    house: House, room: str
) -> None:
    bot = Wrapper(house.client, house.api_key)
    ticket = bot.call("room/enter", id=room, nickname="helloperl")["ticket"]
    ann = house.enter(room, "ann")
    counter = bot.call("room/say", ticket=ticket, message="Hello! こんにちは")["counter"]
    heard: list[tuple[str, str]] = []
    for word in ("one", None, "two", None, None, "three"):
        if word:
            ann.say(word)
        told = bot.call("room/observe", ticket=ticket, counter="" if counter is None else counter)
        # Without a guard: after a time-out there is none, and the next poll sends an empty one.
        counter = told.get("counter")
        heard += [(message["nickname"], message["text"]) for message in told.get("messages", [])]
        assert (counter is None) == (word is None)
    assert heard == [("ann", "one"), ("ann", "two"), ("ann", "three")]
    bot.destroy()
    assert ann.observe()["messages"][-1]["text"] == "helloperl has left the conversation"


def test_the_wrapper_reads_the_error_object(house: House) -> None:
    bot = Wrapper(house.client, house.api_key)
    with pytest.raises(Refused, match="invalid room id") as refused:
        bot.call("room/enter", id="no-such-room")
    assert refused.value.args[0] == 108
    with pytest.raises(Refused, match="invalid API key"):
        bot.call("session/create", api_key="0" * 32)
    # It never says its key again; its session is as good.
    assert bot.call("room/get_info", id="lobby")["room"]["id"] == "lobby"
    assert bot.call("session/verify")["status"] == "ok"
    bot.destroy()
    with pytest.raises(Refused, match="invalid session"):
        bot.call("session/verify")


class Poe:
    """Starts an observer when it has entered; every room method gets the ticket; any failure ends it."""

    def __init__(self, client: Client, api_key: str, room: str, nickname: str) -> None:
        self.client = client
        self.session = post(client, "session/create", {"api_key": api_key, "format": "json"}).json["session"]
        entered = self.room("enter", id=room, nickname=nickname)
        self.ticket = entered["ticket"]
        self.counter: object = entered["room"]["counter"]
        self.url = entered["room"]["url"]
        self.events: list[tuple[str, str]] = []

    def room(self, method: str, **params: object) -> Any:
        known = {"session": self.session, "format": "json"}
        if hasattr(self, "ticket"):
            known["ticket"] = self.ticket
        send = post if f"room/{method}" in POSTED else get
        told = send(self.client, f"room/{method}", {**params, **known}).json
        assert told["status"] == "ok", told
        return told

    def poll(self) -> None:
        told = self.room("observe", counter="" if self.counter is None else self.counter)
        self.counter = told.get("counter")
        self.events += [(message["type"], message["text"]) for message in told.get("messages", ())]


def test_the_poe_client_polls_on_after_time_outs(house: House, room: str) -> None:
    bot = Poe(house.client, house.api_key, room, "poe")
    ann = house.enter(room, "ann")
    bot.poll()
    bot.poll()
    assert bot.counter is None
    bot.poll()
    ann.say("hello")
    bot.poll()
    bot.room("say", message="hello yourself")
    bot.poll()
    ann.call("exit")
    bot.poll()
    kinds = [kind for kind, _ in bot.events]
    assert [kind for kind in kinds if kind != "system:enter"] == ["user", "user", "system:leave"]
    assert bot.events.count(("system:enter", "ann has joined the conversation")) == 1
    bot.room("exit")


def test_the_poe_client_encodes_words_twice_and_they_arrive_so(house: House, room: str) -> None:
    bot = Poe(house.client, house.api_key, room, "poe")
    twice = "お茶".encode().decode("latin-1")
    assert bot.room("say", message=twice)["message"]["text"] == twice


def test_the_irc_bridge_finds_its_channel_in_the_rooms_url(house: House, room: str) -> None:
    bot = Poe(house.client, house.api_key, room, "poe")
    found = re.search(r"/room/(.+)$", bot.url)
    assert found is not None
    assert found[1] == quote(room)
