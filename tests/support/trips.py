"""Counting round trips to the engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lingr.store.client import Engine


@contextmanager
def counted() -> Iterator[list[int]]:
    """The number of commands that each round trip carried, as they are made."""
    trips: list[int] = []
    command, commands = Engine.command, Engine.commands
    inside = False

    def counting(real, size):
        def call(engine, *arguments, **named):
            nonlocal inside
            if inside:
                return real(engine, *arguments, **named)
            inside = True
            trips.append(size(arguments))
            try:
                return real(engine, *arguments, **named)
            finally:
                inside = False

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "command", counting(command, lambda _: 1))
        patch.setattr(Engine, "commands", counting(commands, lambda arguments: len(arguments[0])))
        yield trips
