"""A real installation for tests: `lingr serve` on a free port, with data of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from support.pids import command, parent

START_SECONDS = 40
STOP_SECONDS = 30


class Served:
    """One installation. It may be stopped and started again: address and data stay the same."""

    def __init__(self, directory: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = directory / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None
        inherited = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
        self.environment = {
            **inherited,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "LINGR_DATA_DIR": str(directory / "data"),
            "WEB_CONCURRENCY": "2",
            "LINGR_HOLD_SECONDS": "5",
            # A process the more for each server: tests that want it say so.
            "LINGR_BOTS": "off",
            **settings,
        }

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "lingr", "serve"],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        """End it as an operator would, with SIGTERM."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(STOP_SECONDS)
        self._process = None

    def crash(self) -> None:
        """Kills everything at once."""
        assert self._process is not None
        for pid in (self._process.pid, *self._descendants()):
            kill(pid)
        self._process.wait()
        self._process = None

    def reload(self) -> None:
        """New workers for old, as on SIGHUP."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def destroy(self) -> None:
        """Leave nothing running, in whatever state it is."""
        if self._process is None:
            return
        running = [self._process.pid, *descendants(self._process.pid)]
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            for pid in running:
                kill(pid)
            self._process.wait()

    def lingr(self, *arguments: str) -> Any:
        """What `lingr ... --json` answers."""
        done = subprocess.run(
            [sys.executable, "-m", "lingr", *arguments, "--json"],
            env=self.environment,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def engine(self) -> int:
        """The process id of the storage engine."""
        return self.engines()[0]

    def engines(self) -> list[int]:
        """The process ids of all storage engines that it has started: one, none, or by mistake more."""
        return [pid for pid in self._descendants() if "valkey" in command(pid).split()[0]]

    def web_workers(self) -> list[int]:
        """The process ids of gunicorn's workers."""
        web = [pid for pid in self._descendants() if "gunicorn" in command(pid)]
        return [pid for pid in web if parent(pid) in web]

    def gunicorn(self) -> int:
        """The process id of the parent of gunicorn's workers."""
        return parent(self.web_workers()[0])

    def bots(self) -> int:
        """The process id of what calls bots."""
        (pid,) = [pid for pid in self._descendants() if "lingr.webhooks" in command(pid)]
        return pid

    def _descendants(self) -> list[int]:
        assert self._process is not None
        return descendants(self._process.pid)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=5):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return False
        except OSError:
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            children.setdefault(parent(int(entry.name)), []).append(int(entry.name))
    found: list[int] = []
    todo = [pid]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found
