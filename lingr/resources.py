"""Where the page templates and the static files are."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def templates_dir() -> Path:
    """The directory of the Jinja templates."""
    return _find("templates")


def static_dir() -> Path:
    """The directory of the files that are served as they are."""
    return _find("static")


def _find(name: str) -> Path:
    # A wheel carries them inside the package, a checkout has them beside it.
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
