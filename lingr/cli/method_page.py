"""The page of one method: what it does, what it takes, what it answers and how it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from lingr.api.method import Method, Needs
from lingr.api.params import Param
from lingr.cli.bodies import FORMATS, Bodies
from lingr.domain.rates import LIMITS, ROOM_PASSWORD, Limit
from lingr.errors import TABLE
from lingr.settings import Settings

ANYWHERE = ("invalid_parameter", "request_too_large", "unavailable", "internal_error")
"""What every method may answer with besides the errors of its row."""

_KEY = {"api_key": "An API key, 32 lower-case hex digits."}
_SESSION = {"session": "The session, as session.create told it."}
SHOWN: dict[Needs, dict[str, str]] = {
    Needs.NOTHING: {},
    Needs.API_KEY: _KEY,
    Needs.KEY_OR_SESSION: {**_KEY, "session": "Ours: a live session in place of its API key."},
    Needs.SESSION: _SESSION,
    Needs.LOGIN: _SESSION,
    Needs.TICKET: {**_SESSION, "ticket": "The ticket, as room.enter told it."},
    Needs.USER_TICKET: {**_SESSION, "ticket": "The ticket, as user.startObserving told it."},
}
"""The parameters that callers show for what a method needs, and what each of them is."""

NAMES = {"xml": "XML", "json": "JSON", "jsonp": "JSON with a callback"}
FENCES = {"xml": "xml", "json": "json", "jsonp": "js"}


def page_of(row: Method, bodies: Bodies) -> str:
    """The page in Markdown."""
    return "\n".join((*_head(row), *_parameters(row), *_answers(row, bodies), *_errors(row)))


def credentials(row: Method) -> dict[str, str]:
    """What a method's callers show before anything else: the names of the parameters, and what they are."""
    named = {param.name for param in row.params}
    return {name: doc for name, doc in SHOWN[row.needs].items() if name not in named}


def shows_all(row: Method) -> bool:
    """Whether callers must show all of that, not one in place of the other."""
    return row.needs is not Needs.KEY_OR_SESSION


def default_of(param: Param) -> str | None:
    """What a caller could send instead of leaving the parameter out; None if there is no such thing."""
    default = getattr(param, "default", None)
    if param.required or default in (None, ""):
        return None
    return str(default).lower() if isinstance(default, bool) else str(default)


def _head(row: Method) -> Iterator[str]:
    yield f"# {row.name}\n"
    yield f"{row.doc}\n"
    yield f"    {row.verb} /api/{row.path}\n"
    yield f"Needs: {row.needs.value}. {'POST' if row.verb == 'GET' else 'GET'} serves as well.\n"
    if row.waits:
        yield (
            "The answer waits until there is something to tell. When nothing comes within the time that was "
            "told as `max_observe_time`, it has the status alone.\n"
        )
    for one, when in _limits(row):
        field = Settings.model_fields[one.setting]
        yield f"Limited{when} per {one.per}: `{field.default}` unless `{field.alias}` says otherwise.\n"


def _limits(row: Method) -> Iterator[tuple[Limit, str]]:
    """The limits that a method counts against, and when, if not always."""
    for one in LIMITS:
        for name in one.method.split(", "):
            if fnmatchcase(row.name, name):
                yield one, ""
            elif name.startswith(f"{row.name} "):
                yield one, name.removeprefix(row.name)
    if "invalid_room_password" in row.raises:
        yield ROOM_PASSWORD, ", where a password is asked for and given,"


def _parameters(row: Method) -> Iterator[str]:
    yield "## Parameters\n"
    yield "| parameter | kind | | default | |"
    yield "| --- | --- | --- | --- | --- |"
    for name, doc in credentials(row).items():
        yield f"| `{name}` | text | {'required' if shows_all(row) else ''} |  | {doc} |"
    for param in row.params:
        default, required = default_of(param), "required" if param.required else ""
        told = "" if default is None else f"`{default}`"
        yield f"| `{param.name}` | {param.kind} | {required} | {told} | {param.doc} |"
    yield "| `format` | text |  | `xml` | `xml` or `json`. |"
    yield "| `callback` | text |  |  | With `json`: the function that the answer is to call. |\n"


def _answers(row: Method, bodies: Bodies) -> Iterator[str]:
    yield "## Answer\n"
    yield "An example, with line breaks for the eye; it is sent without them.\n"
    for format in FORMATS:
        yield f"{NAMES[format]}:\n"
        yield f"```{FENCES[format]}\n{bodies.shown(row.shape, format)}\n```\n"


def _errors(row: Method) -> Iterator[str]:
    yield "## Errors\n"
    yield "| code | message | name | when |"
    yield "| --- | --- | --- | --- |"
    for name in row.errors:
        error = TABLE[name]
        yield f"| {error.v1} | {error.text} | `{name}` | {error.doc} |"
    others = [name for name in ANYWHERE if name not in row.errors]
    yield "\nEvery method may besides answer with these:\n"
    yield "| code | message | name | when |"
    yield "| --- | --- | --- | --- |"
    for name in others:
        error = TABLE[name]
        yield f"| {error.v1} | {error.text} | `{name}` | {error.doc} |"
    yield "\n[All methods](../reference.md)\n"
