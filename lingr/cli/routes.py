"""``lingr routes``: the methods this server answers, from their tables."""

from __future__ import annotations

import click

from lingr.cli.common import as_json, tell
from lingr.cli.editions import EDITIONS


@click.command()
@as_json
def routes(as_json: bool) -> None:
    """List the methods of both generations of the API."""
    rows = [
        {
            "api": edition.year,
            "method": edition.title(row),
            "verb": row.verb,
            "path": f"/api/{path}",
            "needs": row.needs.value,
            "doc": row.doc,
        }
        for edition in EDITIONS
        for path, row in edition.methods.items()
    ]
    lines = (
        f"{row['api']}  {row['path']:28} {row['method']:24} {row['needs']:20} {row['doc']}" for row in rows
    )
    tell(as_json, {"routes": rows}, "\n".join(lines))
