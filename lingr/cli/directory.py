"""``lingr directory``: what an operator may do for the directory of rooms."""

from __future__ import annotations

import click

from lingr.cli.common import as_json, connected, tell
from lingr.domain import directory as domain


@click.group()
def directory() -> None:
    """The directory of listed rooms."""


@directory.command("rebuild")
@as_json
def rebuild(as_json: bool) -> None:
    """Make the directory anew from the rooms; until it is done, searches find only some of them."""
    with connected() as ctx:
        listed = domain.rebuild(ctx)
    tell(as_json, {"rooms": listed}, f"{listed} listed rooms")
