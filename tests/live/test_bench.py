"""The benchmark's load generator: it runs against the floor, and it finds what a faulty server does wrong."""

from __future__ import annotations

from typing import Any

import pytest

from bench import compiler, debian, run
from bench.calls import measure_calls
from bench.generator import Load, faults, play
from bench.goals import GOALS, OURS, Goal, ratio
from bench.measure import Case, Run, case_of
from bench.processes import BenchError, cores
from bench.scenarios import SCENARIOS
from bench.servers import SERVERS
from support.fake_rooms import (
    DoublingRoom,
    LossyRoom,
    ReorderingRoom,
    Room,
    ShakyRoom,
    StunningRoom,
    serving,
)

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
            dialect="bare",
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
def test_an_answer_has_come_when_it_arrives_and_not_when_it_is_read() -> None:
    with serving(StunningRoom()) as port:
        counted = play(Load(port, OBSERVERS, 2, dialect="bare", time_limit_s=20), on=cores()[1])
    assert faults(counted) == {}
    assert counted["window_seconds"] > 2 * StunningRoom.stunned_seconds
    assert counted["delivery_us"]["max"] < StunningRoom.stunned_seconds / 2 * 1e6
    assert counted["last_us"]["max"] < StunningRoom.stunned_seconds / 2 * 1e6


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


def measured(server: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The row of the table that a short run prints for the server."""
    status = run.main(["--servers", server, "--observers", "20", "--messages", "5", "--runs", "1"])
    rows = [
        line for line in capsys.readouterr().out.splitlines() if line.startswith(f"| 20       | {server}")
    ]
    assert status == 0, rows
    return [cell.strip() for cell in rows[0].strip("|").split("|")]


@pytest.mark.compiler
@pytest.mark.parametrize("server", ["floor", "cfloor"])
def test_the_run_measures_a_floor(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert measured(server, capsys)[-3:] == ["0", "0", "0"]


@pytest.mark.compiler
@pytest.mark.parametrize("server", ["nchan", "nchan-redis"])
def test_the_run_measures_nchan(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    if not debian.there():
        pytest.skip("there is no nginx with nchan")
    row = measured(server, capsys)
    assert row[-3:] == ["0", "0", "0"]
    # With the store in the engine every message passes through it.
    assert (float(row[4]) > 0) == (server == "nchan-redis")


@pytest.mark.compiler
def test_a_run_with_faults_has_exit_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.measure.faults", lambda counted: {"lost": 1})
    arguments = ["--servers", "floor", "--observers", "5", "--messages", "2", "--runs", "1"]
    assert run.main(arguments) == 1


@pytest.mark.compiler
def test_the_rest_of_the_api_is_called() -> None:
    calls = measure_calls(SERVERS["lingr-off"], 40)
    methods = ["session.create", "room.enter", "room.getMessages", "room.say"]
    assert [call.method for call in calls] == methods
    assert all(call.per_second > 0 and not call.failures for call in calls)


def test_without_nginx_the_others_are_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nowhere() -> None:
        raise BenchError("it is not to be had")

    monkeypatch.setattr(run, "nginx_with_nchan", nowhere)
    assert run.available(["nchan", "cfloor", "nchan-redis"]) == ["cfloor"]
    assert "without nchan: it is not to be had" in capsys.readouterr().err


def test_goals_are_ratios_of_runs_that_followed_each_other() -> None:
    goal = Goal("1000", "cpu_us_per_delivery", "nchan", most=1.0)
    scenario = SCENARIOS["1000"]
    runs = [
        Run(Case(server, 1, scenario, 1), {"cpu_us_per_delivery": cost}, {}, {})
        for server, cost in [
            ("lingr", 8.0),
            ("nchan", 10.0),
            ("lingr", 30.0),
            ("nchan", 20.0),
            ("lingr", 9.0),
        ]
    ]
    assert ratio(goal, runs) == (8 / 10 + 30 / 20) / 2
    assert ratio(goal, runs[:1]) is None


@pytest.mark.parametrize("goal", GOALS, ids=str)
def test_whoever_a_goal_speaks_of_plays_its_scenario(goal: Goal) -> None:
    for server in filter(None, (OURS, goal.other)):
        assert case_of(SERVERS[server], SCENARIOS[goal.scenario]) is not None


def test_without_a_compiler_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(compiler, "BUILD", tmp_path)
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(BenchError, match="needs a C compiler"):
        compiler.build("load")
