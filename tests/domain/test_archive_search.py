"""Searching what was said: where it is searched for, in which order it is told, and who may ask."""

from __future__ import annotations

import pytest

from lingr.domain import archive_search, archives
from lingr.errors import LingrError
from lingr.store import finding, keys
from support.archive import ASKING, at, hits, room_with, said
from support.trips import counted


@pytest.fixture
def town(ctx):
    """Rooms of all kinds in which tea was spoken of."""
    for name, fields in {
        "open": {},
        "hidden": {"listed": False},
        "closed": {"password": "sesame"},
    }.items():
        archives.index_room(ctx, room_with(ctx, name, f"tea in the {name} room", **fields))


def test_all_rooms_that_anybody_may_see_are_searched(ctx, town):
    assert hits(ctx, "tea") == [("open", "tea in the open room")]


def test_one_room_is_searched_if_its_id_is_known_and_its_password(ctx, town):
    assert hits(ctx, "tea", id="hidden") == [("hidden", "tea in the hidden room")]
    assert hits(ctx, "open", id="hidden") == []
    for password, refusal in ((None, "room_password_required"), ("x", "invalid_room_password")):
        with pytest.raises(LingrError, match=refusal):
            hits(ctx, "tea", id="closed", password=password)
    assert hits(ctx, "tea", id="closed", password="sesame") == [("closed", "tea in the closed room")]
    with pytest.raises(LingrError, match="invalid_room"):
        hits(ctx, "tea", id="nowhere")
    assert hits(ctx, "tea", id="") == hits(ctx, "tea")


def test_a_room_that_becomes_hidden_or_gets_a_password_is_searched_no_more(ctx, town):
    for change in (("listed", "0"), ("password", "hash")):
        before = ctx.store.engine.command("HGET", keys.room("open").room, change[0])
        ctx.store.engine.command("HSET", keys.room("open").room, *change)
        assert hits(ctx, "tea") == []
        if before is None:
            ctx.store.engine.command("HDEL", keys.room("open").room, change[0])
        else:
            ctx.store.engine.command("HSET", keys.room("open").room, change[0], before)
    assert hits(ctx, "tea") == [("open", "tea in the open room")]


@pytest.mark.parametrize("nothing", ["", " ", ",", "！", "\u3000", "x" * 201])
def test_searches_for_nothing_and_for_too_much(ctx, nothing):
    with pytest.raises(LingrError, match="invalid_parameter"):
        hits(ctx, nothing)


def test_the_newest_and_best_come_first_with_their_scores(ctx, clock):
    room = room_with(ctx, "r")
    for text in ("green tea", "tea, and the cup is green", "green tea", "a pot of green tea for two"):
        said(ctx, room, (ctx.clock(), text))
        clock.pass_seconds(86_400)
    archives.index_room(ctx, room)
    found = archive_search.search(ctx, ASKING, q="green tea", id=None, count=10, password=None)
    assert [hit.message.id for hit in found] == [3, 1, 4, 2]
    scores = [hit.score for hit in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    clock.pass_seconds(365 * 86_400)
    said(ctx, room, (ctx.clock(), "the tea, I would say, is rather green today"))
    archives.index_room(ctx, room)
    assert hits(ctx, "green tea")[0][1].startswith("the tea, I")


def test_no_more_are_told_than_wanted(ctx):
    room = room_with(ctx, "r", *(f"tea number {number}" for number in range(150)))
    archives.index_room(ctx, room)
    assert [len(hits(ctx, "tea", count=count)) for count in (1, 10, 100)] == [1, 10, 100]


def test_the_same_search_is_answered_once_a_minute_and_another_one_at_once(open_ctx):
    ctx = open_ctx(rate_limits=True)
    archives.index_room(ctx, room_with(ctx, "r", "tea and coffee"))
    assert hits(ctx, "tea")
    with pytest.raises(LingrError, match="rate_limited"):
        hits(ctx, "tea")
    assert hits(ctx, "coffee")
    assert hits(ctx, "tea", id="r")


def test_a_search_with_many_terms_compares_all_of_them(ctx):
    words = " ".join(f"w{number}" for number in range(30))
    archives.index_room(ctx, room_with(ctx, "r", words, words.replace("w29", "x")))
    assert [text for _, text in hits(ctx, words)] == [words]


def test_rooms_that_are_not_told_of_do_not_hide_one_that_is(ctx):
    hidden = room_with(ctx, "hidden", *(f"tea {number}" for number in range(600)), listed=False)
    archives.index_room(ctx, room_with(ctx, "open", "tea for all"))
    archives.index_room(ctx, hidden)
    with counted() as trips:
        assert hits(ctx, "tea") == [("open", "tea for all")]
    assert len(trips) <= 30


def test_a_search_takes_few_round_trips(ctx):
    for number in range(20):
        room = room_with(ctx, f"r{number}", *(f"tea {one} number{number}" for one in range(30)))
        archives.index_room(ctx, room)
    with counted() as trips:
        assert len(hits(ctx, "tea", count=20)) == 20
    assert len(trips) <= 8


@pytest.mark.parametrize(("window", "few"), [(1, 0), (7, 0), (7, 3), (1000, 8)])
def test_common_terms_are_looked_for_from_the_latest_message_on(open_ctx, monkeypatch, window, few):
    monkeypatch.setattr(finding, "WINDOW", window)
    monkeypatch.setattr(finding, "FEW", few)
    ctx = open_ctx(index_messages=800)
    room_with(ctx, "other", *(f"two three {number}" for number in range(40)))
    archives.index_room(ctx, "other")
    texts = [
        " ".join(word for word, step in (("two", 2), ("three", 3)) if number % step == 0) + f" n{number}"
        for number in range(300)
    ]
    archives.index_room(ctx, room_with(ctx, "r", *texts))
    found = {text for _, text in hits(ctx, "two three", count=100, id="r")}
    assert found == {text for text in texts if text.startswith("two three")}
    latest = {text for _, text in hits(ctx, "two", count=100)}
    assert latest <= {text for text in texts if text.startswith("two")}
    assert len(latest) == 100


def test_what_was_indexed_late_is_told_in_its_own_time(ctx, clock):
    archives.index_room(ctx, room_with(ctx, "fresh", "tea"))
    old = room_with(ctx, "old")
    said(ctx, old, (at("2000-01-01 12:00"), "tea"))
    archives.index_room(ctx, old)
    assert hits(ctx, "tea") == [("fresh", "tea"), ("old", "tea")]
