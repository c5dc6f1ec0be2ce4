"""Keeps child processes running in the foreground, and ends them in good order."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Self

from lingr.serving.parent import adopt_orphans, end_with_parent

# How often the programs are looked at, besides when a signal says so; and how often ``ready`` is asked.
_TICK_SECONDS = 0.5
_READY_SECONDS = 0.05
_FIRST_DELAY_SECONDS = 0.05
_LONGEST_DELAY_SECONDS = 1.5
_WINDOW_SECONDS = 60.0
# How long what was killed may take to be gone.
_KILL_SECONDS = 2.0
# A program that has never worked is not likely to after a third try.
_MOST_FIRST_FAILURES = 3


class CannotServe(Exception):
    """Why the server does not run, as one sentence for the person who started it."""


@dataclass(frozen=True)
class Program:
    """A program to keep running.

    ``log`` completes the sentence "see ..." when it keeps failing. ``output`` is the file its standard
    output and error are appended to; without it they go where the supervisor's go. ``pass_fds`` are the
    file descriptors it inherits, ``umask`` is its file mode mask (-1: the supervisor's). After SIGTERM it
    has ``stop_seconds`` to end. ``takes_hangup``: whether a SIGHUP to the supervisor is passed on to it.
    """

    name: str
    command: Sequence[str]
    log: str
    output: Path | None = None
    pass_fds: tuple[int, ...] = ()
    umask: int = -1
    stop_seconds: float = 10.0
    takes_hangup: bool = False


class Child:
    """One program's process: the one that runs, and what is left of those before it.

    ``proven`` is to be set once the program has been seen to work.
    """

    def __init__(self, program: Program, tell: Callable[[str], None], most_failures: int) -> None:
        self.program = program
        self._tell = tell
        self._most_failures = most_failures
        self.proven = False
        self._failures: deque[float] = deque()
        self._due = 0.0
        self._groups: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id, None while there is no process."""
        return None if self._process is None else self._process.pid

    def tend(self) -> None:
        """Notice that the process has ended, and start it when it is time to.

        Raises CannotServe when it has ended too often within a minute.
        """
        now = time.monotonic()
        if self._process is not None and self._process.poll() is not None:
            self._note_failure(now, self._process.returncode)
            self._process = None
        if self._process is None and now >= self._due:
            self._process = self._spawn()
            self._groups.add(self._process.pid)
        self._groups -= {group for group in self._groups if group != self.pid and not _group_lives(group)}

    def send(self, signum: int) -> None:
        """Send the process a signal, if there is one."""
        if self._process is not None:
            self._process.send_signal(signum)

    def stop(self) -> None:
        """End the process, with SIGTERM and if need be with SIGKILL, and whatever it started."""
        deadline = time.monotonic() + self.program.stop_seconds
        self.send(signal.SIGTERM)
        if self._process is not None:
            try:
                self._process.wait(self.program.stop_seconds)
            except subprocess.TimeoutExpired:
                self._tell(f"{self.program.name} does not end; killing it.")
                self._kill_groups(signal.SIGKILL)
                self._process.wait()
            self._process = None
        self._kill_groups(signal.SIGTERM)
        if not self._groups_end(deadline):
            self._kill_groups(signal.SIGKILL)
            self._groups_end(time.monotonic() + _KILL_SECONDS)
        self._groups.clear()

    def _kill_groups(self, signum: int) -> None:
        for group in self._groups:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signum)

    def _groups_end(self, deadline: float) -> bool:
        while self._groups:
            self._groups = set(filter(_group_lives, self._groups))
            if self._groups and time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _note_failure(self, now: float, status: int) -> None:
        how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        self._failures.append(now)
        while self._failures[0] < now - _WINDOW_SECONDS:
            self._failures.popleft()
        count = len(self._failures)
        most = self._most_failures if self.proven else min(self._most_failures, _MOST_FIRST_FAILURES)
        if count >= most:
            raise CannotServe(
                f"{self.program.name} {how}, {count} times within a minute: see {self.program.log}."
            )
        self._due = now + min(_LONGEST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2 ** (count - 1))
        self._tell(f"{self.program.name} {how}; starting it again.")

    def _spawn(self) -> subprocess.Popen[bytes]:
        program = self.program
        output = None
        try:
            if program.output is not None:
                output = os.open(program.output, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            # A session of its own, so that Ctrl-C in the terminal reaches the supervisor alone.
            return subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=program.pass_fds,
                umask=program.umask,
                start_new_session=True,
                preexec_fn=partial(end_with_parent, os.getpid()),
            )
        except OSError as error:
            raise CannotServe(f"{program.name} cannot be started: {error}.") from error
        finally:
            if output is not None:
                os.close(output)


class Supervisor:
    """Runs programs until it is asked to stop. To be used in a ``with`` statement, in the main thread.

    While inside, SIGTERM and SIGINT ask it to stop, and SIGHUP goes to the programs that take it. On the
    way out the programs are ended in the reverse order of their start. ``tell`` is called with a sentence
    whenever something happens that the person in front of it may want to know.
    """

    def __init__(self, tell: Callable[[str], None], most_failures: int = 10) -> None:
        self._tell = tell
        self._most_failures = most_failures
        self._children: list[Child] = []
        self._stopping = False
        self._hangup = False

    def __enter__(self) -> Self:
        adopt_orphans()
        self._wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._old_wakeup = signal.set_wakeup_fd(self._wakeup[1], warn_on_full_buffer=False)
        self._old_handlers = {
            signum: signal.signal(signum, self._on_signal)
            for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
        }
        return self

    def __exit__(self, *_: object) -> None:
        try:
            for child in reversed(self._children):
                child.stop()
        finally:
            for signum, handler in self._old_handlers.items():
                signal.signal(signum, handler)
            signal.set_wakeup_fd(self._old_wakeup)
            for fd in self._wakeup:
                os.close(fd)

    def start(self, program: Program) -> Child:
        """Start a program and from now on keep it running.

        Raises CannotServe when it cannot be started at all.
        """
        child = Child(program, self._tell, self._most_failures)
        self._children.append(child)
        child.tend()
        return child

    def until(self, ready: Callable[[], bool], seconds: float, otherwise: str) -> bool:
        """Keep the programs running until ``ready()``, and return True; False when asked to stop before.

        Raises CannotServe with the sentence ``otherwise`` after that many seconds, or when a program
        fails too often.
        """
        deadline = time.monotonic() + seconds
        while not self._stopping:
            if ready():
                for child in self._children:
                    child.proven = True
                return True
            if time.monotonic() > deadline:
                raise CannotServe(otherwise)
            self._tend(_READY_SECONDS)
        return False

    def forever(self) -> None:
        """Keep the programs running until asked to stop. Raises CannotServe when one fails too often."""
        while not self._stopping:
            self._tend(_TICK_SECONDS)

    def _tend(self, seconds: float) -> None:
        for child in self._children:
            child.tend()
            if self._hangup and child.program.takes_hangup:
                child.send(signal.SIGHUP)
        self._hangup = False
        readable, _, _ = select.select([self._wakeup[0]], [], [], seconds)
        if readable:
            os.read(self._wakeup[0], 4096)

    def _on_signal(self, signum: int, _: FrameType | None) -> None:
        if signum == signal.SIGHUP:
            self._hangup = True
        elif signum != signal.SIGCHLD:
            self._stopping = True


def _group_lives(group: int) -> bool:
    with suppress(ChildProcessError):
        # Orphans of a leader that has died are ours to wait for.
        while os.waitpid(-group, os.WNOHANG)[0]:
            pass
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
