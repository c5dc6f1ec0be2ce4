"""What the system tells of processes, which may vanish while it is asked."""

from __future__ import annotations

from pathlib import Path


def alive(pid: int) -> bool:
    """Whether there is such a process, and it has not ended and only waits for its parent to hear of it."""
    state = _stat(pid)
    return bool(state) and state[0] != "Z"


def parent(pid: int) -> int:
    """The process's parent, or 0 when it is gone."""
    state = _stat(pid)
    return int(state[1]) if state else 0


def children(pid: int) -> list[int]:
    return [int(child) for child in _read(pid, f"task/{pid}/children").split()]


def command(pid: int) -> str:
    """The process's command line, or ``-`` when it is gone or has none."""
    return _read(pid, "cmdline").replace("\0", " ") or "-"


def _stat(pid: int) -> list[str]:
    """The state and what follows it; nothing when the process is gone."""
    # The name, in brackets, may hold anything.
    return _read(pid, "stat").rpartition(")")[2].split()


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
