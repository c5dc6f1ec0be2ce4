"""The clients that read XML: a pragger plug-in that walks child nodes, and the PHP library."""

from __future__ import annotations

from typing import Any
from xml.dom import minidom

from support.client import Client
from support.house import House
from support.web import get, post


def text_at(document: minidom.Document, *path: str) -> str:
    """The text at a path from the root, each step the first child of that name."""
    node: Any = document
    for name in path:
        node = next(child for child in node.childNodes if child.nodeName == name)
    return "".join(child.data for child in node.childNodes)


class Pragger:
    """Form posts, answers in the default format."""

    def __init__(self, client: Client, api_key: str) -> None:
        self.client = client
        self.session = text_at(self.post("session/create", api_key=api_key), "response", "session")

    def post(self, path: str, **params: object) -> minidom.Document:
        document = minidom.parseString(post(self.client, path, params).body)
        assert text_at(document, "response", "status") == "ok"
        return document

    def enter(self, room: str, nickname: str) -> None:
        document = self.post("room/enter", session=self.session, id=room, nickname=nickname)
        self.ticket = text_at(document, "response", "ticket")
        self.counter = text_at(document, "response", "room", "counter")

    def say(self, message: str) -> None:
        self.post("room/say", session=self.session, ticket=self.ticket, message=message)

    def observe(self) -> list[tuple[str, str]]:
        asked = {"session": self.session, "ticket": self.ticket, "counter": self.counter}
        document = minidom.parseString(get(self.client, "room/observe", asked).body)
        self.counter = text_at(document, "response", "counter")
        (messages,) = document.getElementsByTagName("messages")
        # Every child node, so that white space between elements would be taken for a message.
        return [self.line(child) for child in messages.childNodes]

    @staticmethod
    def line(message: Any) -> tuple[str, str]:
        found = {child.nodeName: child for child in message.childNodes}
        first = [found[name].firstChild for name in ("nickname", "text")]
        return first[0].data, first[1].data


def test_the_pragger_plug_in_walks_all_child_nodes(house: House, room: str) -> None:
    plug_in = Pragger(house.client, house.api_key)
    plug_in.enter(room, "pragger")
    house.enter(room)
    ann = house.enter(room, "ann")
    ann.say("<ニュース> & co ]]>")
    plug_in.say("line\nfeed")
    heard = plug_in.observe()
    while len(heard) < 3:
        heard += plug_in.observe()
    assert heard == [
        ("ann", "ann has joined the conversation"),
        ("ann", "<ニュース> & co ]]>"),
        ("pragger", "line\nfeed"),
    ]


class Php:
    """Slashes at the end, session and ticket on every call, elements found by name at any depth."""

    def __init__(self, client: Client, api_key: str) -> None:
        self.client = client
        self.api_key = api_key
        self.known: dict[str, object] = {}
        self.counter = ""
        self.known["session"] = self.first(self.call("session/create/", api_key=api_key), "session")

    def call(self, path: str, verb: str = "POST", **params: object) -> minidom.Document:
        send = post if verb == "POST" else get
        document = minidom.parseString(send(self.client, path, {**self.known, **params}).body)
        self.code = self.first(document, "code")
        counter = self.first(document, "counter")
        if counter != "":
            self.counter = counter
        return document

    @staticmethod
    def first(document: minidom.Document, name: str) -> str:
        found: Any = document.getElementsByTagName(name)
        return "".join(child.data for child in found[0].childNodes) if found else ""

    @staticmethod
    def every(document: minidom.Document, name: str, inner: str) -> list[str]:
        return [
            "".join(child.data for child in element.getElementsByTagName(inner)[0].childNodes)
            for element in document.getElementsByTagName(name)
        ]


def test_the_php_library_sends_too_much_and_reads_by_name(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    php = Php(house.client, house.api_key)
    entered = php.call("room/enter/", id=room, nickname="php", itempotent="1")
    php.known["ticket"] = php.first(entered, "ticket")
    assert php.counter == "2"
    assert php.every(entered, "occupant", "nickname") == ["ann", "php"]
    ann.say("ようこそ")
    told = php.call("room/observe/", "GET", counter=php.counter)
    assert php.every(told, "message", "text") == ["ようこそ"]
    assert php.counter == "3"
    php.call("room/observe/", "GET", counter=php.counter)
    assert (php.code, php.counter) == ("", "3")
    said = php.call("room/say/", message="どうも")
    assert php.first(said, "text") == "どうも"
    php.call("room/set_nickname/", nickname="rhaco")
    told = php.call("room/get_messages/", "GET", counter="-1", user_messages_only="0")
    assert php.every(told, "message", "new_nickname") == ["rhaco"]
    info = php.call(
        "room/get_info/", "GET", api_key=house.api_key, id=room, counter="-50", user_messages_only="1"
    )
    assert php.every(info, "message", "text") == ["ようこそ", "どうも"]
    assert php.every(info, "tag", "display_name") == ["chat"]
    php.call("room/exit/")
    assert php.code == ""
    php.call("room/exit/")
    assert php.code == "109"
    php.call("session/destroy/")
    php.call("session/verify/", "GET")
    assert php.code == "102"


def test_a_second_idempotent_entrance_of_the_php_library_is_the_first_one(house: House, room: str) -> None:
    php = Php(house.client, house.api_key)
    tickets = [
        php.first(php.call("room/enter/", id=room, nickname="php", idempotent="1"), "ticket")
        for _ in range(2)
    ]
    assert tickets[0] == tickets[1]
