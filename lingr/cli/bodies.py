"""Recorded answers of each shape, for documents that show them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import msgspec

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class Bodies:
    """A directory with one file per shape and format: ``news.xml``, ``news.json``, ``news.jsonp``."""

    directory: Path

    def below(self, folder: str) -> Bodies:
        """Those in a folder of it."""
        return Bodies(self.directory / folder)

    def shown(self, shape: str, format: str) -> str:
        """An answer with line breaks for the eye; without them it is what the server sends."""
        body = self._read(shape, format)
        if format == "xml":
            root = ElementTree.fromstring(body)
            ElementTree.indent(root)
            return _DECLARATION + ElementTree.tostring(root, "unicode").replace(" />", "/>")
        head, brace, rest = body.partition(b"{")
        inner, end, tail = rest.rpartition(b"}")
        return (head + msgspec.json.format(brace + inner + end, indent=2) + tail).decode()

    def value(self, shape: str) -> Any:
        """An answer as JSON tells it."""
        return msgspec.json.decode(self._read(shape, "json"))

    def _read(self, shape: str, format: str) -> bytes:
        path = self.directory / f"{shape}.{format}"
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise click.ClickException(f"There is no recorded answer {path}; see --bodies.") from None


def _opened(context: click.Context, option: click.Parameter, directory: Path) -> Bodies:
    return Bodies(directory)


bodies_option = click.option(
    "--bodies",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("tests/unit/golden"),
    show_default=True,
    callback=_opened,
    help="Where the recorded answers are.",
)
