"""How a worker wants its connections treated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lingr.serving.access import AccessLog


@dataclass(frozen=True, slots=True)
class Manners:
    """What gunicorn's settings come to.

    ``keepalive`` is how long a connection may be idle (seconds). Requests of more than ``most_bytes`` or
    ``most_headers`` are gunicorn's; ``hand_over(fd, host, data)`` gives it a connection. ``log`` is the
    access log if there is one.
    """

    keepalive: float
    most_bytes: int
    most_headers: int
    hand_over: Callable[[int, str, bytes], None]
    log: AccessLog | None
