"""A real Valkey for tests, run with the options that ``lingr serve`` gives it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from lingr.serving.embedded import EmbeddedValkey
from lingr.settings import Settings
from lingr.store import keys
from lingr.store.client import Engine

START_SECONDS = 20
ANY = "ANY"


Hosted = Callable[..., tuple[str, Engine]]
"""Takes options of Valkey; returns the host and port it listens on, and a way to it without a password."""


class Valkey:
    """One server on a Unix socket in ``folder``. It may be killed and started again on its data."""

    def __init__(self, folder: Path, fsync: str = "no") -> None:
        self._embedded = EmbeddedValkey(Settings(data_dir=folder, fsync=fsync))
        self._log = folder / "output.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{folder}/valkey.sock"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, *options: str) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._embedded.program().command, *options], stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._embedded.answers():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.005)

    def kill(self) -> None:
        """Ends it as a crash would."""
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


def kept_for_ever() -> re.Pattern[str]:
    """Matches the keys that `lingr.store.keys` lists as kept; all others must have a lifetime."""
    functions = [
        one
        for one in vars(keys).values()
        if getattr(one, "__module__", "").startswith(keys.__name__) and one.__doc__
    ]
    single = [one for one in functions if re.search(r"; kept\.", one.__doc__)]
    names = (
        [one(*[ANY] * one.__code__.co_argcount) for one in single]
        + list(keys.room(ANY))
        + list(keys.user(ANY)[:8])
    )
    return re.compile("|".join(re.escape(name).replace(ANY, "[^{}]+") for name in names))


def leaked(engine: Engine) -> list[str]:
    """The keys of the data set that are neither listed as kept nor have a lifetime."""
    kept = kept_for_ever()
    names = [raw.decode() for raw in engine.command("KEYS", "*")]
    lives = engine.commands([("PTTL", name) for name in names])
    return [name for name, life in zip(names, lives, strict=True) if life == -1 and not kept.fullmatch(name)]
