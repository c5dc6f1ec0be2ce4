"""The two generations of the API, as documents tell of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

import click

from lingr.api import v1, v2
from lingr.api.method import Method, Needs
from lingr.api.params import Names, Param
from lingr.domain.rates import LIMITS, ROOM_PASSWORD, Limit
from lingr.errors import TABLE, ErrorRow

ANYWHERE = ("invalid_parameter", "request_too_large", "unavailable", "internal_error")
"""What every method may answer with besides the errors of its row."""

_KEY = {"api_key": "An API key, 32 lower-case hex digits."}
_SESSION = {"session": "The session, as session.create told it."}
SHOWN: dict[Needs, dict[str, str]] = {
    Needs.NOTHING: {},
    Needs.API_KEY: _KEY,
    Needs.KEY_OR_SESSION: {**_KEY, "session": "Ours: a live session in place of its API key."},
    Needs.SESSION: _SESSION,
    Needs.SESSION_OR_BOT: {"session": "The session, as session.create told it; not for bots."},
    Needs.LOGIN: _SESSION,
    Needs.TICKET: {**_SESSION, "ticket": "The ticket, as room.enter told it."},
    Needs.USER_TICKET: {**_SESSION, "ticket": "The ticket, as user.startObserving told it."},
}
"""The parameters that callers show for what a method needs, and what each of them is."""


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """One generation: the year it is known by, and what its documents say of every method.

    ``title`` is what it calls a method, ``code`` what it tells of an error. ``folder`` is where its pages and
    recorded answers are below those of the first one, ``formats`` are those of its answers, ``manner`` the
    parameters about them: for each the default, if it has one, and what it is.
    """

    year: str
    methods: Mapping[str, Method]
    title: Callable[[Method], str]
    code: Callable[[ErrorRow], int | str]
    folder: str
    formats: tuple[str, ...]
    manner: Mapping[str, tuple[str | None, str]]

    def page(self, row: Method) -> str:
        """The file of the method's page, below the folder of all pages."""
        return f"{self.folder}{row.name}.md"

    def errors(self, row: Method) -> list[ErrorRow]:
        """What a method documents, in the order in which it is checked."""
        told = (
            row.errors if "format" in self.manner else [one for one in row.errors if one != "invalid_format"]
        )
        return [TABLE[name] for name in told]

    def others(self, row: Method) -> list[ErrorRow]:
        """What it may answer with besides, as every method may."""
        return [TABLE[name] for name in ANYWHERE if name not in row.errors]

    def limits(self, row: Method) -> Iterator[tuple[Limit, str]]:
        """The limits that a method counts against, and when, if not always."""
        title = self.title(row)
        for one in LIMITS:
            for name in one.method.split(", "):
                if fnmatchcase(title, name):
                    yield one, ""
                elif name.startswith(f"{title} "):
                    yield one, name.removeprefix(title)
        if "invalid_room_password" in row.raises:
            yield ROOM_PASSWORD, ", where a password is asked for and given,"


FIRST = Edition(
    "2007",
    v1.METHODS,
    lambda row: row.name,
    lambda error: error.v1,
    "",
    ("xml", "json", "jsonp"),
    {
        "format": ("xml", "`xml` or `json`."),
        "callback": (None, "With `json`: the function that the answer is to call."),
    },
)
SECOND = Edition(
    "2009",
    v2.METHODS,
    lambda row: row.path,
    lambda error: error.v2,
    "2009/",
    ("json", "jsonp"),
    {"callback": (None, "The function that the answer is to call.")},
)
EDITIONS = (FIRST, SECOND)


def credentials(row: Method) -> dict[str, str]:
    """What a method's callers show before anything else: the names of the parameters, and what they are."""
    named = {param.name for param in row.params}
    return {name: doc for name, doc in SHOWN[row.needs].items() if name not in named}


def shows_all(row: Method) -> bool:
    """Whether callers must show all of that, not one in place of the other."""
    return row.needs not in (Needs.KEY_OR_SESSION, Needs.SESSION_OR_BOT)


def names_of(param: Param) -> tuple[str, ...]:
    """All names that a parameter may be sent under."""
    return (param.name, *param.also) if isinstance(param, Names) else (param.name,)


def default_of(param: Param) -> str | None:
    """What a caller could send instead of leaving the parameter out; None if there is no such thing."""
    default = getattr(param, "default", None)
    if param.required or default in (None, ""):
        return None
    return str(default).lower() if isinstance(default, bool) else str(default)


def _chosen(context: click.Context, option: click.Parameter, year: str) -> Edition:
    return next(one for one in EDITIONS if one.year == year)


edition_option = click.option(
    "--api",
    "edition",
    type=click.Choice([one.year for one in EDITIONS]),
    default=FIRST.year,
    show_default=True,
    callback=_chosen,
    help="The generation of the API.",
)
