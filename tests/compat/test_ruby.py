"""The Ruby clients: the official toolkit and its bots, the IRC gateway lig.rb, and O'Radar."""

from __future__ import annotations

from typing import Any

from support.client import Answer, Client
from support.house import Account, House
from support.web import evaluated, get, post


class Toolkit:
    """The official client: documented verbs, JSON, numbers and flags sent as Ruby prints them."""

    def __init__(self, client: Client, api_key: str) -> None:
        self.client = client
        self.api_key = api_key
        self.session = self.post("session/create", api_key=api_key, client_type="automaton")["session"]

    def get(self, path: str, **params: object) -> Any:
        return evaluated(get(self.client, path, {**params, "format": "json"}))

    def post(self, path: str, **params: object) -> Any:
        return evaluated(post(self.client, path, {**params, "format": "json"}))

    def in_room(self, method: str, verb: str = "post", **params: object) -> Any:
        call = self.post if verb == "post" else self.get
        return call(f"room/{method}", session=self.session, ticket=self.ticket, **params)

    def enter(self, room: str, nickname: str | None) -> Any:
        params = {} if nickname is None else {"nickname": nickname}
        told = self.post("room/enter", session=self.session, id=room, idempotent="false", **params)
        self.ticket = told["ticket"]
        return told


class Bot(Toolkit):
    """A bot of the kit: dispatches what is newer than its counter, and stops on 102 and 109."""

    def start(self, room: str, nickname: str) -> None:
        told = self.enter(room, nickname)["room"]
        assert type(told["counter"]) is type(told["max_user_message_id"]) is int
        self.counter = told["counter"]

    def listen(self, polls: int) -> list[tuple[str, ...]]:
        heard: list[tuple[str, ...]] = []
        for _ in range(polls):
            told = self.in_room("observe", "get", counter=self.counter)
            if told["status"] == "fail":
                assert told["error"]["code"] in (102, 109)
                return [*heard, ("stopped", told["error"]["message"])]
            for message in told.get("messages", []):
                if int(message["id"]) > self.counter:
                    heard.append((message["type"], message["client_type"], message["nickname"]))
            self.counter = told.get("counter") or self.counter
        return heard


def test_a_bot_dispatches_by_type_and_client_type_and_stops_when_its_ticket_is_gone(
    house: House, room: str
) -> None:
    human = house.enter_as(house.session(client_type="human"), room, "ann")
    other = house.enter(room, "rob")
    bot = Bot(house.client, house.api_key)
    bot.start(room, "bot")
    human.say("hello")
    other.say("beep")
    human.call("set_nickname", nickname="anne")
    assert bot.listen(1) == [
        ("user", "human", "ann"),
        ("user", "automaton", "rob"),
        ("system:nickname_change", "human", "ann"),
    ]
    bot.in_room("exit")
    assert bot.listen(5) == [("stopped", "invalid ticket")]


def test_a_bot_keeps_its_counter_over_time_outs(house: House, room: str) -> None:
    bot = Bot(house.client, house.api_key)
    bot.start(room, "bot")
    assert bot.listen(3) == []
    bot.in_room("say", message="still here")
    assert bot.listen(1) == [("user", "automaton", "bot")]
    told = bot.in_room("get_messages", "get", counter=-1, user_messages_only="false")
    assert told["counter"] == bot.counter == 2


def test_the_sample_client_whispers_looks_around_and_tells_observers_by_a_nil_nickname(
    house: House, room: str
) -> None:
    observer = house.enter(room)
    ann = house.enter(room, "ann")
    sample = Toolkit(house.client, house.api_key)
    roster = sample.enter(room, "sample")["occupants"]
    assert [who["id"] for who in roster if who.get("nickname") is None] == [observer.occupant_id]
    said = sample.in_room("say", message="psst", occupant_id=ann.occupant_id)["message"]
    assert said["type"] == "private"
    told = sample.in_room("get_messages", "get", counter=0, user_messages_only="false")
    assert told["messages"][-1] == said
    seen = sample.get("room/get_info", api_key=house.api_key, id=room, counter=0, user_messages_only="false")
    assert [message["type"] for message in seen["messages"]] == ["system:enter", "system:enter"]
    assert sample.post("session/destroy", session=sample.session) == {"status": "ok"}


def login(client: Client, session: str, account: Account) -> Answer:
    who = {"email": account.email, "password": account.password}
    return post(client, "auth/login", {"session": session, "format": "json", **who})


class Lig(Toolkit):
    """The IRC gateway: derives who is there from occupants, and steps over a refused counter."""

    def __init__(self, client: Client, api_key: str, account: Account) -> None:
        super().__init__(client, api_key)
        self.post("session/destroy", session=self.session)
        self.session = self.post("session/create", api_key=api_key, client_type="human")["session"]
        assert evaluated(login(client, self.session, account))["status"] == "ok"
        self.members: dict[str, str] = {}
        self.lines: list[str] = []

    def join(self, room: str, nickname: str) -> None:
        told = self.enter(room, nickname)
        self.me = told["occupant_id"]
        self.counter = told["room"]["counter"]
        self.know(told["occupants"])

    def know(self, occupants: list[dict[str, str]]) -> None:
        self.members = {
            f"{who['nickname']}|{who['id']}": who.get("user_id", "")
            for who in occupants
            if who.get("nickname")
        }

    def poll(self) -> Any:
        told = self.in_room("observe", "get", counter=self.counter)
        if told["status"] == "fail":
            assert told["error"]["code"] in (100, 102, 104, 109, 114, 120, 122), told
            if told["error"]["code"] == 122:
                self.counter += 10
            return told
        if "occupants" in told:
            self.know(told["occupants"])
        self.lines += [message["text"] for message in told.get("messages", []) if message["type"] == "user"]
        self.counter = told.get("counter", self.counter)
        return told


def test_the_irc_gateway_knows_who_is_there_and_keeps_its_session_alive(house: House, room: str) -> None:
    account = house.user(nickname="ligger")
    lig = Lig(house.client, house.api_key, account)
    lig.join(room, "ligger")
    assert list(lig.members) == [f"ligger|{lig.me}"]
    assert list(lig.members.values()) == [account.user_id]
    ann = house.enter(room, "アン さん")
    while len(lig.members) < 2:
        assert lig.poll()["status"] == "ok"
    assert f"アン さん|{ann.occupant_id}" in lig.members
    assert lig.get("session/verify", session=lig.session) == {"status": "ok"}
    ann.call("exit")
    while len(lig.members) > 1:
        assert lig.poll()["status"] == "ok"
    assert len(lig.get("room/get_info", api_key=house.api_key, id=room)["occupants"]) == 1
    assert lig.in_room("exit") == {"status": "ok"}
    assert lig.post("session/destroy", session=lig.session) == {"status": "ok"}
    assert lig.poll()["error"]["code"] == 102


def test_the_irc_gateway_steps_over_a_counter_it_could_not_get_past(house: House, room: str) -> None:
    lig = Lig(house.client, house.api_key, house.user())
    lig.join(room, "ligger")
    ann = house.enter(room, "ann")
    stuck = lig.counter
    codes = []
    for _ in range(3):
        # It failed to read the answer, and so asks from the same place again.
        lig.counter = stuck
        codes.append(lig.poll().get("error", {}).get("code"))
    assert codes == [None, None, 122]
    assert lig.counter == stuck + 10
    for number in range(12):
        ann.say(str(number))
    lig.lines.clear()
    lig.poll()
    # One entrance and nine words were stepped over.
    assert lig.lines == ["9", "10", "11"]


class Radar:
    """O'Radar: GET always, the API key on every call and, once there is one, the session."""

    def __init__(self, client: Client, api_key: str) -> None:
        self.client = client
        self.known: dict[str, object] = {"api_key": api_key, "format": "json"}
        self.known["session"] = self.call("session/create", client_type="automaton")["session"]

    def call(self, path: str, **params: object) -> Any:
        told = evaluated(get(self.client, path, {**self.known, **params}))
        if told["status"] != "ok":
            assert int(told["error"]["code"]) > 0
        return told


def test_o_radar_gets_everything_and_enters_idempotently(house: House, room: str) -> None:
    account = house.user()
    radar = Radar(house.client, house.api_key)
    assert radar.call("auth/login", email=account.email, password=account.password)["status"] == "ok"
    told = radar.call("room/enter", id=room, nickname="radar", idempotent="true")
    assert told == {
        **radar.call("room/enter", id=room, nickname="radar", idempotent="true"),
        "room": told["room"],
    }
    ticket, counter = told["ticket"], told["room"]["counter"]
    assert (told["room"]["name"], told["room"]["tags"][0]["name"]) == ("夜の部屋", "chat")
    assert told["room"]["url"].endswith(room)
    assert told["room"]["icon_url"]
    ann = house.enter(room, "ann")
    ann.say("ping")
    seen: list[str] = []
    while "ping" not in seen:
        told = radar.call("room/observe", ticket=ticket, counter=counter)
        counter = told.get("counter", counter)
        seen += [message["text"] for message in told.get("messages", [])]
    # It does not look at ids, so nothing may come twice.
    assert len(seen) == len(set(seen))
    assert radar.call("room/exit", ticket=ticket)["status"] == "ok"
    assert radar.call("session/destroy")["status"] == "ok"
    assert radar.call("session/verify")["error"]["code"] == 102
