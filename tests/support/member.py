"""A client of the 2009 API that can send its parameters in every way that the real ones do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from support.client import Answer, Client
from support.house import Account, House

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CALLBACK = "Lingr.jsonp_12"

Ways = Callable[[Client, str, dict[str, object]], Answer]


def by_query(client: Client, path: str, params: dict[str, object]) -> Answer:
    return client.request("GET", f"/api/{path}?{urlencode(params)}")


def by_form(client: Client, path: str, params: dict[str, object]) -> Answer:
    return client.request("POST", f"/api/{path}", urlencode(params).encode(), FORM)


def by_form_with_charset(client: Client, path: str, params: dict[str, object]) -> Answer:
    kind = {"Content-Type": FORM["Content-Type"] + "; charset=UTF-8"}
    return client.request("POST", f"/api/{path}", urlencode(params).encode(), kind)


def by_bare_form(client: Client, path: str, params: dict[str, object]) -> Answer:
    """A form body that nothing is said of."""
    return client.request("POST", f"/api/{path}", urlencode(params).encode())


def by_query_with_post(client: Client, path: str, params: dict[str, object]) -> Answer:
    return client.request("POST", f"/api/{path}?{urlencode(params)}", b"", FORM)


def by_json(client: Client, path: str, params: dict[str, object]) -> Answer:
    body = json.dumps(params).encode()
    return client.request("POST", f"/api/{path}", body, {"Content-Type": "application/json"})


WAYS: dict[str, Ways] = {
    "query": by_query,
    "form": by_form,
    "form with charset": by_form_with_charset,
    "bare form": by_bare_form,
    "query with POST": by_query_with_post,
    "json": by_json,
}


@dataclass
class Member:
    """Somebody with a session of the 2009 API, and the way it calls."""

    client: Client
    session: str
    public_id: str
    way: Ways = by_form

    @classmethod
    def log_in(cls, house: House, account: Account, way: Ways = by_form, **params: object) -> Member:
        told = asked(house.client, "session/create", way, **logging_in(account), **params)
        assert told["status"] == "ok", told
        return cls(house.client, told["session"], told["public_id"], way)

    def call(self, path: str, **params: object) -> Any:
        """A call in this session, decoded, whatever the answer."""
        return asked(self.client, path, self.way, session=self.session, **params)

    def ok(self, path: str, **params: object) -> Any:
        told = self.call(path, **params)
        assert told["status"] == "ok", (path, told)
        return told

    def code(self, path: str, **params: object) -> str:
        """The code of the refusal that a call meets."""
        return refused(self.call(path, **params))


def logging_in(account: Account) -> dict[str, object]:
    return {"user": account.email, "password": account.password}


def asked(client: Client, path: str, way: Ways, **params: object) -> Any:
    """What is answered, after a look at how it was sent."""
    return read_second(way(client, path, params))


def read_second(answer: Answer) -> Any:
    """The body of an answer in the manner of 2009."""
    assert answer.status == 200, answer
    assert answer.headers["content-type"] == "application/javascript; charset=utf-8", answer
    assert answer.body.startswith(b'{"status":"'), answer
    assert b"\n" not in answer.body
    return json.loads(answer.body)


def refused(told: Any) -> str:
    """The code in a refusal of exactly the documented shape."""
    assert list(told) == ["status", "code", "detail"], told
    assert told["status"] == "error"
    assert isinstance(told["detail"], str)
    assert told["detail"]
    code: str = told["code"]
    return code
