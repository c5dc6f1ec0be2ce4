"""A client of the 2007 API that polls in one of the three formats."""

from __future__ import annotations

from typing import Any
from xml.dom import minidom

from support.client import Answer, Visitor
from support.web import called

FORMS: dict[str, dict[str, object]] = {"xml": {"format": ""}, "json": {}, "jsonp": {"callback": "cb"}}

Told = tuple[int, list[tuple[str, ...]]]


class Elder:
    """``heard`` has what people said to everybody, by number and in order."""

    def __init__(self, visitor: Visitor, form: str) -> None:
        self.visitor = visitor
        self.form = form
        self.heard: list[tuple[int, str]] = []

    def poll(self) -> list[str]:
        """What people said in one poll."""
        known = {"session": self.visitor.session, "ticket": self.visitor.ticket}
        asked = {**known, "counter": self.visitor.counter, **FORMS[self.form]}
        counter, messages = READERS[self.form](self.visitor.client.get("room/observe", **asked))
        self.visitor.counter = counter or self.visitor.counter
        said = [(int(number), text) for number, kind, text in messages if kind == "user"]
        self.heard += said
        return [text for _, text in said]


def _json(answer: Answer) -> Told:
    return _read(answer.json)


def _jsonp(answer: Answer) -> Told:
    function, told = called(answer)
    assert function == "cb"
    return _read(told)


def _read(told: Any) -> Told:
    assert told["status"] == "ok", told
    messages = [(one["id"], one["type"], one["text"]) for one in told.get("messages", ())]
    return told.get("counter", 0), messages


def _xml(answer: Answer) -> Told:
    document: Any = minidom.parseString(answer.body)
    counters = [one for one in document.documentElement.childNodes if one.nodeName == "counter"]
    messages = [
        tuple(_text(one.getElementsByTagName(name)[0]) for name in ("id", "type", "text"))
        for one in document.getElementsByTagName("message")
    ]
    return int(_text(counters[0])) if counters else 0, messages


def _text(element: Any) -> str:
    return "".join(part.data for part in element.childNodes)


READERS = {"xml": _xml, "json": _json, "jsonp": _jsonp}
