"""Blocking calls are made cooperative before the application comes in."""

from __future__ import annotations

import sys

from gevent import monkey


def patch() -> None:
    """Makes the standard library's blocking calls cooperative: before anything else is imported."""
    monkey.patch_all()


def require_patched() -> None:
    """Raise RuntimeError when our gunicorn worker class is in use and the standard library is unpatched.

    That is so when the application is preloaded in the gunicorn master. Other WSGI servers, and tests,
    may do without patching: there one request blocks its thread and nobody else.
    """
    if "lingr.serving.worker" in sys.modules and not monkey.is_module_patched("socket"):
        raise RuntimeError(
            "lingr was imported before gevent patched the standard library, so that one waiting request "
            "would stop all others. Do not use gunicorn's --preload."
        )
