"""``python -m lingr``: the same as ``lingr``."""

from lingr.cli import main

main()
