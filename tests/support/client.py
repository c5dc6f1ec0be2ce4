"""A client of the 2007 API that hides nothing: what was sent is what was asked for."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Answer:
    """One answer: status, headers in lower case, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> int | None:
        """The error code of a JSON answer, or None for success."""
        error = self.json.get("error")
        return None if error is None else error["code"]


class Client:
    """Calls methods of the server at ``url``; each call takes a connection of its own."""

    def __init__(self, url: str, timeout: float = 60) -> None:
        self._address = urlsplit(url).netloc
        self._timeout = timeout

    def request(
        self, verb: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Sends exactly this."""
        connection = http.client.HTTPConnection(self._address, timeout=self._timeout)
        try:
            connection.request(verb, target, body, headers or {})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()

    def get(self, path: str, **params: object) -> Answer:
        """GET with everything in the query string; JSON unless ``format`` says otherwise."""
        return self.request("GET", f"/api/{path}?{urlencode({'format': 'json', **params})}")

    def post(self, path: str, **params: object) -> Answer:
        """POST with everything in a form body; JSON unless ``format`` says otherwise."""
        body = urlencode({"format": "json", **params}).encode()
        return self.request(
            "POST", f"/api/{path}", body, {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def ok(self, path: str, **params: object) -> Any:
        """What a successful POST answers, decoded."""
        answer = self.post(path, **params).json
        assert answer["status"] == "ok", (path, answer)
        return answer


@dataclass
class Visitor:
    """A session in a room, as a bot keeps it: session, occupant, ticket and the counter to observe from."""

    client: Client
    session: str
    occupant_id: str
    ticket: str
    counter: int

    @classmethod
    def enter(
        cls, client: Client, api_key: str, room_id: str, nickname: str | None = None, **params: object
    ) -> Visitor:
        """Opens a session and enters; without a nickname as an anonymous observer."""
        session = client.ok("session/create", api_key=api_key)["session"]
        return cls.enter_as(client, session, room_id, nickname, **params)

    @classmethod
    def enter_as(
        cls, client: Client, session: str, room_id: str, nickname: str | None = None, **params: object
    ) -> Visitor:
        """Enters through a session that is there already."""
        if nickname is not None:
            params["nickname"] = nickname
        entered = client.ok("room/enter", session=session, id=room_id, **params)
        return cls(client, session, entered["occupant_id"], entered["ticket"], entered["room"]["counter"])

    def call(self, method: str, **params: object) -> Any:
        """A method of this ticket, decoded, whatever the answer."""
        return self.client.post(f"room/{method}", session=self.session, ticket=self.ticket, **params).json

    def say(self, message: str, **params: object) -> Any:
        answer = self.call("say", message=message, **params)
        assert answer["status"] == "ok", answer
        return answer["message"]

    def observe(self) -> Any:
        """One poll from where this visitor stands; it then stands where the answer says."""
        answer = self.call("observe", counter=self.counter)
        self.counter = answer.get("counter", self.counter)
        return answer
