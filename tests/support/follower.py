"""Somebody's client that follows its user."""

from __future__ import annotations

from typing import Any

from support.house import Account, House
from support.wire import Wire


class Follower:
    """A logged-in session with a ticket for observing, and a connection to poll on."""

    def __init__(self, house: House, account: Account, wire: Wire) -> None:
        self.house = house
        self.wire = wire
        self.session = house.session(account)
        begun = house.client.ok("user/start_observing", session=self.session)
        self.ticket: str = begun["ticket"]
        self.counter: int = begun["counter"]

    def poll(self, wire: Wire | None = None, **params: object) -> Wire:
        """Begins a poll from where the user was told to be."""
        asked = {"session": self.session, "ticket": self.ticket, "counter": self.counter, **params}
        return (wire or self.wire).ask("user/observe", **asked)

    def hear(self, wire: Wire | None = None) -> Any:
        """The answer to the poll that was begun; the next one goes on from there."""
        told = (wire or self.wire).answer()
        self.counter = told.get("counter", self.counter)
        return told

    def observe(self, **params: object) -> Any:
        """One poll and its answer."""
        self.poll(**params)
        return self.hear()

    def call(self, method: str, **params: object) -> Any:
        """A method for the session, decoded."""
        return self.house.client.post(method, session=self.session, **params).json


def ids(told: Any, name: str) -> list[str]:
    """The ids of the rooms in one list of an answer."""
    return [room["id"] for room in told[f"{name}_rooms"]]
