"""The clients of the 2009 API by family: how each sends what it asks, and what it asks for."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from support import member
from support.member import Params, Sent, texts


def _raw(params: Params) -> str:
    return "&".join(f"{name}={one}" for name, one in texts(params).items()).replace(" ", "+")


WAYS: dict[str, Callable[[str, Params], Sent]] = {
    **member.WAYS,
    "query as it is": lambda path, params: ("GET", f"{path}?{_raw(params)}", None, {}),
}
"""As `support.member.WAYS`, and one that not every text can be sent in."""


@dataclass(frozen=True)
class Family:
    """One family of clients.

    ``asks`` and ``tells`` are the ways (see WAYS) in which it calls what reads and what changes something;
    polls are always a GET. ``show`` and ``hear`` are what it calls the parameter of room/show and of
    room/subscribe, ``tail`` follows the rooms in that. ``has_port``: it polls on the second port. ``always``
    goes with every call, ``login``, ``hears``, ``shows`` and ``says`` with those alone. ``pages`` is how it
    asks for archives. ``keeps`` its session in a file, ``likes`` messages, ``numbers`` what it says by
    local ids, ``guards`` against counters that fall and messages that come twice.
    """

    name: str
    asks: str = "query"
    tells: str = "form"
    show: str = "room"
    hear: str = "room"
    tail: str = ""
    slash: str = ""
    has_port: bool = False
    by_email: bool = True
    always: Params = field(default_factory=dict)
    login: Params = field(default_factory=dict)
    hears: Params = field(default_factory=dict)
    shows: Params = field(default_factory=dict)
    says: Params = field(default_factory=dict)
    pages: Params = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    keeps: bool = False
    likes: bool = False
    numbers: bool = False
    guards: bool = False

    def sent(self, path: str, way: str, params: Params) -> Sent:
        verb, target, body, headers = WAYS[way](f"/api/{path}{self.slash}", {**params, **self.always})
        return verb, target, body, {**headers, **self.headers}


GET_ONLY = {"asks": "query", "tells": "query"}
POST_ONLY = {"asks": "form", "tells": "form"}
KEY = {"api_key": "qT4aXz"}
APP = {"app_key": "qT4aXz"}
NEWEST = {"before": 99999999}

FAMILIES = (
    Family("vim", hears={"reset": "false"}, keeps=True, likes=True, guards=True,
           login={"api_version": 2, **APP}),
    Family("rb", **POST_ONLY, has_port=True, login=KEY, hears={"reset": True}, pages={"limit": 100}),
    Family(
        "go", **POST_ONLY, guards=True, login={"api_key": ""}, hears={"reset": True}, says={"nickname": ""}
    ),
    Family("py", **POST_ONLY, login={"api_key": ""}, hears={"reset": True}, by_email=False),
    Family("py-m", **GET_ONLY, likes=True, says={"local_id": ""}),
    Family("gist-m", **GET_ONLY, has_port=True),
    Family("el", tells="form of no type", has_port=True, pages={"limit": 30}),
    Family("j6", asks="query and no form", tells="query and no form", show="rooms", hear="rooms",
           always=APP, keeps=True, pages={"limit": 100}),
    Family("pl-ae", tells="form of no type", hear="rooms", has_port=True, login=KEY, hears={"reset": 1}),
    Family("pl-ws", keeps=True, **POST_ONLY),
    Family("pl-ar", **GET_ONLY, by_email=False, pages=NEWEST),
    Family("scala", always=APP, likes=True, hears={"reset": True}, has_port=True),
    Family("java", asks="json", tells="json", show="rooms", hear="rooms", likes=True,
           hears={"reset": True}, pages={"limit": 30}),
    Family("jl", asks="form in UTF-8", tells="form in UTF-8", hear="rooms", tail=",", slash="/"),
    Family("ti", show="rooms", hear="rooms", login={"api_version": 2}, shows={"with": "messages,roster"}),
    Family("sorah09", **POST_ONLY, guards=True, has_port=True, headers={"Cookie": "__lingr=BAh7CDoPc2Vz"}),
    Family("clj", has_port=True, always=APP, hear="rooms", keeps=True),
    Family("symon", asks="query as it is", tells="query as it is", show="rooms", hear="rooms"),
    Family("ex", **GET_ONLY, keeps=True),
    Family("im", **POST_ONLY, login={"app_key": "qT4aXz", "app_secret": "t0psecret"}),
    Family("l2", tells="form of no type", always=KEY, says={"nickname": "somebody else"}),
    Family("lingr2irc", **POST_ONLY, numbers=True, has_port=True),
)  # fmt: skip
"""The families, by the keys that are used for them in what is known of the API."""


class Line:
    """Sends requests as they are, non-ASCII targets too, each on a connection of its own."""

    def __init__(self, url: str, timeout: float = 60) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._timeout = timeout

    def send(self, sent: Sent) -> tuple[int, str, bytes]:
        """Status, type and body of the answer. Raises OSError or HTTPException when there is none."""
        verb, target, body, headers = sent
        lines = [f"{verb} {target} HTTP/1.1", f"Host: {self._address[0]}:{self._address[1]}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join([*lines, "Connection: close", "", ""]).encode()
        with socket.create_connection(self._address, self._timeout) as connection:
            connection.sendall(head + (body or b""))
            with http.client.HTTPResponse(connection, method=verb) as response:
                response.begin()
                return response.status, response.headers.get("Content-Type", ""), response.read()
