"""``lingr serve`` as it is started by hand: everything that may die, and the ways to stop it."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.pids import alive, children, command

pytestmark = pytest.mark.live


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Serve:
    """One ``lingr serve`` process on a data directory and a port."""

    def __init__(self, folder: Path, port: int, **environ: str) -> None:
        self.folder = folder
        self.base = f"http://127.0.0.1:{port}"
        self.environ = {
            **os.environ,
            "LINGR_DATA_DIR": str(folder),
            "HOST": "127.0.0.1",
            "PORT": str(port),
            **environ,
        }
        self.environ.pop("REDIS_URL", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lingr", "serve"],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.errors: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, self.lines.put)),
            threading.Thread(target=self._read, args=(self.process.stderr, self.errors.append)),
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _read(stream, take: Callable[[str], None]) -> None:
        with stream:
            for line in stream:
                take(line)

    def until_up(self) -> str:
        """Wait for the greeting; returns the API key it tells."""
        while True:
            found = re.search(r"API key +([0-9a-f]{32})", self.lines.get(timeout=20))
            if found:
                return found[1]

    def processes(self) -> dict[str, list[int]]:
        """Process ids by kind: ``valkey``, ``master``, ``worker`` and ``bots``."""
        found: dict[str, list[int]] = {"valkey": [], "master": [], "worker": [], "bots": []}
        for pid in children(self.process.pid):
            name = command(pid)
            if "gunicorn" in name:
                found["master"].append(pid)
                found["worker"] += children(pid)
            elif "lingr.webhooks" in name:
                found["bots"].append(pid)
            elif "valkey-server" in name:
                found["valkey"].append(pid)
        return found

    def call(self, path: str, **data: str) -> dict[str, object]:
        body = urllib.parse.urlencode({"format": "json", **data}).encode()
        with urllib.request.urlopen(f"{self.base}/api/{path}", body, timeout=10) as answer:
            return json.load(answer)

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/healthz", timeout=3) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self, signum: int = signal.SIGTERM) -> int:
        self.process.send_signal(signum)
        return self.process.wait(20)

    def end(self) -> None:
        """End whatever is left, in whatever state."""
        mine = (
            [pid for kind in self.processes().values() for pid in kind] if self.process.poll() is None else []
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.terminate()
            self.process.wait(20)
        for pid in mine:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join(20)


def soon(check: Callable[[], object], seconds: float = 10) -> float:
    started = time.monotonic()
    while not check():
        assert time.monotonic() - started < seconds
        time.sleep(0.02)
    return time.monotonic() - started


@pytest.fixture
def serve() -> Iterator[Callable[..., Serve]]:
    started: list[Serve] = []
    # pytest's own temporary folders have long names, and a Unix socket's path may not.
    with tempfile.TemporaryDirectory(prefix="lingr-") as folder:
        port = free_port()

        def serve(**environ: str) -> Serve:
            server = Serve(Path(folder), port, **environ)
            started.append(server)
            return server

        yield serve
        for server in started:
            server.end()


def test_it_comes_up_and_a_restart_keeps_the_data(serve):
    first = serve()
    key = first.until_up()
    session = first.call("session/create", api_key=key)["session"]
    pids = [pid for kind in first.processes().values() for pid in kind]
    assert len(pids) == 5
    assert first.stop() == 0
    assert not any(map(alive, pids))
    assert oct((first.folder / "appendonlydir").stat().st_mode & 0o777) == "0o700"
    second = serve()
    assert second.until_up() == key
    assert second.call("session/verify", session=session)["status"] == "ok"


@pytest.mark.parametrize("kind", ["valkey", "worker", "master", "bots"])
def test_whatever_is_killed_is_back_within_two_seconds(serve, kind):
    server = serve()
    key = server.until_up()
    before = server.processes()
    killed = before[kind][0]
    os.kill(killed, signal.SIGKILL)

    def replaced() -> bool:
        now = server.processes()[kind]
        return killed not in now and len(now) == len(before[kind])

    assert soon(replaced) < 2
    soon(server.healthy)
    assert server.call("session/create", api_key=key)["status"] == "ok"
    assert server.stop() == 0
    assert not any(alive(pid) for kind in before.values() for pid in kind)


def test_a_client_that_comes_while_gunicorn_is_dead_waits(serve):
    server = serve()
    key = server.until_up()
    os.kill(server.processes()["master"][0], signal.SIGKILL)
    for _ in range(20):
        assert server.call("session/create", api_key=key)["status"] == "ok"
        time.sleep(0.02)


def test_ctrl_c_in_the_terminal(serve):
    server = serve()
    server.until_up()
    pids = [pid for kind in server.processes().values() for pid in kind]
    os.killpg(server.process.pid, signal.SIGINT)
    assert server.process.wait(20) == 0
    assert not any(map(alive, pids))
    assert "Valkey" not in "".join(server.errors)


def test_reload_replaces_the_workers(serve):
    server = serve()
    server.until_up()
    before = server.processes()
    server.process.send_signal(signal.SIGHUP)
    soon(lambda: not set(before["worker"]) & set(server.processes()["worker"]))
    assert server.processes()["master"] == before["master"]
    soon(server.healthy)


def test_killed_supervisor_takes_all_along_and_a_new_one_starts_at_once(serve):
    first = serve()
    key = first.until_up()
    pids = [pid for kind in first.processes().values() for pid in kind]
    first.process.kill()
    second = serve()
    assert second.until_up() == key
    soon(lambda: not any(map(alive, pids)))


def test_second_server_on_the_same_data_is_refused(serve):
    first = serve()
    first.until_up()
    second = serve(PORT=str(free_port()))
    assert second.process.wait(10) == 1
    second.end()
    assert f"Another lingr serve (process {first.process.pid}) is using" in "".join(second.errors)
    assert first.healthy()


def test_port_in_use(serve):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = serve(PORT=str(port))
        assert server.process.wait(10) == 1
    server.end()
    assert f"Port {port} of 127.0.0.1 is in use" in "".join(server.errors)


def test_data_directory_with_too_long_a_name(serve):
    with tempfile.TemporaryDirectory() as folder:
        server = serve(LINGR_DATA_DIR=f"{folder}/{'a' * 100}")
        assert server.process.wait(10) == 1
    server.end()
    assert "set LINGR_DATA_DIR to a shorter directory" in "".join(server.errors)


def test_setting_that_cannot_be_read(serve):
    server = serve(PORT="many")
    assert server.process.wait(10) == 1
    server.end()
    assert "These settings cannot be used: PORT:" in "".join(server.errors)


def test_stopped_while_it_starts(serve):
    server = serve()
    soon((server.folder / "valkey.log").exists)
    assert server.stop() == 0
    soon(lambda: not (server.folder / "valkey.sock").exists())
