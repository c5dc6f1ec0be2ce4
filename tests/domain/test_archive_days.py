"""What was said on a day: whose day, which messages, and how many of them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingr.domain import archive_days, rooms
from lingr.domain.archive_days import SKEW_MILLISECONDS
from lingr.errors import LingrError
from lingr.timezones import day_of
from support.archive import ASKING, archive, at, room_with, said
from support.trips import counted

PACIFIC = "Pacific (US & Canada)"


@pytest.fixture
def week(ctx):
    room = room_with(ctx, "week")
    said(
        ctx,
        room,
        (at("2008-03-01 23:59"), "Saturday"),
        (at("2008-03-02 00:00"), "Sunday"),
        (at("2008-03-02 12:00"), "Ann has left the conversation", "system:leave"),
        (at("2008-03-02 12:01"), "secret", "private"),
        (at("2008-03-02 23:59"), "日曜日"),
        (at("2008-03-04 00:00"), "Ann has joined the conversation", "system:enter"),
        (at("2008-03-05 09:00"), "psst", "private"),
    )
    return room


def test_a_day_is_the_rooms_own(ctx, week):
    assert archive(ctx, week, "2008-03-02") == ["Sunday", "Ann has left the conversation", "日曜日"]
    assert archive(ctx, week, "2008-03-02", user_messages_only=True) == ["Sunday", "日曜日"]
    assert archive(ctx, week, "2008-03-01") == ["Saturday"]
    for quiet in ("2008-03-03", "2008-03-05", "1970-01-01", "9998-12-31", "0001-01-01"):
        assert archive(ctx, week, quiet) == []


def test_without_a_date_the_latest_day_with_anything_to_tell(ctx, week):
    assert archive(ctx, week) == ["Ann has joined the conversation"]
    assert archive(ctx, week, user_messages_only=True) == ["Sunday", "日曜日"]
    empty = room_with(ctx, "empty")
    assert archive(ctx, empty) == archive(ctx, empty, "2008-03-02") == []


@pytest.mark.parametrize(
    ("zone", "date", "first", "count"),
    [
        # Clocks are put forward, put back, put forward at midnight, and put back over midnight.
        (PACIFIC, "2008-03-09", "2008-03-09 00:00", 138),
        (PACIFIC, "2008-11-02", "2008-11-02 00:00", 150),
        ("Brasilia", "2018-11-04", "2018-11-04 01:00", 138),
        ("Newfoundland", "2010-11-07", "2010-11-07 00:00", 145),
    ],
)
def test_days_on_which_clocks_change(ctx, zone, date, first, count):
    room = room_with(ctx, "dst", timezone=zone)
    begin = at(first, zone)
    times = range(begin - 7_200_000, begin + 28 * 3_600_000, 600_000)
    said(ctx, room, *((time, str(time)) for time in times))
    told = [str(time) for time in times if str(day_of(time, zone)) == date]
    assert archive(ctx, room, date) == told
    assert len(told) == count


def test_a_day_that_a_place_did_not_have(ctx):
    room = room_with(ctx, "apia", timezone="Samoa")
    said(ctx, room, (at("2011-12-29 23:59", "Samoa"), "before"), (at("2011-12-31 00:00", "Samoa"), "after"))
    assert archive(ctx, room, "2011-12-30") == []
    assert archive(ctx, room, "2011-12-31") == ["after"]


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        ({"year": 2008}, "missing_parameter: .*month"),
        ({"year": 2008, "month": 3}, "missing_parameter: .*day"),
        ({"day": 3}, "missing_parameter: .*year"),
        ({"year": 2007, "month": 2, "day": 29}, "invalid_parameter: .*day"),
        ({"year": 2008, "month": 4, "day": 31}, "invalid_parameter: .*day"),
    ],
)
def test_dates_that_are_none(ctx, week, parts, refusal):
    given = {"year": None, "month": None, "day": None, **parts}
    rest = {"user_messages_only": False, "password": None, "counter": None}
    with pytest.raises(LingrError, match=refusal):
        archive_days.get_archives(ctx, ASKING, id=week, **given, **rest)


def test_a_password_is_asked_for(ctx):
    room_with(ctx, "closed", "hush", password="sesame")
    for password, refusal in ((None, "room_password_required"), ("x", "invalid_room_password")):
        with pytest.raises(LingrError, match=refusal):
            archive(ctx, "closed", password=password)
    assert archive(ctx, "closed", password="sesame") == ["hush"]
    with pytest.raises(LingrError, match="invalid_room"):
        archive(ctx, "no such room")


def test_each_day_of_a_room_is_told_once_a_minute(open_ctx):
    ctx = open_ctx(rate_limits=True)
    for room in ("one", "two"):
        room_with(ctx, room, "hello")
        for date in ("", "2008-03-01", "2008-02-29"):
            assert archive(ctx, room, date) == ([] if date else ["hello"])
            for counter in (None, 0, -5):
                with pytest.raises(LingrError, match="rate_limited"):
                    archive(ctx, room, date, counter=counter)
        # To go on is another matter.
        assert archive(ctx, room, counter=1) == []


def test_so_many_calls_a_minute_are_answered_altogether(open_ctx):
    ctx = open_ctx(rate_limits=True, limit_archive_pages="3/minute")
    for room in ("one", "two"):
        room_with(ctx, room, "hello")
        assert archive(ctx, room) == ["hello"]
    assert archive(ctx, "one", counter=1) == []
    for room, counter in (("one", 1), ("two", None)):
        with pytest.raises(LingrError, match="rate_limited"):
            archive(ctx, room, "2008-03-01", counter=counter)
    # The day that was refused has not been told, and is when the minute is over.
    [counts] = ctx.store.engine.command("KEYS", "*:limit_archive_pages:*")
    ctx.store.engine.command("DEL", counts)
    assert archive(ctx, "two", "2008-03-01") == []


def test_a_day_with_very_many_messages_is_told_in_parts(open_ctx):
    ctx = open_ctx(archive_messages=100)
    room = room_with(ctx, "busy", *map(str, range(250)))
    assert archive(ctx, room) == [str(number) for number in range(100)]
    assert archive(ctx, room, counter=100) == [str(number) for number in range(100, 200)]
    assert archive(ctx, room, counter=200) == [str(number) for number in range(200, 250)]
    assert archive(ctx, room, counter=250) == archive(ctx, room, counter=999) == []
    # Before the day begins the counter has no say.
    said(ctx, room, (ctx.clock() + 86_400_000, "tomorrow"))
    assert archive(ctx, room, counter=3) == ["tomorrow"]


def test_a_day_of_a_long_log_takes_few_round_trips(ctx):
    room = room_with(ctx, "long")
    begin = at("2008-03-02 12:00")
    said(ctx, room, *((begin + 3_600_000 * hour, str(hour)) for hour in range(20_000)))
    with counted() as trips:
        assert archive(ctx, room, "2009-03-02") == [str(8748 + hour) for hour in range(24)]
    assert len(trips) <= 4


def test_a_log_that_was_trimmed_tells_what_it_has(ctx, week):
    ctx.store.log.trim(week, 1, 5)
    assert archive(ctx, week, "2008-03-02") == ["日曜日"]
    assert archive(ctx, week, "2008-03-01") == []
    ctx.store.log.trim(week, 5, 8)
    assert archive(ctx, week) == archive(ctx, week, user_messages_only=True) == []


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 12 * 3_600_000), st.integers(-SKEW_MILLISECONDS // 2, SKEW_MILLISECONDS // 2)
        ),
        max_size=60,
    ),
    st.integers(0, 30),
)
def test_machines_whose_clocks_differ_lose_nothing(ctx, steps, gone):
    """Every message of a day is told, whatever the order in which machines have stamped them."""
    room = rooms.create(ctx, name="skewed", timezone="Tokyo").id
    time, events = at("2008-03-01 00:00"), []
    for number, (step, skew) in enumerate(steps):
        time += step
        events.append((time + skew, str(number)))
    said(ctx, room, *events)
    ctx.store.log.trim(room, 1, 1 + gone)
    kept = events[gone:]
    for date in {str(day_of(moment, "Tokyo")) for moment, _ in events}:
        told = [text for moment, text in kept if str(day_of(moment, "Tokyo")) == date]
        assert archive(ctx, room, date) == told
