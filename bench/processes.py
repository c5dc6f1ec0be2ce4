"""Starting, measuring and ending the processes of a benchmark.

CPU time and memory are those of a whole tree: the server, its workers, and an engine it started. Every tree
is ended when its ``with`` block is left; if this process is killed outright, the kernel ends the roots.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLOCK_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")
_libc = ctypes.CDLL(None)


class BenchError(Exception):
    """The benchmark cannot go on; the text says why, for the person who started it."""


def cores() -> tuple[set[int], set[int]]:
    """The cores for the servers and for the generator: one each, the same one if there is only one."""
    available = sorted(os.sched_getaffinity(0))
    return {available[0]}, {available[-1]}


def spawn(
    command: Sequence[str],
    *,
    on: set[int],
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    log: Path | None = None,
    pipes: bool = False,
) -> subprocess.Popen[str]:
    """Start a process on the given cores, in a session of its own, with as many files as may be.

    It is ended with us if we are killed.
    """

    def prepare() -> None:
        os.sched_setaffinity(0, on)
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    with contextlib.ExitStack() as files:
        target = files.enter_context(log.open("a")) if log else subprocess.DEVNULL
        stream = subprocess.PIPE if pipes else None
        return subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            text=True,
            start_new_session=True,
            preexec_fn=prepare,
            stdin=stream or subprocess.DEVNULL,
            stdout=stream or target,
            stderr=stream or target,
        )


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third on (the second, the name, may hold spaces)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def parent_of(pid: int) -> int:
    """The parent's id, 0 when the process has gone."""
    with contextlib.suppress(OSError):
        return int(_stat(pid)[1])
    return 0


def tree(root: int) -> list[int]:
    """The process, its descendants, and whatever else is in its session."""
    parents: dict[int, int] = {}
    found = {root}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError, IndexError):
                fields = _stat(int(entry))
                parents[int(entry)] = int(fields[1])
                if int(fields[3]) == root and fields[0] != "Z":
                    found.add(int(entry))
    grown = True
    while grown:
        grown = False
        for pid, parent in parents.items():
            if parent in found and pid not in found:
                found.add(pid)
                grown = True
    return sorted(found & parents.keys())


def cpu_seconds(pid: int) -> float:
    """User and system time of a process: its CPU clock, which is exact, else /proc, which counts in ticks."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # what clock_getcpuclockid(3) returns on Linux
    except OSError:
        try:
            fields = _stat(pid)
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) * CLOCK_TICK_SECONDS


def pss_kib(pid: int) -> int:
    """Proportional set size: what the process would free, with shared pages divided among their sharers."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def is_engine(pid: int) -> bool:
    """Whether the process is a Redis or Valkey server."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().startswith(("valkey", "redis"))
    return False


@dataclass(frozen=True, slots=True)
class Usage:
    """What a tree has used so far: CPU seconds (of these the engine's), KiB (of these the workers')."""

    cpu: float
    engine_cpu: float
    pss: int
    workers_pss: int


class Tree:
    """A started server with everything it started, and what was started beside it for its sake."""

    def __init__(self, process: subprocess.Popen[str], *others: subprocess.Popen[str]) -> None:
        self.process = process
        self.roots = (process, *others)
        self.known: dict[int, str] = {}

    def pids(self) -> list[int]:
        """Who belongs to the tree now. Their start times are remembered, so that none is mistaken later."""
        pids = [pid for root in self.roots for pid in tree(root.pid)]
        for pid in pids:
            with contextlib.suppress(OSError):
                self.known[pid] = _stat(pid)[19]
        return pids

    def usage(self) -> Usage:
        """What was used so far. Workers are the processes that have no children, but for the engine."""
        pids = self.pids()
        engines = {pid for pid in pids if is_engine(pid)}
        parents = {parent_of(pid) for pid in pids}
        cpu = {pid: cpu_seconds(pid) for pid in pids}
        pss = {pid: pss_kib(pid) for pid in pids}
        return Usage(
            cpu=sum(cpu.values()),
            engine_cpu=sum(cpu[pid] for pid in engines),
            pss=sum(pss.values()),
            workers_pss=sum(pss[pid] for pid in pss.keys() - engines - parents),
        )

    def wait_until_idle(self, *, quiet: float = 0.4, most: float = 20.0) -> None:
        """Wait until the tree has used less than a fiftieth of a core for ``quiet`` seconds."""
        end = time.monotonic() + most
        before = sum(map(cpu_seconds, self.pids()))
        while time.monotonic() < end:
            time.sleep(quiet)
            after = sum(map(cpu_seconds, self.pids()))
            if after - before < quiet / 50:
                return
            before = after

    def end(self) -> None:
        """Ask the root to stop, and after ten seconds kill what is left of the tree."""
        self.pids()
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        for pid, started in self.known.items():
            with contextlib.suppress(OSError):
                if _stat(pid)[19] == started:
                    os.kill(pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def running(process: subprocess.Popen[str], *others: subprocess.Popen[str]) -> Iterator[Tree]:
    """The tree of a started process, ended whatever happens; the others are counted with it."""
    whole = Tree(process, *others)
    try:
        yield whole
    finally:
        whole.end()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on; outside the range that clients are given."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise BenchError("no free port between 20000 and 32000")


def wait_for_port(port: int, process: subprocess.Popen[str], log: Path, *, most: float = 30.0) -> None:
    """Wait until the server accepts connections; tell the end of its log if it does not."""
    end = time.monotonic() + most
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""
    raise BenchError(f"the server did not answer on port {port}; its last words:\n{tail}")
