"""``lingr routes``: the methods this server answers, from their table."""

from __future__ import annotations

import click

from lingr.api.v1 import METHODS
from lingr.cli.common import as_json, tell


@click.command()
@as_json
def routes(as_json: bool) -> None:
    """List the methods of the API."""
    rows = [
        {
            "method": row.name,
            "verb": row.verb,
            "path": f"/api/{path}",
            "needs": row.needs.value,
            "doc": row.doc,
        }
        for path, row in METHODS.items()
    ]
    lines = (f"{row['path']:24} {row['method']:18} {row['needs']:20} {row['doc']}" for row in rows)
    tell(as_json, {"routes": rows}, "\n".join(lines))
