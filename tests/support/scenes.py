"""What a call of any method takes to go well: somebody who may make it, and parameters that fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lingr.api.method import Method, Needs
from support.client import Visitor
from support.house import Account, House

READABLE = {
    "email": "nobody@example.org",
    "password": "wrong",
    "nickname": "ann",
    "message": "hello",
    "counter": "0",
    "name": "A room",
    "id": "no-such-room",
    "q": "jazz",
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


class Scene:
    """Somebody fresh in a house, about to call one method. Nothing is there before it is needed."""

    def __init__(self, house: House, row: Method) -> None:
        self.house = house
        self.row = row

    @cached_property
    def account(self) -> Account:
        return self.house.user()

    @cached_property
    def session(self) -> str:
        """A session, logged in where the method needs that."""
        return self.house.session(self.account if self.row.needs is Needs.LOGIN else None)

    @cached_property
    def room(self) -> str:
        """A room, the account's own where the method needs somebody logged in."""
        return self.house.room(
            **({"owner_id": self.account.user_id} if self.row.needs is Needs.LOGIN else {})
        )

    @cached_property
    def visitor(self) -> Visitor:
        return self.house.enter_as(self.session, self.room, "ann")

    def ask(self, *, times: int = 1, **other: object) -> Ask:
        """A call that goes well, but for ``other`` parameters; None leaves one out."""
        params: dict[str, Any] = {**self._credentials(), **self._required(), **other}
        return Ask({name: value for name, value in params.items() if value is not None}, times=times)

    def _credentials(self) -> dict[str, str]:
        if self.row.needs is Needs.NOTHING:
            return {}
        if self.row.needs is Needs.API_KEY:
            return {"api_key": self.house.api_key}
        if self.row.needs is Needs.TICKET:
            return {"session": self.session, "ticket": self.visitor.ticket}
        return {"session": self.session}

    def _required(self) -> dict[str, str]:
        return {
            param.name: FITTING[param.name](self) if param.name in FITTING else READABLE[param.name]
            for param in self.row.params
            if param.required
        }


FITTING: dict[str, Callable[[Scene], str]] = {
    "id": lambda scene: scene.room,
    "email": lambda scene: scene.account.email,
    "password": lambda scene: scene.account.password,
}
"""What fits a required parameter, where that is not the same for everybody."""
