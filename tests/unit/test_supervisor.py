"""Keeping small Python programs running."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

from lingr.serving.supervisor import CannotServe, Program, Supervisor
from support.pids import alive

pytestmark = pytest.mark.live

SLEEP = "import time; time.sleep(60)"


def program(code: str = SLEEP, **options: object) -> Program:
    return Program(name="tiny", command=[sys.executable, "-c", code], log="nothing", **options)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(told):
    with Supervisor(told.append, most_failures=5) as supervisor:
        yield supervisor


def test_killed_child_is_started_again_within_two_seconds(supervisor, told):
    child = supervisor.start(program())
    first = child.pid
    os.kill(first, signal.SIGKILL)
    started = time.monotonic()
    assert supervisor.until(lambda: child.pid not in (None, first), 5, "not started again")
    assert time.monotonic() - started < 2
    assert told == ["tiny was killed by SIGKILL; starting it again."]


def test_child_that_never_works_is_given_up_early(supervisor):
    supervisor.start(program("raise SystemExit(7)"))
    with pytest.raises(
        CannotServe, match=r"tiny ended with status 7, 3 times within a minute: see nothing\."
    ):
        supervisor.forever()


def test_child_that_has_worked_gets_more_tries(supervisor, told):
    child = supervisor.start(program("raise SystemExit(7)"))
    child.proven = True
    with pytest.raises(CannotServe, match="5 times"):
        supervisor.forever()
    assert len(told) == 4


def test_command_that_does_not_exist(supervisor):
    with pytest.raises(CannotServe, match="cannot be started"):
        supervisor.start(Program(name="tiny", command=["/nowhere/at/all"], log="nothing"))


def test_until_ends_with_its_sentence(supervisor):
    with pytest.raises(CannotServe, match="too slow"):
        supervisor.until(lambda: False, 0.3, "too slow")


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_it_and_the_children_in_reverse_order(told, tmp_path, signum):
    noted = tmp_path / "noted"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        f"    open({str(noted)!r}, 'a').write(sys.argv[1]); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"open({str(noted)!r}, 'a').write('.')\n"
        "time.sleep(60)\n"
    )
    before = signal.getsignal(signum)
    with Supervisor(told.append) as supervisor:
        pids = []
        for name in ("a", "b"):
            child = supervisor.start(Program("tiny", [sys.executable, "-c", code, name], "nothing"))
            pids.append(child.pid)
        assert supervisor.until(lambda: noted.exists() and len(noted.read_text()) == 2, 5, "not up")
        os.kill(os.getpid(), signum)
        supervisor.forever()
        assert supervisor.until(lambda: False, 5, "not stopping") is False
    assert noted.read_text() == "..ba"
    assert not any(map(alive, pids))
    assert signal.getsignal(signum) is before


def test_stubborn_child_is_killed_with_all_it_started(told, tmp_path):
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"other = subprocess.Popen([sys.executable, '-c', {SLEEP!r}])\n"
        "print(other.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    output = tmp_path / "output"
    with Supervisor(told.append) as supervisor:
        child = supervisor.start(program(code, output=output, stop_seconds=0.3))
        assert supervisor.until(lambda: output.exists() and output.read_text().endswith("\n"), 5, "not up")
        pids = [child.pid, int(output.read_text())]
    assert told == ["tiny does not end; killing it."]
    assert not any(map(alive, pids))


def test_orphans_of_a_dead_child_end_with_the_supervisor(told, tmp_path):
    code = (
        "import subprocess, sys, time\n"
        f"other = subprocess.Popen([sys.executable, '-c', {SLEEP!r}])\n"
        "print(other.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    output = tmp_path / "output"
    with Supervisor(told.append) as supervisor:
        child = supervisor.start(program(code, output=output, stop_seconds=0.5))
        first = child.pid
        assert supervisor.until(lambda: output.exists() and output.read_text().endswith("\n"), 5, "not up")
        orphan = int(output.read_text().split()[0])
        os.kill(first, signal.SIGKILL)
        assert supervisor.until(lambda: child.pid not in (None, first), 5, "not started again")
        assert alive(orphan)
    assert not alive(orphan)


def test_hangup_goes_to_those_that_take_it(supervisor, tmp_path):
    noted = tmp_path / "noted"
    code = (
        "import signal, time\n"
        f"signal.signal(signal.SIGHUP, lambda *_: open({str(noted)!r}, 'a').write('hup '))\n"
        f"open({str(noted)!r}, 'a').write('up ')\n"
        "while True: time.sleep(60)\n"
    )
    child = supervisor.start(program(code, takes_hangup=True))
    other = supervisor.start(program())
    first = other.pid
    assert supervisor.until(noted.exists, 5, "not up")
    os.kill(os.getpid(), signal.SIGHUP)
    assert supervisor.until(lambda: noted.read_text() == "up hup ", 5, "no hang-up")
    assert child.pid is not None
    assert other.pid == first


def test_child_ends_when_the_supervisor_is_killed(tmp_path):
    output = tmp_path / "output"
    code = (
        "import sys\n"
        "from lingr.serving.supervisor import Program, Supervisor\n"
        "with Supervisor(print) as supervisor:\n"
        f"    child = supervisor.start(Program('tiny', [sys.executable, '-c', {SLEEP!r}], 'nothing'))\n"
        f"    open({str(output)!r}, 'w').write(f'{{child.pid}}\\n')\n"
        "    supervisor.forever()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], start_new_session=True) as process:
        try:
            deadline = time.monotonic() + 10
            while not (output.exists() and output.read_text().endswith("\n")):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            child = int(output.read_text())
            assert alive(child)
            process.kill()
            while alive(child):
                assert time.monotonic() < deadline
                time.sleep(0.02)
        finally:
            process.kill()
            if output.exists():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(int(output.read_text()), signal.SIGKILL)
