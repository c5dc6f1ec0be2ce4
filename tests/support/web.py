"""How the clients of 2007 spoke HTTP: forms, query strings, and what they threw away."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from support.client import Answer, Client

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CALL = re.compile(r"(?:/\*\*/)?([A-Za-z_$][\w$.\[\]]*)\((.*)\);?", re.DOTALL)


def get(client: Client, path: str, params: dict[str, object], host: str = "www.lingr.com") -> Answer:
    return client.request("GET", f"/api/{path}?{urlencode(params)}", headers={"Host": host})


def post(client: Client, path: str, params: dict[str, object]) -> Answer:
    return client.request("POST", f"/api/{path}", urlencode(params).encode(), FORM)


def evaluated(answer: Answer) -> Any:
    """What the Ruby clients evaluate: the rest, not 200 or not text/javascript, they throw away."""
    assert answer.status == 200, answer
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.body.lstrip().startswith(b'{"')
    return json.loads(answer.body)


def called(answer: Answer) -> tuple[str, Any]:
    """What a script tag makes of an answer: the function it calls and the argument it passes."""
    assert answer.headers["content-type"].startswith("text/javascript")
    call = CALL.fullmatch(answer.body.decode())
    assert call is not None, answer.body
    return call[1], json.loads(call[2])
