"""What rooms are found by: bits in slices, texts, tags and their counts, and how hot rooms are."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingr.store import Store, keys
from lingr.store.directory import Directory
from lingr.store.slices import SLICES, marked, slices_for, slices_of, tags_in

ROOMS = [f"room{number}" for number in range(8)]
TEXTS = st.lists(st.text("ab 夜猫カ", max_size=6), min_size=2, max_size=2).map("\n".join)
TAGS = st.lists(st.sampled_from(["a", "ab", "夜", "夜猫"]), unique=True, max_size=3)
ENTRIES = st.one_of(st.just(""), st.builds(lambda text, tags: f"{text}\n{marked(*tags)}", TEXTS, TAGS))


def put(store: Store, room_id: str, text: str, former: str = "", created: int = 0) -> str | None:
    shown = {tag: tag.upper() for tag in tags_in(text)}
    return store.directory.change(room_id, created, former=former, text=text, shown=shown)


def find(store: Store, *needles: str) -> list[str]:
    found = store.directory.find(needles, 100)
    return [*found.hot, *found.others]


def left_over(store: Store) -> dict[str, object]:
    """What the directory has besides zeros."""
    slices = store.engine.commands([("BITCOUNT", keys.directory_slice(one)) for one in range(SLICES)])
    names = [
        keys.directory_texts(),
        keys.directory_numbers(),
        keys.directory_places(),
        keys.directory_tags(),
        keys.directory_tag_names(),
        keys.listed_rooms(),
        keys.hot_rooms(),
    ]
    there = {name for name in names if store.engine.command("EXISTS", name)}
    return {**dict.fromkeys(there, True), **{str(n): bits for n, bits in enumerate(slices) if bits}}


def test_a_room_is_in_the_slices_of_all_that_it_contains() -> None:
    text = f"night owls\n夜の部屋\n{marked('jazz', '夜')}"
    for needle in (
        "n",
        "ni",
        "nig",
        "night",
        "owls",
        "夜",
        "夜の部屋",
        "の",
        marked("jazz"),
        marked("夜"),
        "jaz",
    ):
        assert set(slices_for((needle,))) <= slices_of(text), needle
    assert slices_for((marked("jaz"),)) != slices_for(("jaz",))


def test_tags_are_read_back_from_a_text() -> None:
    assert tags_in(f"name\ntext\n{marked('jazz', '夜', 'a/b')}") == ["jazz", "夜", "a/b"]
    assert tags_in(f"name\ntext\n{marked()}") == []


@given(
    entries=st.lists(st.tuples(st.sampled_from(ROOMS), ENTRIES), max_size=30),
    needle=st.text("ab夜猫カ", min_size=1, max_size=4),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_rooms_change_those_are_found_that_contain_it(store, entries, needle) -> None:
    store.engine.command("FLUSHALL")
    now: dict[str, str] = {}
    for room_id, text in entries:
        assert put(store, room_id, text, now.get(room_id, "")) is None
        now[room_id] = text
    for wanted in (needle, marked(needle)):
        expected = {room_id for room_id, text in now.items() if wanted in text}
        assert set(find(store, wanted)) == expected
    counts: dict[str, int] = {}
    for text in now.values():
        for tag in tags_in(text):
            counts[tag] = counts.get(tag, 0) + 1
    assert {name for name, _ in store.directory.all_tags(100)} == set(counts)
    scores = store.engine.command("ZRANGE", keys.directory_tags(), 0, -1, "WITHSCORES")
    assert {
        name.decode(): int(count) for name, count in zip(scores[::2], scores[1::2], strict=True)
    } == counts
    for room_id, text in now.items():
        assert put(store, room_id, "", text) is None
    assert left_over(store) == {}


def test_numbers_are_given_again_and_never_twice(store: Store) -> None:
    for room_id in ("a", "b", "c"):
        put(store, room_id, "x\n\n")
    put(store, "b", "", "x\n\n")
    put(store, "b", "")
    put(store, "d", "x\n\n")
    put(store, "e", "x\n\n")
    numbers = store.engine.command("HVALS", keys.directory_numbers())
    assert sorted(map(int, numbers)) == [0, 1, 2, 3]
    assert sorted(find(store, "x")) == ["a", "c", "d", "e"]


def test_who_does_not_know_the_former_text_changes_nothing(store: Store) -> None:
    assert put(store, "a", "one\n\n") is None
    assert put(store, "a", "two\n\n", "none\n\n") == "one\n\n"
    assert put(store, "a", "two\n\n") == "one\n\n"
    assert find(store, "one") == ["a"]
    assert find(store, "two") == []
    assert put(store, "a", "two\n\n", "one\n\n") is None
    assert put(store, "a", "two\n\n", "two\n\n") is None
    assert find(store, "two") == ["a"]


def test_the_hottest_come_first_and_then_the_newest(store: Store) -> None:
    for created, room_id in enumerate(ROOMS):
        put(store, room_id, "jazz\n\n", created=created)
    store.directory.warm({"room2": 7.5, "room4": 9.0}, above=0, most=10)
    assert find(store, "jazz") == ["room4", "room2", "room7", "room6", "room5", "room3", "room1", "room0"]
    assert store.directory.find(("jazz",), 3) == (["room4", "room2"], ["room7"], None)
    assert store.directory.find(("jazz",), 1) == (["room4"], [], None)


@pytest.mark.parametrize("most", [1, 10, 300])
def test_what_many_rooms_contain_is_found_step_by_step(store: Store, most: int) -> None:
    rooms = 1500
    for room in range(rooms):
        put(store, f"r{room}", f"common {'rare' if room % 500 == 0 else ''}\n\n", created=room)
    store.directory.warm({"r9": 3.0, "r500": 2.0}, above=0, most=10)
    newest = [f"r{room}" for room in reversed(range(rooms)) if room not in (9, 500)]
    found = store.directory.find(("common", "co"), most)
    assert [*found.hot, *found.others] == ["r9", "r500", *newest][:most]
    others, steps = list(found.others), 1
    while found.start is not None:
        found = store.directory.find(("common", "co"), most, found.start)
        assert found.hot == []
        assert len(found.others) <= most
        others += found.others
        steps += 1
    assert steps > rooms / 450
    assert [one for one in dict.fromkeys(others) if one not in ("r9", "r500")] == newest
    assert store.directory.find(("rare",), 10) == (["r500"], ["r1000", "r0"], None)


def test_of_rooms_that_might_contain_it_and_do_not_so_many_are_looked_at_in_a_step(store: Store) -> None:
    for room in range(1200):
        put(store, f"r{room}", f"{'ab bc' if room else 'abc'} {room}\n\n", created=room)
        if room:
            # As if they shared the slice.
            for one in slices_for(("abc",)):
                store.engine.command("SETBIT", keys.directory_slice(one), room, 1)
    start, found, steps = -1, [], 0
    while start is not None:
        step = store.directory.find(("abc",), 10, start)
        found, start, steps = [*found, *step.others], step.start, steps + 1
    assert found == ["r0"]
    assert steps == 3


def test_a_search_writes_nothing_down(hosted) -> None:
    _, engine = hosted("--appendonly", "yes")
    directory = Directory(engine)
    directory.change("a", 1, former="", text="jazz club\n\n", shown={})

    def written() -> bytes:
        return next(
            one for one in engine.command("INFO", "persistence").split() if b"aof_current_size" in one
        )

    before = written()
    assert directory.find(("jazz", "club"), 10).others == ["a"]
    assert written() == before
    assert engine.command("EXISTS", keys.directory_scratch()) == 0


def test_only_listed_rooms_are_warm_and_none_cools_down_by_being_looked_at(store: Store) -> None:
    put(store, "a", "x\n\n")
    assert store.directory.warm({"a": 5.0, "b": 6.0}, above=1.0, most=10) == ["b"]
    store.directory.warm({"a": 4.0}, above=1.0, most=10)
    assert store.directory.hottest(10, above=5.0) == ["a"]
    store.directory.warm({}, above=5.5, most=10)
    assert store.directory.hottest(10, above=0) == []


def test_there_are_only_so_many_hot_rooms(store: Store) -> None:
    for room_id in ROOMS:
        put(store, room_id, "x\n\n")
    store.directory.warm({room_id: float(heat) for heat, room_id in enumerate(ROOMS)}, above=0, most=3)
    assert store.directory.hottest(10, above=0) == ["room7", "room6", "room5"]


def test_tags_are_as_hot_as_their_rooms_together(store: Store) -> None:
    for room_id, tags in {"a": ["jazz"], "b": ["late", "夜"], "c": ["late"], "d": ["cold"]}.items():
        put(store, room_id, f"x\n\n{marked(*tags)}")
    store.directory.warm({"a": 101.0, "b": 100.5, "c": 100.5}, above=0, most=10)
    assert store.directory.hot_tags(10, above=0, most_rooms=10) == [
        ("late", "LATE"),
        ("jazz", "JAZZ"),
        ("夜", "夜"),
    ]
    assert store.directory.hot_tags(1, above=0, most_rooms=10) == [("late", "LATE")]
    assert store.directory.hot_tags(10, above=100.9, most_rooms=10) == [("jazz", "JAZZ")]
    assert store.directory.hot_tags(10, above=200, most_rooms=10) == []


def test_a_text_as_long_as_texts_get_is_found(store: Store) -> None:
    words = [f"{number:x}語{number % 97}" for number in range(600)]
    put(store, "a", " ".join(words) + f"\n\n{marked(*(f'tag{number}' for number in range(20)))}")
    assert find(store, *words[:20]) == ["a"]
    assert find(store, " ".join(words)[:3000]) == ["a"]
    assert find(store, marked("tag7"), words[599]) == ["a"]


def test_every_room_is_walked_whatever_else_there_is(store: Store) -> None:
    from support.lobby import Lobby

    for number in range(30):
        Lobby(store, f"lobby-{number}").enter("ann", "Ann")
    assert sorted(store.directory.every_room()) == sorted(f"lobby-{number}" for number in range(30))
