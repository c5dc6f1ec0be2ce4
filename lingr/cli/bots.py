"""``lingr bots``: the process that tells bots what is said."""

from __future__ import annotations

import os
import sys

import click

from lingr.cli.common import load_settings


@click.command()
def bots() -> None:
    """Run the process that calls the endpoints of bots, until Ctrl-C. `lingr serve` runs it by itself."""
    load_settings()
    # What it needs must not have been imported before it begins.
    os.execv(sys.executable, [sys.executable, "-m", "lingr.webhooks"])
