"""The benchmark of many rooms: it calls every method there is, and everything it calls succeeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.large import __main__ as large
from bench.large.plans import PLANS
from bench.large.sizes import Sizes
from bench.large.tables import Measured, percentile, verdicts
from lingr.api.v1 import METHODS

pytestmark = pytest.mark.live


def test_every_method_is_measured_as_it_is_usually_called() -> None:
    assert {one.name for one in PLANS if "," not in one.name} == {row.name for row in METHODS.values()}
    assert {one.method for one in PLANS} <= {row.name for row in METHODS.values()}


def test_a_short_run_calls_everything_and_is_refused_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "RESULTS", tmp_path)
    status = large.main(["--quick"])
    told = capsys.readouterr()
    rows = {line.split("|")[1].strip(): line for line in told.out.splitlines() if line.startswith("| ")}
    assert status == 0, told.err
    for one in PLANS:
        assert rows[one.name].rstrip("| ").endswith(" 0"), rows[one.name]
    assert "message in the archives' index" in rows
    assert "one at a time: every method's median at most 20 ms" in told.out
    assert len(list(tmp_path.iterdir())) == 1


def test_messages_are_spread_unevenly_and_none_is_forgotten() -> None:
    counts = Sizes(rooms=1000, talking=400, messages=10_000).counts()
    assert len(counts) == 400
    assert abs(sum(counts) - 10_000) <= 1
    assert counts[0] > 20 * counts[-1]


def test_nobody_owns_more_rooms_than_there_are() -> None:
    for sizes in (Sizes(), Sizes(rooms=300, users=12), Sizes(rooms=5, users=9)):
        rooms = [room for user in range(sizes.users) for room in sizes.owned(user)]
        assert len(rooms) == len(set(rooms))
        assert all(room < sizes.rooms for room in rooms)


def test_the_goal_is_for_methods_not_for_what_is_shown_beside() -> None:
    measured = [
        Measured("room.say", [1.0, 2.0, 90.0], [30.0], 0.5, 0),
        Measured("room.getArchives, of the room with most", [50.0], [50.0], 9.0, 0),
    ]
    alone, together = verdicts(measured)
    assert alone.endswith("met (the slowest: 2.0 ms)")
    assert "NOT MET: room.say 30.0" in together
    assert (percentile([3.0, 1.0, 2.0], 0.99), percentile([1.0, 2.0], 0.5)) == (3.0, 1.0)
