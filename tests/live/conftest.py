from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.house import House, opened


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A server of the module's own: two workers, and polls that no time-out ends."""
    with opened(LINGR_HOLD_SECONDS="40", LINGR_RATE_LIMITS="off", LINGR_FSYNC="always") as opened_house:
        yield opened_house
