"""The index: everything said is found, whatever dies in between, and nothing that should not be."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingr.domain import archives, rooms
from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.index import DOCUMENT, POSTINGS_PER_MESSAGE
from lingr.store.keys import index_documents as documents
from support.archive import hits, room_with, said
from support.people import ROOM


def indexed(ctx) -> list[tuple[str, int]]:
    """Room and id of everything in the index, what it has twice being there twice."""
    found = []
    for segment in ctx.store.index.segments():
        places = list(DOCUMENT.iter_unpack(ctx.store.engine.command("GET", documents(segment.key))))
        assert len(places) == segment.size
        names = ctx.store.index.rooms([number for number, _ in places])
        found += [(names[number], one) for number, one in places if number in names]
    return sorted(found)


def test_what_was_said_is_found_and_what_was_not_for_all_is_not(ctx, person):
    ann, bob = person("Ann"), person("Bob")
    ann.say("Green tea, please")
    ann.say("black tea in secret", to=bob.occupant_id)
    ann.say("緑茶をください")
    assert archives.index_room(ctx, ROOM) == 2
    assert hits(ctx, "TEA") == [(ROOM, "Green tea, please")]
    assert hits(ctx, "緑茶") == hits(ctx, "くだ") == hits(ctx, "茶") == [(ROOM, "緑茶をください")]
    assert hits(ctx, "secret") == hits(ctx, "joined") == []
    assert archives.index_room(ctx, ROOM) == 0
    ann.say("more tea")
    assert archives.index_room(ctx, ROOM) == 1
    assert [text for _, text in hits(ctx, "tea")] == ["more tea", "Green tea, please"]
    assert indexed(ctx) == [(ROOM, 3), (ROOM, 5), (ROOM, 6)]


def test_a_private_message_is_not_told_even_if_the_index_led_there(ctx):
    room = room_with(ctx, "r", "hello tea")
    archives.index_room(ctx, room)
    ctx.store.engine.command("DEL", keys.room(room).log)
    ctx.store.engine.command("HSET", keys.room(room).room, "counter", 0)
    said(ctx, room, (ctx.clock(), "hello tea", "private"))
    assert hits(ctx, "tea") == []


def test_a_message_that_is_no_longer_there_is_not_found(ctx):
    room = room_with(ctx, "r", "old tea", "new tea")
    archives.index_room(ctx, room)
    ctx.store.log.trim(room, 1, 2)
    assert hits(ctx, "tea") == [("r", "new tea")]


def test_thousands_of_messages_over_many_segments(open_ctx):
    ctx = open_ctx(index_messages=2000)
    room = room_with(ctx, "long", *(f"number {number} 番号{number}" for number in range(1800)))
    assert archives.index_room(ctx, room) == 1800
    assert len(ctx.store.index.segments()) > 5
    archives.tidy(ctx)
    for number in (0, 249, 250, 251, 999, 1799):
        assert hits(ctx, f"number,{number}") == [("long", f"number {number} 番号{number}")]
    assert len(hits(ctx, "番号", count=100)) == len(hits(ctx, "番号", count=100, id="long")) == 100
    assert indexed(ctx) == [("long", number) for number in range(1, 1801)]


def test_the_index_keeps_within_its_bound(open_ctx):
    ctx = open_ctx(index_messages=800)
    room = room_with(ctx, "long")
    for start in range(0, 3000, 300):
        said(ctx, room, *((ctx.clock(), f"number {number}") for number in range(start, start + 300)))
        archives.index_room(ctx, room)
        archives.tidy(ctx)
        assert sum(segment.size for segment in ctx.store.index.segments()) <= 800 + 150
    assert [bool(hits(ctx, q)) for q in ("2999", "2300", "1800")] == [True, True, False]
    names = ctx.store.engine.command("KEYS", "lingr:{index}:documents:*")
    assert len(names) == len(ctx.store.index.segments())


def test_long_messages_take_no_more_memory_than_many_short_ones(open_ctx):
    ctx = open_ctx(index_messages=800)
    texts = [" ".join(f"w{number}x{word}" for word in range(150)) + " long" for number in range(1500)]
    room = room_with(ctx, "long", *texts)
    ctx = replace(ctx, pause=lambda _: None)
    while archives.index_room(ctx, room, most=100):
        archives.tidy(ctx)
    segments = ctx.store.index.segments()
    assert sum(segment.postings for segment in segments) <= 800 * POSTINGS_PER_MESSAGE * 9 / 8 + 10_000
    names = ctx.store.engine.command("KEYS", "lingr:{index}:postings:*")
    held = sum(ctx.store.engine.commands([("STRLEN", name) for name in names]))
    assert held == 4 * sum(segment.postings for segment in segments)
    assert [bool(hits(ctx, f"w{number}x7")) for number in (1499, 1100, 500)] == [True, True, False]


def test_an_index_of_an_older_version_is_gone_on_with(ctx):
    room = room_with(ctx, "old", "tea one")
    archives.index_room(ctx, room)
    key, raw = ctx.store.engine.command("HGETALL", keys.index_segments())
    older = msgspec.json.decode(raw)
    del older["postings"]
    ctx.store.engine.command("HSET", keys.index_segments(), key, msgspec.json.encode(older))
    said(ctx, room, (ctx.clock(), "tea two"))
    assert archives.index_room(ctx, room) == 1
    assert [text for _, text in hits(ctx, "tea")] == ["tea two", "tea one"]
    [segment] = ctx.store.index.segments()
    assert (segment.key, segment.size) == (int(key), 2)


def test_a_room_with_a_long_past_is_indexed_from_where_the_bound_is(open_ctx):
    ctx = open_ctx(index_messages=100)
    room = room_with(ctx, "long", *map(str, range(500)))
    assert archives.index_room(ctx, room) == 100
    assert [bool(hits(ctx, q)) for q in ("499", "399")] == [True, False]


def test_long_messages_are_indexed_a_few_at_a_time(ctx, monkeypatch):
    texts = [" ".join(f"w{number}x{word}" for word in range(100)) for number in range(20)]
    room = room_with(ctx, "long", *texts)
    rests: list[float] = []
    paused = replace(ctx, pause=rests.append)
    monkeypatch.setattr(archives, "TERMS_AT_ONCE", 250)
    assert archives.index_room(paused, room) == 20
    assert len(rests) == 7
    assert max(rests) < 2 * min(rests)
    assert indexed(ctx) == [(room, number) for number in range(1, 21)]
    assert hits(ctx, "w19x99") == [(room, texts[-1])]


def test_messages_are_forgotten_after_the_days_of_the_setting(open_ctx, clock):
    ctx = open_ctx(index_days=8)
    room = room_with(ctx, "r", "tea")
    archives.index_room(ctx, room)
    clock.pass_seconds(4 * 86_400)
    said(ctx, room, (ctx.clock(), "more tea"))
    archives.index_room(ctx, room)
    assert len(ctx.store.index.segments()) == 2
    clock.pass_seconds(5 * 86_400)
    assert [text for _, text in hits(ctx, "tea")] == ["more tea"]
    archives.tidy(ctx)
    assert [segment.size for segment in ctx.store.index.segments()] == [1]
    clock.pass_seconds(5 * 86_400)
    archives.tidy(ctx)
    assert ctx.store.index.segments() == []
    assert ctx.store.engine.command("KEYS", "lingr:{index}:postings:*") == []
    said(ctx, room, (ctx.clock(), "tea again"))
    archives.index_room(ctx, room)
    assert [text for _, text in hits(ctx, "tea")] == ["tea again"]


def test_without_an_index_nothing_is_found_and_nothing_kept(open_ctx):
    ctx = open_ctx()
    room = room_with(ctx, "r", "tea")
    archives.index_room(ctx, room)
    off = open_ctx(index_messages=0)
    said(off, room, (off.clock(), "more tea"))
    assert archives.index_room(off, room) == 0
    archives.tidy(off)
    assert hits(off, "tea") == []
    assert off.store.index.segments() == []


def test_a_room_that_is_gone_is_forgotten_and_one_of_the_same_id_is_another(ctx, clock):
    for step in ("forgotten", "not forgotten"):
        room = room_with(ctx, "r", *(f"{step} {number}" for number in range(60)))
        archives.index_room(ctx, room)
        assert hits(ctx, step)
        ctx.store.engine.command("DEL", *keys.room(room))
        assert hits(ctx, step) == []
        if step == "forgotten":
            archives.forget(ctx, room)
            assert indexed(ctx) == []
        clock.pass_seconds(1)
    room_with(ctx, "r", "the third tea")
    assert archives.index_room(ctx, "r") == 1
    assert hits(ctx, "tea") == hits(ctx, "tea", id="r") == [("r", "the third tea")]
    assert indexed(ctx) == [("r", 1)]
    ctx.store.engine.command("DEL", *keys.room("r"))
    assert archives.index_room(ctx, "r") == 0
    assert indexed(ctx) == []


def test_a_log_that_was_trimmed_before_it_was_indexed(ctx):
    room = room_with(ctx, "r", *(f"tea {number}" for number in range(300)))
    ctx.store.log.trim(room, 1, 200)
    assert archives.index_room(ctx, room) == 101
    ctx.store.log.trim(room, 200, 301)
    said(ctx, room, *((ctx.clock(), f"tea {number}") for number in range(300, 310)))
    ctx.store.log.trim(room, 301, 311)
    assert archives.index_room(ctx, room) == 0
    said(ctx, room, (ctx.clock(), "tea again"))
    assert archives.index_room(ctx, room) == 1


class Death(BaseException):
    """The process is gone."""


def die_at(monkeypatch, number: int, *, before: bool) -> None:
    """Has the process die at its so manyeth exchange with the engine, before or after that is done."""
    exchange, left = Engine._exchange, [number]

    def exchanging(self, *arguments):
        left[0] -= 1
        if left[0] == 0 and before:
            raise Death
        told = exchange(self, *arguments)
        if left[0] == 0:
            raise Death
        return told

    monkeypatch.setattr(Engine, "_exchange", exchanging)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_process_that_dies_anywhere_leaves_nothing_out_and_nothing_twice(open_ctx, monkeypatch, before):
    settings_of = {"index_messages": 1000}
    first, second = open_ctx("first", **settings_of), open_ctx("second", **settings_of)
    room = room_with(first, "r")
    expected: list[int] = []
    for deadline in range(1, 14):
        count = len(expected)
        expected += range(count + 1, count + 121)
        said(first, room, *((first.clock(), f"word{number}") for number in expected[count:]))
        die_at(monkeypatch, deadline, before=before)
        with suppress(Death):
            archives.index_room(first, room)
            archives.tidy(first)
        monkeypatch.undo()
        archives.index_room(second, room)
        archives.tidy(second)
        kept = [one for _, one in indexed(second)]
        assert kept == expected[-len(kept) :]
        assert len(kept) >= min(len(expected), 1000)
    for number in random.Random(1).sample(expected[-1000:], 20):
        assert hits(second, f"word{number}") == [("r", f"word{number}")]


@pytest.mark.parametrize("turn", range(1, 7))
def test_two_processes_at_the_same_room_do_not_get_into_each_others_way(open_ctx, monkeypatch, turn):
    """The second one comes in whole between two exchanges of the first."""
    first, second = open_ctx("first"), open_ctx("second")
    rooms_ = [room_with(first, name, *(f"{name}{number}" for number in range(70))) for name in "ab"]
    exchange, left = Engine._exchange, [turn]

    def exchanging(self, *arguments):
        if self is first.store.engine:
            left[0] -= 1
            if left[0] == 0:
                for room in rooms_:
                    archives.index_room(second, room)
        return exchange(self, *arguments)

    monkeypatch.setattr(Engine, "_exchange", exchanging)
    for room in rooms_:
        archives.index_room(first, room)
    assert indexed(first) == [(room, number) for room in "ab" for number in range(1, 71)]


def test_rooms_that_wait_for_the_indexer_wait_once_and_are_kept_over_an_outage(ctx, monkeypatch):
    indexer = archives.Indexer(ctx)
    for name in "ab":
        room_with(ctx, name, f"tea {name}")
        indexer.follow(ctx, name)
        indexer.follow(ctx, name)

    def away(*_):
        raise LingrError("unavailable")

    monkeypatch.setattr(Engine, "_exchange", away)
    with pytest.raises(LingrError, match="unavailable"):
        indexer.turn()
    monkeypatch.undo()
    assert indexer.turn() == 2
    assert indexer.turn() == 0
    assert sorted(hits(ctx, "tea")) == [("a", "tea a"), ("b", "tea b")]


KANA = st.text("あいうえおかがきぎー", min_size=2, max_size=8)
KANJI = st.text("日本語東京都緑茶大阪", min_size=2, max_size=8)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(KANA, KANJI).map("".join), min_size=1, max_size=12), st.data())
def test_two_characters_find_every_message_they_are_in_and_no_other(ctx, texts, data):
    ctx.store.engine.command("FLUSHALL")
    room = rooms.create(ctx, name="r").id
    said(ctx, room, *((ctx.clock(), text) for text in texts))
    archives.index_room(ctx, room)
    chosen = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, len(chosen) - 2))
    q = chosen[start : start + 2]
    expected = sorted(text for text in texts if q in text)
    for options in ({}, {"id": room}):
        assert sorted(text for _, text in hits(ctx, q, count=100, **options)) == expected
