"""What a row of a method table says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from lingr.api.params import Image, Param
from lingr.errors import TABLE
from lingr.render.v1 import SHAPES
from lingr.store.channel import Done, Reply

CAMEL = re.compile(r"(?<=[a-z])[A-Z]")


class Needs(Enum):
    """What a caller must show: each of them includes what it stands on."""

    NOTHING = "nothing"
    API_KEY = "API key"
    KEY_OR_SESSION = "API key or session"
    SESSION = "session"
    SESSION_OR_BOT = "session or bot"
    LOGIN = "logged-in session"
    TICKET = "session and ticket"
    USER_TICKET = "logged-in session and ticket for observing"


class Prepared(Protocol):
    """A call without one of its arguments."""

    def send(self, value: str, done: Done, /) -> str | None:
        """Begins the call with this argument, and names the attempt; None if it has to be called as usual.

        ``done`` is called later, from the event loop, with what ``outcome`` reads.
        """

    def is_refused(self, told: list[Reply] | Exception, /) -> bool:
        """Whether it is certain that the call has had no effect."""

    def outcome(self, told: list[Reply] | Exception, /) -> Any:
        """What the call returned; None if it has to be called as usual, as the same attempt."""


@dataclass(frozen=True, slots=True)
class Again:
    """A method that is often called again with only one parameter changed, the one named ``varies``.

    ``prepare(ctx, caller, **arguments)`` gets the other arguments of a call that was answered well.
    """

    varies: str
    prepare: Callable[..., Prepared | None]


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its documented name, what it needs, its parameters, what is called and how it answers.

    ``call(ctx, caller, **arguments)`` gets one argument per parameter. ``shape`` names the form of the
    answer. Only a method with ``waits`` may answer a watch. ``raises`` lists the errors of its own, those
    of its needs and parameters aside. ``checks_session`` says that what is called checks the session and its
    log-in itself as it acts, which spares a step; a ticket is always checked like that. ``again`` is for what
    is called often, ``is_long`` for answers so long that making them would hold up the loop.
    """

    name: str
    verb: str
    needs: Needs
    call: Callable[..., Any]
    shape: str
    doc: str
    params: tuple[Param, ...] = ()
    raises: tuple[str, ...] = ()
    waits: bool = False
    checks_session: bool = False
    again: Again | None = None
    is_long: bool = False

    @property
    def path(self) -> str:
        """What follows ``/api/``: ``room.getInfo`` is ``room/get_info``."""
        return CAMEL.sub(lambda capital: "_" + capital[0].lower(), self.name).replace(".", "/")

    @property
    def takes_files(self) -> bool:
        """Whether a parameter of it may be sent as a file."""
        return any(isinstance(param, Image) for param in self.params)

    @property
    def errors(self) -> tuple[str, ...]:
        """Names of all errors the method can answer with, in the order in which they are checked."""
        names = ["invalid_http_method", "invalid_format", "invalid_encoding"]
        if self.needs in (Needs.API_KEY, Needs.KEY_OR_SESSION):
            names.append("invalid_api_key")
        if self.needs not in (Needs.NOTHING, Needs.API_KEY, Needs.KEY_OR_SESSION):
            names.append("invalid_session")
        if self.needs in (Needs.LOGIN, Needs.USER_TICKET):
            names.append("not_logged_in")
        if self.needs in (Needs.TICKET, Needs.USER_TICKET):
            names.append("invalid_ticket")
        return tuple(dict.fromkeys([*names, *self.own_errors]))

    @property
    def own_errors(self) -> tuple[str, ...]:
        """Those of them that come last: of parameters that are missing, and of the method itself."""
        absent = [param.absent for param in self.params if param.required]
        images = ["image_too_large", "invalid_image"] if self.takes_files else []
        return tuple(dict.fromkeys([*absent, *self.raises, *images]))


def table(rows: Iterable[Method], shapes: Container[str] = SHAPES) -> dict[str, Method]:
    """The rows by path, answered in these ``shapes``.

    Raises ValueError with a sentence about the first broken row.
    """
    by_path: dict[str, Method] = {}
    for row in rows:
        _check(row, shapes)
        if row.path in by_path:
            raise ValueError(f"{row.name}: another row has the path {row.path}")
        by_path[row.path] = row
    return by_path


def _check(row: Method, shapes: Container[str]) -> None:
    if row.shape not in shapes:
        raise ValueError(f"{row.name}: there is no shape {row.shape}")
    for error in row.errors:
        if error not in TABLE:
            raise ValueError(f"{row.name}: there is no error {error}")
    given = {param.name: param.argument for param in row.params}
    _check_arguments(row.name, row.call, set(given.values()))
    if row.again is not None:
        rest = {argument for name, argument in given.items() if name != row.again.varies}
        _check_arguments(row.name, row.again.prepare, rest)


def _check_arguments(name: str, call: Callable[..., Any], given: set[str]) -> None:
    signature = inspect.signature(call)
    accepted = {name for name, one in signature.parameters.items() if one.kind is one.KEYWORD_ONLY}
    if accepted != given:
        raise ValueError(f"{name}: {call.__name__} takes {sorted(accepted)}, the row gives {sorted(given)}")
