"""``lingr reference``: methods, errors, limits and settings from their tables, as pages in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from pydantic_core import PydanticUndefined

from lingr.cli.bodies import Bodies, bodies_option
from lingr.cli.editions import EDITIONS, FIRST, SECOND, Edition
from lingr.cli.method_page import page_of
from lingr.domain.rates import LIMITS
from lingr.errors import ROWS, LingrError
from lingr.render import V2, answer, v1, v2
from lingr.settings import Settings

INTRODUCTION = """\
# Reference

Made by `make reference` from the tables that the server itself works with.
[openapi.json](openapi.json) says the same to programs of the API of 2007,
[openapi-2009.json](openapi-2009.json) of that of 2009.
"""

FORMATS = """\
Every method takes two more parameters: `format` (`xml`, the default, or `json`) and, with `json`,
`callback`, a function's name, which makes the answer a script that calls it. GET and POST serve alike;
parameters may be in the query string, in a form body, or in both.
"""

FORMATS_2009 = """\
Answers are JSON. Every method takes one more parameter, `callback`, a function's name, which makes the answer
a script that calls it. GET and POST serve alike; parameters may be in the query string, in a form body, or in
a JSON object as a body.
"""

REFUSALS = """\
A refusal has the HTTP status 200 as well, and tells its code in the format asked for. This is one of 2007 in
XML and in JSON, and the same of 2009:
"""


@click.command()
@click.option(
    "--pages",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a page per method into this directory instead.",
)
@bodies_option
def reference(pages: Path | None, bodies: Bodies) -> None:
    """Print the reference's first page in Markdown."""
    if pages is None:
        click.echo("\n".join(page()), nl=False)
        return
    written = {pages / file: text for file, text in pages_of(bodies)}
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for left in pages.rglob("*.md"):
        if left not in written:
            left.unlink()


def pages_of(bodies: Bodies) -> Iterator[tuple[str, str]]:
    """The pages of all methods: file and text."""
    for edition in EDITIONS:
        for row in edition.methods.values():
            yield edition.page(row), page_of(edition, row, bodies)


def page() -> Iterator[str]:
    """The first page, line by line."""
    yield INTRODUCTION
    yield from _methods(FIRST, "## Methods of 2007\n", FORMATS)
    yield from _methods(SECOND, "\n## Methods of 2009\n", FORMATS_2009)
    yield "\n## Errors\n"
    yield REFUSALS
    yield from (f"    {one}" for one in _refusals(LingrError("invalid_session")))
    yield ""
    yield "| 2007 | 2009 | message | name | when |"
    yield "| --- | --- | --- | --- | --- |"
    yield from (f"| {row.v1} | `{row.v2}` | {row.text} | `{row.name}` | {row.doc} |" for row in ROWS)
    yield "\n## Rate limits\n"
    yield "| method | counted per | setting | default |"
    yield "| --- | --- | --- | --- |"
    for one in LIMITS:
        field = Settings.model_fields[one.setting]
        yield f"| {one.method} | {one.per} | `{field.alias}` | `{field.default}` |"
    yield "\n## Settings\n"
    yield "| variable | default | |"
    yield "| --- | --- | --- |"
    yield from _settings()
    yield ""


def _methods(edition: Edition, head: str, formats: str) -> Iterator[str]:
    yield head
    yield formats
    yield "| method | address | needs | |"
    yield "| --- | --- | --- | --- |"
    for row in edition.methods.values():
        link = f"[{edition.title(row)}](methods/{edition.page(row)})"
        yield f"| {link} | `{row.verb} /api/{row.path}` | {row.needs.value} | {row.doc} |"


def _refusals(error: LingrError) -> Iterator[str]:
    yield from (answer(v1.failure(error), format).body.decode() for format in ("xml", "json"))
    yield answer(v2.failure(error), V2).body.decode()


def _settings() -> Iterator[str]:
    for field in Settings.model_fields.values():
        default = "" if field.default in (None, PydanticUndefined) else f"`{_written(field.default)}`"
        yield f"| `{field.alias}` | {default} | {field.description} |"


def _written(default: object) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return str(default)
