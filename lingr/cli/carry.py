"""``lingr export`` and ``lingr import``: a room as a file, to keep or to carry to another server."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import click

from lingr.cli.common import as_json, connected, tell
from lingr.domain import transfer
from lingr.domain.room_file import LINE_BYTES, BadFile

STANDARD_OUTPUT = Path("-")


@click.command("export")
@click.argument("room_id", metavar="ROOM")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=STANDARD_OUTPUT,
    help="The file to write; standard output if absent.",
)
def export_room(room_id: str, output: Path) -> None:
    """Write a room with all that was said there, private messages too, as JSON Lines.

    The room may be in use: the file has it as it was at one moment. Nobody but you may read it.
    """
    with connected() as ctx:
        try:
            lines = transfer.carry_out(ctx, room_id)
            if output == STANDARD_OUTPUT:
                sys.stdout.buffer.writelines(lines)
                sys.stdout.buffer.flush()
            else:
                _write(output, lines)
        except transfer.Overtaken:
            raise click.ClickException("Old events were forgotten while they were read: try again.") from None
        except OSError as error:
            raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from error


def _write(path: Path, lines: Iterable[bytes]) -> None:
    """Writes a file as a whole or not at all."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--id", "room_id", metavar="NEW", help="The room's id here; the one it had if absent.")
@as_json
def import_room(file: str, room_id: str | None, as_json: bool) -> None:
    """Make a room of a file that `lingr export` wrote (- is standard input)."""
    with connected() as ctx:
        try:
            with click.open_file(file, "rb") as opened:
                made = transfer.carry_in(ctx, _lines(opened), room_id)
        except BadFile as bad:
            raise click.ClickException(f"{file}, {bad}. There is no new room.") from None
        except OSError as error:
            raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from error
        url = f"{ctx.settings.base_url}/room/{made.public_id}"
    result: dict[str, object] = {"room_id": made.public_id, "name": made.name, "url": url}
    tell(as_json, result, url)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    # No line is read whole that is longer than any may be.
    while line := file.readline(LINE_BYTES + 1):
        yield line
