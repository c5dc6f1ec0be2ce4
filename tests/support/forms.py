"""The three forms of an answer: XML, JSON and JSONP, each read back into dicts, lists and values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from support.client import Answer, Client

FORMS = ("xml", "json", "jsonp")
CALLBACK = "Lingr.callback12"
ITEMS = {"rooms": "room", "occupants": "occupant", "messages": "message", "tags": "tag"}


@dataclass(frozen=True)
class Speaker:
    """A client that wants all its answers in one form. XML leaves numbers and flags as text."""

    client: Client
    form: str

    def asking(self, **params: object) -> dict[str, object]:
        """The parameters, with those that ask for the form."""
        if self.form == "jsonp":
            return {"format": "json", "callback": CALLBACK, **params}
        return {"format": self.form, **params}

    def send(self, path: str, verb: str = "POST", **params: object) -> Answer:
        """One call; the answer as it came."""
        encoded = urlencode(self.asking(**params))
        if verb == "GET":
            return self.client.request("GET", f"/api/{path}?{encoded}")
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.client.request(verb, f"/api/{path}", encoded.encode(), kind)

    def call(self, path: str, verb: str = "POST", **params: object) -> Any:
        """One call; the answer read, after a look at how it was sent."""
        return read(self.send(path, verb, **params), self.form)

    def ok(self, path: str, verb: str = "POST", **params: object) -> Any:
        """A call that succeeds."""
        told = self.call(path, verb, **params)
        assert told["status"] == "ok", (path, told)
        return told

    def code(self, path: str, verb: str = "POST", **params: object) -> int:
        """The number of the refusal that a call meets."""
        return refusal(self.call(path, verb, **params))

    def number(self, value: Any) -> int:
        """A number as this form tells it."""
        assert isinstance(value, str if self.form == "xml" else int), value
        return int(value)


def refusal(told: Any) -> int:
    """The code in a refusal of exactly the documented shape."""
    assert list(told) == ["status", "error"], told
    assert told["status"] == "fail"
    assert sorted(told["error"]) == ["code", "message"]
    assert isinstance(told["error"]["message"], str)
    return int(told["error"]["code"])


def read(answer: Answer, form: str) -> Any:
    """The answer's body, read in the form that was asked for; the envelope is checked on the way."""
    assert answer.status == 200, answer
    kind = answer.headers["content-type"]
    if form == "xml":
        assert kind.startswith("application/xml"), kind
        assert answer.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?><response><status>')
        root = ElementTree.fromstring(answer.body)
        return {child.tag: _element(child) for child in root}
    assert kind.startswith("text/javascript"), kind
    body = answer.body
    if form == "jsonp":
        start, end = b"/**/%b(" % CALLBACK.encode(), b");"
        assert body.startswith(start), body
        assert body.endswith(end), body
        body = body[len(start) : -len(end)]
    assert body.startswith(b'{"'), body
    return json.loads(body)


def _element(element: ElementTree.Element) -> Any:
    children = list(element)
    # One client of the time walks all child nodes, and takes white space between them for an element.
    assert all(child.tail is None for child in children), element.tag
    if element.tag in ITEMS:
        assert element.text is None
        assert {child.tag for child in children} <= {ITEMS[element.tag]}
        return [_element(child) for child in children]
    if children:
        assert element.text is None
        assert len({child.tag for child in children}) == len(children), element.tag
        return {child.tag: _element(child) for child in children}
    return element.text or ""
