"""``lingr reference``: methods, errors, limits and settings as one page, from their tables."""

from __future__ import annotations

from collections.abc import Iterator

import click
from pydantic_core import PydanticUndefined

from lingr.api.method import Method
from lingr.api.v1 import METHODS
from lingr.domain.rates import LIMITS
from lingr.errors import ROWS, TABLE
from lingr.settings import Settings

INTRODUCTION = """\
# Reference

Made by `lingr reference` from the tables that the server itself works with.
"""

FORMATS = """\
Every method takes two more parameters: `format` (`xml`, the default, or `json`) and, with `json`,
`callback`, a function's name, which makes the answer a script that calls it. GET and POST serve alike;
parameters may be in the query string, in a form body, or in both.
"""


@click.command()
def reference() -> None:
    """Print the reference page in Markdown."""
    click.echo("\n".join(page()), nl=False)


def page() -> Iterator[str]:
    """The page, line by line."""
    yield INTRODUCTION
    yield "## Methods\n"
    yield FORMATS
    for row in METHODS.values():
        yield from _method(row)
    yield "## Errors\n"
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


def _method(row: Method) -> Iterator[str]:
    yield f"### {row.name}\n"
    yield f"{row.doc}\n"
    yield f"`{row.verb} /api/{row.path}`, needs: {row.needs.value}. Answers: {row.shape}.\n"
    if row.params:
        yield "| parameter | kind | | |"
        yield "| --- | --- | --- | --- |"
        for param in row.params:
            yield f"| `{param.name}` | {param.kind} | {'required' if param.required else ''} | {param.doc} |"
        yield ""
    yield "Errors: " + ", ".join(f"{TABLE[name].v1} {TABLE[name].name}" for name in row.errors) + ".\n"


def _settings() -> Iterator[str]:
    for field in Settings.model_fields.values():
        default = "" if field.default in (None, PydanticUndefined) else f"`{_written(field.default)}`"
        yield f"| `{field.alias}` | {default} | {field.description} |"


def _written(default: object) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return str(default)
