"""What a process does every now and then, and goes on doing whatever happens."""

from __future__ import annotations

import time

import gevent
import pytest

from lingr.errors import LingrError
from lingr.waiting import pulse
from lingr.waiting.hub import Hub
from support.process import soon


class Listening:
    """In place of the listener: when it came by its connection is the test's."""

    connected_at: float | None = None

    def __init__(self):
        self.pruned = 0

    def run(self):
        gevent.sleep(3600)

    def prune(self):
        self.pruned += 1


@pytest.fixture
def listening():
    return Listening()


@pytest.fixture
def hub():
    return Hub(time.monotonic)


@pytest.fixture
def begin(hub, listening):
    started = []

    def begin(flush=lambda: None, sweep=lambda: None, round=lambda: None, grace=0.0):
        started.extend(pulse.start(hub, listening, pulse.Chores(flush, sweep, round, 0.01, grace)))

    yield begin
    gevent.killall(started)


@pytest.mark.parametrize("fault", [LingrError("unavailable"), ZeroDivisionError()])
def test_a_fault_ends_no_chore(begin, listening, fault):
    calls = []

    def fail():
        calls.append(None)
        raise fault

    listening.connected_at = time.monotonic()
    begin(flush=fail, sweep=fail)
    soon(lambda: len(calls) > 6)


def test_nobody_is_swept_while_the_engine_is_away_or_has_only_just_come_back(begin, listening):
    swept = []
    flushed = []
    begin(flush=lambda: flushed.append(None), sweep=lambda: swept.append(None), grace=60)
    soon(lambda: len(flushed) > 3)
    listening.connected_at = time.monotonic()
    soon(lambda: len(flushed) > 6)
    assert swept == []
    listening.connected_at = time.monotonic() - 61
    soon(lambda: swept)
    listening.connected_at = None
    gevent.sleep(0)
    count, flushes = len(swept), len(flushed)
    soon(lambda: len(flushed) > flushes + 3)
    assert len(swept) == count


def test_a_leaving_process_sweeps_nobody(begin, hub, listening):
    swept = []
    flushed = []
    listening.connected_at = time.monotonic()
    hub.leave()
    begin(flush=lambda: flushed.append(None), sweep=lambda: swept.append(None))
    soon(lambda: len(flushed) > 3)
    assert swept == []


def test_the_wheel_turns(begin, hub, listening, monkeypatch):
    monkeypatch.setattr(pulse, "PRUNE_SECONDS", 0.02)
    told = []

    class Waiter:
        is_waiting = True

        def nothing(self):
            told.append("nothing")
            hub.unregister(self)

    hub.register("lobby", "t", Waiter(), 0.3)
    begin()
    soon(lambda: told and told[-1] == "nothing")
    assert listening.pruned
