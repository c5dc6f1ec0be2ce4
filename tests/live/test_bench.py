"""The benchmark's load generator: it runs against the floor, and it finds what a faulty server does wrong."""

from __future__ import annotations

from typing import Any

import pytest
from fake_rooms import DoublingRoom, LossyRoom, ReorderingRoom, Room, ShakyRoom, serving

from bench import compiler, run
from bench.generator import Load, faults, play
from bench.processes import BenchError, cores
from bench.servers import SERVERS

pytestmark = pytest.mark.live

OBSERVERS, MESSAGES = 20, 6


def observe(room: Room, outstanding: int = 0) -> dict[str, Any]:
    """What the generator counts when it plays against the room."""
    with serving(room) as port:
        load = Load(
            port,
            OBSERVERS,
            MESSAGES,
            outstanding=outstanding,
            bare=True,
            time_limit_s=20,
            patience_ms=500,
        )
        return play(load, on=cores()[1])


@pytest.mark.compiler
def test_an_honest_server_passes_whatever_its_texts_contain() -> None:
    counted = observe(Room())
    assert faults(counted) == {}
    assert counted["deliveries"] == OBSERVERS * MESSAGES
    assert counted["last_us"]["count"] == MESSAGES


@pytest.mark.compiler
def test_speaking_as_fast_as_possible_reaches_everybody_too() -> None:
    counted = observe(Room(), outstanding=4)
    assert faults(counted) == {}
    assert counted["deliveries"] == OBSERVERS * MESSAGES


@pytest.mark.compiler
def test_lost_messages_are_counted() -> None:
    counted = observe(LossyRoom())
    assert counted["lost"] > 0
    assert counted["lost"] + counted["deliveries"] == OBSERVERS * MESSAGES
    assert counted["doubled"] == counted["reordered"] == 0


@pytest.mark.compiler
def test_doubled_messages_are_counted() -> None:
    counted = observe(DoublingRoom())
    assert counted["doubled"] == OBSERVERS * sum(range(MESSAGES))
    assert counted["lost"] == counted["reordered"] == 0


@pytest.mark.compiler
def test_reordered_messages_are_counted() -> None:
    counted = observe(ReorderingRoom(), outstanding=2)
    assert counted["reordered"] == OBSERVERS * MESSAGES // 2
    assert counted["lost"] == counted["doubled"] == 0


@pytest.mark.compiler
def test_a_closed_connection_is_no_loss() -> None:
    counted = observe(ShakyRoom())
    assert counted["reconnects"] > 0
    assert counted["lost"] == counted["doubled"] == counted["reordered"] == 0
    # A word that met a closed connection was never said; the generator says so and goes on.
    assert counted["said"] + counted["unanswered"] == MESSAGES
    assert counted["said"] > 0
    assert counted["deliveries"] == OBSERVERS * counted["said"]


@pytest.mark.compiler
@pytest.mark.parametrize("server", [name for name, row in SERVERS.items() if not row.many_workers])
def test_the_run_measures_a_floor(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = run.main(["--servers", server, "--observers", "20", "--messages", "5", "--runs", "1"])
    table = capsys.readouterr().out.splitlines()
    assert status == 0, table
    assert table[1].split()[-3:] == ["0", "0", "0"]


@pytest.mark.compiler
def test_a_run_with_faults_has_exit_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.measure.faults", lambda counted: {"lost": 1})
    arguments = ["--servers", "floor", "--observers", "5", "--messages", "2", "--runs", "1"]
    assert run.main(arguments) == 1


def test_without_a_compiler_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(compiler, "BUILD", tmp_path)
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(BenchError, match="needs a C compiler"):
        compiler.build("load")
