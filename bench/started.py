"""What is asked of whoever starts a server, and what is given back."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Tree


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to start a server: its own empty directory, workers, rooms, clients, and the cores it may use."""

    directory: Path
    workers: int
    rooms: int
    clients: int
    on: set[int]


@dataclass(frozen=True, slots=True)
class Started:
    """A server that answers, and how the generator has to speak to it (``bench/dialect.c``).

    ``seat(rooms, observers, heard)`` makes sessions of the 2009 API, if the server knows such; see
    `bench.sessions`. It returns the file that lists them.
    """

    port: int
    tree: Tree
    dialect: str
    api_key: str = ""
    seat: Callable[[int, int, int], Path] | None = None


def plain_environment() -> dict[str, str]:
    """Our environment without settings of lingr's: a benchmark runs on the defaults and its own."""
    unwanted = ("LINGR_", "REDIS_URL", "WEB_CONCURRENCY", "GUNICORN_", "PORT", "HOST")
    return {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
