"""A client of the 2009 API that can send its parameters in every way that the real ones do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from support.client import Answer, Client
from support.house import Account, House

CALLBACK = "Lingr.callback12"
KIND = "application/javascript; charset=utf-8"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FORM_OF_UTF8 = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
JSON = {"Content-Type": "application/json"}

Params = Mapping[str, object]
Sent = tuple[str, str, bytes | None, dict[str, str]]


def texts(params: Params) -> dict[str, object]:
    """Parameters as they are written where all is text."""
    return {name: str(one).lower() if isinstance(one, bool) else one for name, one in params.items()}


def _query(params: Params) -> str:
    return urlencode(texts(params))


WAYS: dict[str, Callable[[str, Params], Sent]] = {
    "query": lambda path, params: ("GET", f"{path}?{_query(params)}", None, {}),
    "form": lambda path, params: ("POST", path, _query(params).encode(), FORM),
    "form in UTF-8": lambda path, params: ("POST", path, _query(params).encode(), FORM_OF_UTF8),
    "form of no type": lambda path, params: ("POST", path, _query(params).encode(), {}),
    "query and no form": lambda path, params: ("POST", f"{path}?{_query(params)}", b"", FORM),
    "json": lambda path, params: ("POST", path, json.dumps(params).encode(), JSON),
}
"""How parameters are sent: a path and parameters to a verb, a target, a body and headers."""


def call(client: Client, path: str, way: str = "form", verb: str | None = None, **params: object) -> Answer:
    """One call; the answer as it came."""
    sent, target, body, headers = WAYS[way](f"/api/{path}", params)
    return client.request(verb or sent, target, body, headers)


def read(answer: Answer, callback: str | None = None) -> Any:
    """The answer's body, after a look at how it was sent."""
    assert answer.status == 200, answer
    assert answer.headers["content-type"] == KIND, answer
    body = answer.body
    if callback is not None:
        start, end = b"/**/%b(" % callback.encode(), b")"
        assert body.startswith(start), body
        assert body.endswith(end), body
        body = body[len(start) : -len(end)]
    assert body.startswith((b'{"status":"ok"', b'{"status":"error"')), body
    assert b"\n" not in body
    return json.loads(body)


def asked(client: Client, path: str, way: str = "form", **params: object) -> Any:
    """One call; the answer read, whatever it says."""
    return read(call(client, path, way, **params))


def ok(client: Client, path: str, way: str = "form", **params: object) -> Any:
    """What a call that succeeds answers."""
    told = asked(client, path, way, **params)
    assert told["status"] == "ok", (path, told)
    return told


def refusal(told: Any) -> str:
    """The code in a refusal of exactly the documented shape."""
    assert list(told) == ["status", "code", "detail"], told
    assert told["status"] == "error"
    assert isinstance(told["detail"], str)
    assert told["detail"]
    code: str = told["code"]
    return code


@dataclass
class Member:
    """Somebody with a session of the 2009 API, and the way it calls."""

    client: Client
    session: str
    public_id: str
    way: str = "form"

    @classmethod
    def log_in(cls, house: House, account: Account, way: str = "form", **params: object) -> Member:
        told = ok(house.client, "session/create", way, **logging_in(account), **params)
        return cls(house.client, told["session"], told["public_id"], way)

    def call(self, path: str, **params: object) -> Any:
        """A call in this session, read, whatever the answer."""
        return asked(self.client, path, self.way, session=self.session, **params)

    def ok(self, path: str, **params: object) -> Any:
        return ok(self.client, path, self.way, session=self.session, **params)

    def code(self, path: str, **params: object) -> str:
        """The code of the refusal that a call meets."""
        return refusal(self.call(path, **params))


def logging_in(account: Account) -> dict[str, object]:
    return {"user": account.email, "password": account.password}
