"""Who wants to know that this process is about to leave."""

from __future__ import annotations

import logging
from collections.abc import Callable

_callbacks: list[Callable[[], None]] = []


def on_drain(callback: Callable[[], None]) -> None:
    """Have ``callback`` called once the worker has stopped accepting and before it waits for its requests.

    It runs in a greenlet and should make requests that are held come back soon: what is still held
    after gunicorn's graceful time-out is cut off. Callbacks run in the order they were registered.
    """
    _callbacks.append(callback)


def drain() -> None:
    """Call every callback, each of them once. One that raises is logged and keeps no other from running."""
    while _callbacks:
        callback = _callbacks.pop(0)
        try:
            callback()
        except Exception:
            logging.getLogger(__name__).exception("drain callback failed: %r", callback)
