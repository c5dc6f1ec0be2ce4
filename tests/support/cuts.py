"""Cutting off what takes several steps, after any of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lingr.errors import LingrError
from lingr.store.client import Engine

WAYS = ("before", "after", "unanswered")


class Killed(BaseException):
    """The process ends here: nothing that it has in mind is done any more."""


class Knife:
    """Counts round trips to the engine; ``fell`` when it has cut."""

    def __init__(self) -> None:
        self.trips = 0
        self.fell = False


@contextmanager
def cut(at: int, way: str) -> Iterator[Knife]:
    """Cuts at one round trip: the process dies ``before`` or ``after`` it, or its answer is lost."""
    exchange, knife = Engine._exchange, Knife()

    def exchanging(engine: Engine, *arguments: object) -> object:
        number, knife.trips = knife.trips, knife.trips + 1
        if knife.fell and way != "unanswered":
            raise Killed
        if number != at:
            return exchange(engine, *arguments)
        knife.fell = True
        if way == "before":
            raise Killed
        exchange(engine, *arguments)
        raise LingrError("unavailable") if way == "unanswered" else Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "_exchange", exchanging)
        try:
            yield knife
        except (Killed, LingrError):
            assert knife.fell
