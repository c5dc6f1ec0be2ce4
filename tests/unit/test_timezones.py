"""The zones of rooms, and times told in them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingr import timezones

# Offsets a W3CDTF reader of 2007 takes: -12 to +13 hours, any minutes.
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(-(0\d|1[0-2])|\+(0\d|1[0-3])):[0-5]\d")
DOCUMENTED = 1204513544000

years = st.integers(int(datetime(1950, 1, 1, tzinfo=UTC).timestamp()) * 1000, 4102444800000)


def test_every_name_has_a_zone() -> None:
    assert len(timezones.NAMES) == 152
    for name, key in timezones.NAMES.items():
        assert timezones.is_known(name)
        assert timezones.zone_of(name).key == key


@pytest.mark.parametrize("name", ["", "Atlantis", "tokyo", "Asia/Tokyo", "../etc/passwd", "Tokyo\n"])
def test_other_names_are_unknown(name: str) -> None:
    assert not timezones.is_known(name)
    with pytest.raises(LookupError, match="unknown time zone"):
        timezones.zone_of(name)
    with pytest.raises(LookupError, match="unknown time zone"):
        timezones.stamp(DOCUMENTED, name)


def test_the_default_is_the_documented_spelling() -> None:
    assert timezones.DEFAULT == "Pacific (US & Canada)"
    assert timezones.zone_of(timezones.DEFAULT) == timezones.zone_of("Pacific Time (US & Canada)")


@pytest.mark.parametrize(
    ("milliseconds", "zone", "told"),
    [
        (DOCUMENTED, timezones.DEFAULT, "2008-03-02T19:05:44-08:00"),
        (DOCUMENTED + 999, timezones.DEFAULT, "2008-03-02T19:05:44-08:00"),
        (DOCUMENTED, "Tokyo", "2008-03-03T12:05:44+09:00"),
        (DOCUMENTED, "UTC", "2008-03-03T03:05:44+00:00"),
        (DOCUMENTED, "Kathmandu", "2008-03-03T08:50:44+05:45"),
        (DOCUMENTED, "Chatham Is.", "2008-03-03T16:50:44+13:45"),
        (0, "UTC", "1970-01-01T00:00:00+00:00"),
        (-1, "UTC", "1969-12-31T23:59:59+00:00"),
    ],
)
def test_stamp(milliseconds: int, zone: str, told: str) -> None:
    assert timezones.stamp(milliseconds, zone) == told


def test_a_stamp_follows_summer_time_to_the_second() -> None:
    change = int(datetime(2008, 3, 9, 10, tzinfo=UTC).timestamp()) * 1000
    assert timezones.stamp(change - 1, timezones.DEFAULT) == "2008-03-09T01:59:59-08:00"
    assert timezones.stamp(change, timezones.DEFAULT) == "2008-03-09T03:00:00-07:00"


def test_newfoundland_changed_its_clocks_a_minute_past_the_hour() -> None:
    change = int(datetime(2008, 3, 9, 3, 31, tzinfo=UTC).timestamp()) * 1000
    assert timezones.stamp(change - 1, "Newfoundland") == "2008-03-09T00:00:59-03:30"
    assert timezones.stamp(change, "Newfoundland") == "2008-03-09T01:01:00-02:30"


def test_samoa_at_plus_fourteen_is_told_at_plus_thirteen() -> None:
    summer = int(datetime(2015, 1, 1, 0, 0, 5, tzinfo=UTC).timestamp()) * 1000
    assert timezones.stamp(summer, "Samoa") == "2015-01-01T13:00:05+13:00"


@settings(deadline=None)
@given(years, st.sampled_from(sorted(timezones.NAMES)))
def test_every_stamp_is_readable_and_tells_the_moment(milliseconds: int, zone: str) -> None:
    told = timezones.stamp(milliseconds, zone)
    assert STAMP.fullmatch(told)
    assert datetime.fromisoformat(told).timestamp() == milliseconds // 1000


@settings(deadline=None)
@given(years, st.sampled_from(["Tokyo", "UTC", "Hawaii"]))
def test_a_minute_goes_through_its_seconds(milliseconds: int, zone: str) -> None:
    start = milliseconds // 60000 * 60000
    told = [timezones.stamp(start + second * 1000, zone) for second in range(60)]
    assert [int(text[17:19]) for text in told] == list(range(60))
    assert all(earlier < later for earlier, later in pairwise(told))


@settings(deadline=None)
@given(years, st.sampled_from(sorted(timezones.NAMES)))
def test_every_time_is_within_the_day_that_it_is(milliseconds: int, name: str) -> None:
    start, end = timezones.span_of(timezones.day_of(milliseconds, name), name)
    assert start <= milliseconds < end
    assert end - start <= 26 * 3_600_000


def test_days_are_as_long_as_clocks_say() -> None:
    lengths = {
        ("2008-03-02", "Tokyo"): 24,
        ("2008-03-09", timezones.DEFAULT): 23,
        ("2008-11-02", timezones.DEFAULT): 25,
        ("2018-11-04", "Brasilia"): 23,
        ("2011-12-30", "Samoa"): 0,
    }
    for (day, name), hours in lengths.items():
        start, end = timezones.span_of(date.fromisoformat(day), name)
        assert end - start == hours * 3_600_000
