"""What a call of any method takes to go well: somebody who may make it, and parameters that fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lingr.api.method import Method, Needs
from support import photos
from support.client import Answer, Visitor
from support.forms import Speaker
from support.house import Account, House
from support.uploads import KIND, Upload, form

READABLE = {
    "email": "nobody@example.org",
    "password": "wrong",
    "nickname": "ann",
    "message": "hello",
    "counter": "0",
    "name": "A room",
    "id": "no-such-room",
    "q": "jazz",
    "image": "",
}
"""Something for every parameter that some method requires."""


def sound(row: Method) -> dict[str, str]:
    """All required parameters of a method, with values that it can read."""
    return {param.name: READABLE[param.name] for param in row.params if param.required}


@dataclass(frozen=True)
class Ask:
    """One call: what is sent and how, and how often at most until it meets the refusal it is made for.

    ``form`` is the one that the answer comes in, if not the one asked for.
    """

    params: dict[str, object]
    verb: str = "POST"
    times: int = 1
    form: str | None = None

    def send(self, speaker: Speaker, path: str) -> Answer:
        """One such call; the answer as it came."""
        if not any(isinstance(value, Upload) for value in self.params.values()):
            return speaker.send(path, self.verb, **self.params)
        if self.verb == "GET":
            # A file cannot be in an address; an empty text asks for no picture.
            texts = {name: "" if isinstance(one, Upload) else one for name, one in self.params.items()}
            return speaker.send(path, "GET", **texts)
        body = form(speaker.asking(**self.params))
        return speaker.client.request(self.verb, f"/api/{path}", body, KIND)


class Scene:
    """Somebody fresh in a house, about to call one method. Nothing is there before it is needed."""

    def __init__(self, house: House, row: Method) -> None:
        self.house = house
        self.row = row

    @cached_property
    def account(self) -> Account:
        return self.house.user()

    @property
    def is_personal(self) -> bool:
        """Whether the method needs somebody logged in."""
        return self.row.needs in (Needs.LOGIN, Needs.USER_TICKET)

    @cached_property
    def session(self) -> str:
        """A session, logged in where the method needs that."""
        return self.house.session(self.account if self.is_personal else None)

    @cached_property
    def room(self) -> str:
        """A room, the account's own where the method needs somebody logged in."""
        return self.house.room(**({"owner_id": self.account.user_id} if self.is_personal else {}))

    @cached_property
    def visitor(self) -> Visitor:
        return self.house.enter_as(self.session, self.room, "ann")

    @cached_property
    def ticket(self) -> str:
        """A ticket for the room, or for observing the user."""
        if self.row.needs is Needs.TICKET:
            return self.visitor.ticket
        ticket: str = self.house.client.ok("user/start_observing", session=self.session)["ticket"]
        return ticket

    def ask(self, *, times: int = 1, **other: object) -> Ask:
        """A call that goes well, but for ``other`` parameters; None leaves one out."""
        params: dict[str, Any] = {**self._credentials(), **self._required(), **other}
        return Ask({name: value for name, value in params.items() if value is not None}, times=times)

    def _credentials(self) -> dict[str, str]:
        if self.row.needs is Needs.NOTHING:
            return {}
        if self.row.needs in (Needs.API_KEY, Needs.KEY_OR_SESSION):
            return {"api_key": self.house.api_key}
        if self.row.needs in (Needs.TICKET, Needs.USER_TICKET):
            return {"session": self.session, "ticket": self.ticket}
        return {"session": self.session}

    def _required(self) -> dict[str, object]:
        return {
            param.name: FITTING[param.name](self) if param.name in FITTING else READABLE[param.name]
            for param in self.row.params
            if param.required
        }


FITTING: dict[str, Callable[[Scene], object]] = {
    "id": lambda scene: scene.room,
    "email": lambda scene: scene.account.email,
    "password": lambda scene: scene.account.password,
    "image": lambda scene: Upload(photos.png()),
}
"""What fits a required parameter, where that is not the same for everybody."""
