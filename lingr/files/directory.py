"""Files in a directory, which several machines may share."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog

from lingr.errors import LingrError

log = structlog.get_logger()

TEMPORARY = ".new-"


class Directory:
    """``offload(function, *arguments)`` does what may take its time: the disk may be another machine's."""

    def __init__(self, directory: Path, offload: Callable[..., Any]) -> None:
        self._directory = directory.resolve()
        self._offload = offload

    def put(self, name: str, content: bytes) -> None:
        with self._usable():
            self._offload(_put, self._directory / name, content)

    def get(self, name: str, most_bytes: int) -> bytes | None:
        with self._usable():
            content: bytes | None = self._offload(_get, self._directory / name, most_bytes)
            return content

    def forget(self, folder: str) -> None:
        with self._usable():
            self._offload(_forget, self._directory / folder)

    def trouble(self) -> str | None:
        nearest = next(one for one in (self._directory, *self._directory.parents) if one.exists())
        if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
            return None
        return f"{self._directory} cannot be written to"

    @contextlib.contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            log.error("files cannot be used", directory=str(self._directory), trouble=str(error))
            raise LingrError("unavailable") from error


def _put(path: Path, content: bytes) -> None:
    try:
        _write(path, content)
    except FileNotFoundError:
        # Its folder was taken away between being made and being written to.
        _write(path, content)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    try:
        with open(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(fd)
            # Others, such as a web server before this one, may read what is for all to see.
            os.fchmod(fd, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _get(path: Path, most_bytes: int) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(most_bytes)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _forget(folder: Path) -> None:
    def passed_over(_function: object, _path: str, what: Any) -> None:
        if not isinstance(what[1], FileNotFoundError):
            raise what[1]

    shutil.rmtree(folder, onerror=passed_over)
