"""Files in a directory, which several machines may share."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog

from lingr.errors import LingrError

log = structlog.get_logger()

NEW, GONE = ".new", ".gone"
"""Where files are before they are what they are called, and what is forgotten until it is away."""

ATTEMPTS = 20

ABANDONED_SECONDS = 3600
"""Longer than it takes to put or to forget anything: who has not come to an end by then never will."""


class Directory:
    """``offload(function, *arguments)`` does what may take its time: the disk may be another machine's."""

    def __init__(self, directory: Path, offload: Callable[..., Any]) -> None:
        self._directory = directory.resolve()
        self._offload = offload

    def put(self, name: str, content: bytes) -> None:
        with self._usable():
            self._offload(_put, self._directory, name, content)

    def get(self, name: str, most_bytes: int) -> bytes | None:
        with self._usable():
            content: bytes | None = self._offload(_get, self._directory / name, most_bytes)
            return content

    def forget(self, folder: str) -> None:
        with self._usable():
            self._offload(_forget, self._directory, folder)

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


def _put(directory: Path, name: str, content: bytes) -> None:
    path = directory / name
    fd, temporary = tempfile.mkstemp(dir=_made(directory / NEW))
    try:
        with open(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(fd)
            # Others, such as a web server before this one, may read what is for all to see.
            os.fchmod(fd, 0o644)
        _move(Path(temporary), path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _move(path: Path, to: Path) -> None:
    for _ in range(ATTEMPTS):
        with contextlib.suppress(FileNotFoundError, FileExistsError):
            os.replace(path, _made(to.parent) / to.name)
            return
        # The folder was taken away in between.
    raise OSError(f"{to.parent} does not stay")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _get(path: Path, most_bytes: int) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(most_bytes)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _forget(directory: Path, folder: str) -> None:
    # Out of the way first, so that it is gone at once, whoever may be putting something there.
    path = directory / folder
    away = Path(tempfile.mkdtemp(dir=_made(directory / GONE)))
    try:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            os.rename(path, away / "folder")
    finally:
        _clear(away)
    with contextlib.suppress(OSError):
        # Only if it is empty now, and not for those above, in which others come and go.
        if path.parent != directory:
            path.parent.rmdir()
    _tidy(directory)


def _clear(away: Path) -> None:
    for _ in range(ATTEMPTS):
        try:
            shutil.rmtree(away)
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:
                raise
            # Who was about to put something there when it was taken away has just done so.
        else:
            return


def _tidy(directory: Path) -> None:
    """Clears away what processes that died have left half done."""
    late = time.time() - ABANDONED_SECONDS
    for path in (*_made(directory / NEW).iterdir(), *_made(directory / GONE).iterdir()):
        with contextlib.suppress(OSError):
            if path.lstat().st_mtime >= late:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
