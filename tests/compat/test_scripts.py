"""What ran in browsers: lingr.js over script tags, a Greasemonkey script, and mobalingr behind its pages."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from support.client import Client
from support.house import Account, House
from support.web import called, evaluated, get, post


class Script:
    """lingr.js with script tags: every call a GET with a callback of its own, on ever other host names."""

    def __init__(self, client: Client, api_key: str, room: str) -> None:
        self.client = client
        self.api_key = api_key
        self.room = room
        self.count = itertools.count(1)
        self.known: dict[str, object] = {}
        self.counter = 0
        self.lines: list[str] = []

    def call(self, path: str, **params: object) -> Any:
        number = next(self.count)
        asked = {**self.known, **params, "format": "json", "callback": f"Lingr.callback{number}"}
        function, told = called(get(self.client, path, asked, host=f"{number}o.www.lingr.com"))
        assert function == f"Lingr.callback{number}"
        return told

    def start(
        self, nickname: str | None, remembered: str | None = None, account: Account | None = None
    ) -> None:
        self.known["session"] = remembered
        if remembered is None or self.call("session/verify")["status"] != "ok":
            self.known.pop("session")
            told = self.call("session/create", api_key=self.api_key, client_type="human")
            self.known["session"] = told["session"]
        if account is not None:
            assert self.call("auth/login", email=account.email, password=account.password)["status"] == "ok"
        named = {} if nickname is None else {"nickname": nickname}
        entered = self.call("room/enter", id=self.room, idempotent="true", **named)
        self.known["ticket"] = entered["ticket"]
        self.counter = entered["room"]["counter"]

    def context(self, lines: int) -> None:
        told = self.call("room/get_messages", counter=-lines, user_messages_only="true")
        self.counter = told["counter"]
        self.lines += [message["text"] for message in told["messages"]]

    def observe(self) -> None:
        told = self.call("room/observe", counter=self.counter)
        assert told["status"] == "ok", told
        self.counter = told.get("counter", self.counter)
        self.lines += [m["text"] for m in told.get("messages", []) if m["type"] in ("user", "private")]


def test_a_page_with_lingr_js_shows_what_was_said_and_what_is_being_said(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    for number in range(5):
        ann.say(f"before {number}")
    script = Script(house.client, house.api_key, room)
    script.start(None, account=house.user())
    script.context(3)
    assert script.call("room/say", message="x")["error"]["code"] == 110
    assert script.call("room/set_nickname", nickname="ジェイ")["status"] == "ok"
    said = script.call("room/say", message="</script> \u2028 はじめまして")
    assert said["message"]["client_type"] == "human"
    ann.say("welcome")
    while script.lines[-1] != "welcome":
        script.observe()
    assert script.lines == ["before 2", "before 3", "before 4", "</script> \u2028 はじめまして", "welcome"]
    script.observe()
    assert script.call("room/exit")["status"] == "ok"
    assert script.call("session/destroy")["status"] == "ok"


def test_lingr_js_comes_back_with_a_session_it_remembers(house: House, room: str) -> None:
    script = Script(house.client, house.api_key, room)
    script.start("jay")
    again = Script(house.client, house.api_key, room)
    again.start("jay", remembered=str(script.known["session"]))
    assert again.known == script.known
    script.call("session/destroy")
    third = Script(house.client, house.api_key, room)
    third.start("jay", remembered=str(script.known["session"]))
    assert third.known["session"] != script.known["session"]


def test_lingr_js_without_script_tags_posts_even_what_is_documented_as_get(house: House) -> None:
    session = house.session()
    asked = {"session": session, "format": "json"}
    assert evaluated(post(house.client, "session/verify", asked)) == {"status": "ok"}


class Greasemonkey:
    """Reads a room from its first event, and takes who has no icon for an observer."""

    def __init__(self, client: Client, api_key: str) -> None:
        self.client = client
        self.api_key = api_key
        self.renew()

    def renew(self) -> None:
        created = self.call("session/create", api_key=self.api_key, client_type="human")
        self.session = created["session"]

    def call(self, path: str, **params: object) -> Any:
        told = evaluated(
            get(self.client, f"{path}/", {**params, "format": "json"}, "gotin.client4711.www.lingr.com")
        )
        if told.get("error", {}).get("code") == 102:
            self.renew()
            return self.call(path, **{**params, "session": self.session})
        return told


def test_the_greasemonkey_script_reads_the_history_from_counter_one(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    for number in range(70):
        ann.say(str(number))
    house.enter(room)
    script = Greasemonkey(house.client, house.api_key)
    entered = script.call("room/enter", session=script.session, id=room, nickname="monkey")
    assert [bool(who.get("icon_url")) for who in entered["occupants"]] == [True, False, True]
    who = {"session": script.session, "ticket": entered["ticket"]}
    counter, lines = 1, []
    while counter < entered["room"]["counter"]:
        told = script.call("room/observe", counter=counter, **who)
        counter = told["counter"]
        lines += [message["text"] for message in told["messages"] if message["type"] == "user"]
        for message in told["messages"]:
            when = datetime.strptime(message["timestamp"], "%Y-%m-%dT%H:%M:%S%z").timestamp()
            assert abs(when - house.ctx.clock() / 1000) < 100
    assert lines == [str(number) for number in range(70)]
    assert script.call("room/say", message="こんにちは", **who)["status"] == "ok"


def test_the_greasemonkey_script_makes_a_new_session_when_its_own_is_gone(house: House, room: str) -> None:
    script = Greasemonkey(house.client, house.api_key)
    gone = script.session
    house.client.ok("session/destroy", session=gone)
    assert script.call("room/enter", session=gone, id=room, nickname="monkey")["status"] == "ok"
    assert script.session != gone


def test_mobalingr_enters_on_every_page_and_keeps_its_ticket(house: House, room: str) -> None:
    ann = house.enter(room, "ann")

    def call(path: str, **params: object) -> Any:
        return evaluated(post(house.client, path, {**params, "format": "json"}))

    account = house.user()
    session = call("session/create", api_key=house.api_key, client_type="human")["session"]
    assert (
        call("auth/login", session=session, email=account.email, password=account.password)["status"] == "ok"
    )
    who: dict[str, object] = {"session": session}
    tickets = set()
    for page in range(3):
        assert call("session/verify", **who)["status"] == "ok"
        entered = call("room/enter", id=room, idempotent="true", **who)
        tickets.add(entered["ticket"])
        ticket = {**who, "ticket": entered["ticket"]}
        if page == 0:
            assert call("room/set_nickname", nickname="モバ", **ticket)["status"] == "ok"
            told = call("room/get_messages", counter="-50", **ticket)
            # It cuts the nickname off the front of what the system says.
            texts = [message["text"][len(message["nickname"]) :] for message in told["messages"]]
            assert texts == [" has joined the conversation"] * 2
        assert call("room/say", message=f"page {page}", **ticket)["status"] == "ok"
    assert len(tickets) == 1
    info = evaluated(
        get(house.client, "room/get_info", {"api_key": house.api_key, "id": room, "format": "json"})
    )
    told = info["room"]
    assert (told["chatter_count"], told["observer_count"], told["requires_password"]) == (2, 0, False)
    assert [tag["display_name"] for tag in told["tags"]] == ["chat"]
    assert told["timezone"]
    assert [occupant["nickname"] for occupant in info["occupants"]] == ["ann", "モバ"]
    heard = [message["text"] for message in ann.observe()["messages"] if message["type"] == "user"]
    assert heard == ["page 0", "page 1", "page 2"]
