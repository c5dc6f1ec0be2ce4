"""``lingr reference``: methods, errors, limits and settings from their tables, as pages in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from pydantic_core import PydanticUndefined

from lingr.api.method import Method
from lingr.api.v1 import METHODS
from lingr.cli.bodies import Bodies, bodies_option
from lingr.cli.method_page import page_of
from lingr.domain.rates import LIMITS
from lingr.errors import ROWS, LingrError
from lingr.render import answer, v1
from lingr.settings import Settings

INTRODUCTION = """\
# Reference

Made by `make reference` from the tables that the server itself works with.
[openapi.json](openapi.json) says the same to programs.
"""

FORMATS = """\
Every method takes two more parameters: `format` (`xml`, the default, or `json`) and, with `json`,
`callback`, a function's name, which makes the answer a script that calls it. GET and POST serve alike;
parameters may be in the query string, in a form body, or in both.
"""

REFUSALS = """\
A refusal has the HTTP status 200 as well, and tells its code in the format asked for. This is one in XML and
in JSON:
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
    pages.mkdir(parents=True, exist_ok=True)
    written = {file_of(row): page_of(row, bodies) for row in METHODS.values()}
    for name, text in written.items():
        (pages / name).write_text(text)
    for left in pages.glob("*.md"):
        if left.name not in written:
            left.unlink()


def file_of(row: Method) -> str:
    """The name of a method's page."""
    return f"{row.name}.md"


def page() -> Iterator[str]:
    """The first page, line by line."""
    yield INTRODUCTION
    yield "## Methods\n"
    yield FORMATS
    yield "| method | address | needs | |"
    yield "| --- | --- | --- | --- |"
    for row in METHODS.values():
        link = f"[{row.name}](methods/{file_of(row)})"
        yield f"| {link} | `{row.verb} /api/{row.path}` | {row.needs.value} | {row.doc} |"
    yield "\n## Errors\n"
    yield REFUSALS
    refusal = v1.failure(LingrError("invalid_ticket"))
    yield from (f"    {answer(refusal, format).body.decode()}" for format in ("xml", "json"))
    yield ""
    yield "| code | message | name | when |"
    yield "| --- | --- | --- | --- |"
    yield from (f"| {row.v1} | {row.text} | `{row.name}` | {row.doc} |" for row in ROWS)
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


def _settings() -> Iterator[str]:
    for field in Settings.model_fields.values():
        default = "" if field.default in (None, PydanticUndefined) else f"`{_written(field.default)}`"
        yield f"| `{field.alias}` | {default} | {field.description} |"


def _written(default: object) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return str(default)
