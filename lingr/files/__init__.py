"""Files that all processes share: a directory by default, or a bucket.

A file's name has the form ``room/<id>/<version>/16x16.png``: parts of letters, digits, ``_``, ``-`` and dots
that begin with no dot, so that no name leads out of its place. A folder is what the first parts name.
Every method raises LingrError ``unavailable`` when the place where files are kept cannot be used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from lingr.files.directory import Directory

MOST_BYTES = 1_048_576
"""Longest file that is read."""

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")


class Place(Protocol):
    """Where files are. A file appears as a whole or not at all; names have been checked."""

    def put(self, name: str, content: bytes) -> None: ...

    def get(self, name: str, most_bytes: int) -> bytes | None: ...

    def forget(self, folder: str) -> None: ...

    def trouble(self) -> str | None: ...


class Files:
    """The files of one place."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def put(self, name: str, content: bytes) -> None:
        """Keeps a file. Who reads it at the same time gets the former one or this one."""
        self._place.put(_checked(name), content)

    def get(self, name: str) -> bytes | None:
        """What a file holds; None if there is none, or one of more than 1 MiB, which nobody put here."""
        content = self._place.get(_checked(name), MOST_BYTES + 1)
        return content if content is None or len(content) <= MOST_BYTES else None

    def forget(self, folder: str) -> None:
        """Takes a folder away with all that is in it."""
        self._place.forget(_checked(folder))

    def trouble(self) -> str | None:
        """What keeps files from being kept here, in words; None if nothing does."""
        return self._place.trouble()


def open_files(
    directory: Path,
    url: str | None,
    endpoint: str | None,
    offload: Callable[..., Any] = lambda function, *arguments: function(*arguments),
) -> Files:
    """The files in a directory, or in the bucket that ``url`` names (``s3://bucket/prefix``).

    ``endpoint`` is the address of a service that speaks S3, None for Amazon's. ``offload`` is for disks; what
    is asked over the network waits in the way other connections do.
    """
    if url is None:
        return Files(Directory(directory, offload))
    from lingr.files.bucket import Bucket

    return Files(Bucket(url, endpoint))


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"no file may be called {name!r}")
    return name
