"""The page of one method: what it does, what it takes, what it answers and how it refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lingr.api.method import Method
from lingr.cli.bodies import Bodies
from lingr.cli.editions import FIRST, Edition, credentials, default_of, names_of, shows_all
from lingr.errors import ErrorRow
from lingr.settings import Settings

NAMES = {"xml": "XML", "json": "JSON", "jsonp": "JSON with a callback"}
FENCES = {"xml": "xml", "json": "json", "jsonp": "js"}
WAITING = {
    "2007": "comes within the time that was told as `max_observe_time`, it has the status alone.",
    "2009": "comes within about 50 seconds, it has the counter that was asked from, and no events.",
}


def page_of(edition: Edition, row: Method, bodies: Bodies) -> str:
    """The page in Markdown."""
    parts = (
        _head(edition, row),
        _parameters(edition, row),
        _answers(edition, row, bodies),
        _errors(edition, row),
    )
    return "\n".join(line for part in parts for line in part)


def _head(edition: Edition, row: Method) -> Iterator[str]:
    yield f"# {edition.title(row)}\n"
    if edition is not FIRST:
        yield f"A method of the API of {edition.year}.\n"
    yield f"{row.doc}\n"
    yield f"    {row.verb} /api/{row.path}\n"
    yield f"Needs: {row.needs.value}. {'POST' if row.verb == 'GET' else 'GET'} serves as well.\n"
    if row.waits:
        yield f"The answer waits until there is something to tell. When nothing {WAITING[edition.year]}\n"
    for one, when in edition.limits(row):
        field = Settings.model_fields[one.setting]
        yield f"Limited{when} per {one.per}: `{field.default}` unless `{field.alias}` says otherwise.\n"


def _parameters(edition: Edition, row: Method) -> Iterator[str]:
    yield "## Parameters\n"
    yield "| parameter | kind | | default | |"
    yield "| --- | --- | --- | --- | --- |"
    for name, doc in credentials(row).items():
        yield f"| `{name}` | text | {'required' if shows_all(row) else ''} |  | {doc} |"
    for param in row.params:
        default, required = default_of(param), "required" if param.required else ""
        told = "" if default is None else f"`{default}`"
        names = " or ".join(f"`{name}`" for name in names_of(param))
        yield f"| {names} | {param.kind} | {required} | {told} | {param.doc} |"
    for name, (default, doc) in edition.manner.items():
        yield f"| `{name}` | text |  | {'' if default is None else f'`{default}`'} | {doc} |"
    yield ""


def _answers(edition: Edition, row: Method, bodies: Bodies) -> Iterator[str]:
    recorded = bodies.below(edition.folder)
    yield "## Answer\n"
    yield "An example, with line breaks for the eye; it is sent without them.\n"
    for format in edition.formats:
        yield f"{NAMES[format]}:\n"
        yield f"```{FENCES[format]}\n{recorded.shown(row.shape, format)}\n```\n"


def _errors(edition: Edition, row: Method) -> Iterator[str]:
    yield "## Errors\n"
    yield from _table(edition, edition.errors(row))
    yield "\nEvery method may besides answer with these:\n"
    yield from _table(edition, edition.others(row))
    back = "../" * (1 + edition.folder.count("/"))
    yield f"\n[All methods]({back}reference.md)\n"


def _table(edition: Edition, errors: Iterable[ErrorRow]) -> Iterator[str]:
    message = "message" if edition is FIRST else "detail"
    yield f"| code | {message} | name | when |"
    yield "| --- | --- | --- | --- |"
    for one in errors:
        code = one.v1 if edition is FIRST else f"`{one.v2}`"
        yield f"| {code} | {one.text} | `{one.name}` | {one.doc} |"
