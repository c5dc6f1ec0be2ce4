"""The WSGI application as a module attribute, ``app``, set up from the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lingr.serving.patching import require_patched
from lingr.settings import Settings

if TYPE_CHECKING:
    from flask import Flask


def _make() -> Flask:
    require_patched()
    # Imported after the check: what is imported unpatched stays unpatched.
    from lingr.app import create_app

    return create_app(Settings())


app = _make()
