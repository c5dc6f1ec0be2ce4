"""The benchmark of webhooks runs, and finds nothing wrong."""

from __future__ import annotations

import pytest

from bench.webhooks import __main__ as webhooks
from bench.webhooks.stage import Sizes

pytestmark = pytest.mark.live


def test_a_short_run_of_webhooks_loses_and_doubles_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status = webhooks.main(["--quick", "--rate", "9"])
    told = capsys.readouterr()
    assert "WRONG" not in told.out
    assert status in (0, 1), told.err
    assert "webhooks a second, paced" in told.out


def test_what_is_lost_doubled_or_reordered_is_found() -> None:
    sizes = Sizes(rooms=2, bots=1, dead=0)
    right = {"/0/0": [("0 1.0", 1.0), ("2 1.0", 2.0)], "/1/0": [("1 1.0", 1.0), ("3 1.0", 2.0)]}
    assert webhooks.faults(right, sizes, 4) == []
    assert webhooks.faults({**right, "/1/0": right["/1/0"][::-1]}, sizes, 4) == [
        "bot 0 of room 1: another order"
    ]
    assert webhooks.faults({**right, "/1/0": right["/1/0"][:1]}, sizes, 4) == ["bot 0 of room 1: 1 of 2"]
    assert webhooks.faults({**right, "/1/0": right["/1/0"] * 2}, sizes, 4) == ["bot 0 of room 1: 4 of 2"]
