"""Makes rooms in bulk, over the engine that the settings name: `python -m bench.rooms bench 1000`."""

from __future__ import annotations

import sys

from lingr.app import make_context
from lingr.domain import rooms
from lingr.settings import Settings


def main(prefix: str, number: int) -> None:
    """Make the rooms PREFIX0, PREFIX1, ...; unlisted, for nobody looks for them."""
    ctx = make_context(Settings())
    for room in range(number):
        rooms.create(ctx, id=f"{prefix}{room}", name=prefix, listed=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
