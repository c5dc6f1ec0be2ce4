"""The directory follows the rooms, whoever dies on the way, and is made anew from them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lingr.domain import changing, directory, exploring, heat, rooms
from lingr.domain.context import Caller, Context
from lingr.domain.rounds import Round
from lingr.errors import LingrError
from lingr.store import keys
from lingr.values import Room
from support.people import Person

ASKER = Caller(api_key="k")


def names(found: tuple[Room, ...]) -> list[str]:
    return [room.id for room in found]


def search(ctx: Context, q: str, count: int = 10) -> list[str]:
    return names(exploring.search(ctx, ASKER, q=q, count=count))


def search_tags(ctx: Context, q: str, count: int = 10) -> list[str]:
    return names(exploring.search_tags(ctx, ASKER, q=q, count=count))


def hot(ctx: Context, count: int = 10) -> list[str]:
    return names(exploring.get_hot_rooms(ctx, ASKER, count=count))


def new(ctx: Context, count: int = 10) -> list[str]:
    return names(exploring.get_new_rooms(ctx, ASKER, count=count))


def tags(ctx: Context, count: int = 10) -> list[str]:
    return [tag.name for tag in exploring.get_all_tags(ctx, ASKER, count=count)]


@pytest.fixture
def jazz(ctx: Context) -> Room:
    return rooms.create(
        ctx, id="jazz", name="Jazz 喫茶", description="Schöne Platten,\nｶﾞｯｷ と夜", tags='Jazz "Late Night" 猫'
    )


@pytest.mark.parametrize(
    "q",
    [
        "jazz", "JAZZ", "ｊａｚｚ", "az", "j", "喫茶", "茶", "jazz 喫茶", "jazz,喫茶", "jazz、喫茶",
        " ,jazz,, ",
        "SCHÖNE", "ガッキ", "ｶﾞｯ", "platten", '"jazz 喫茶"', '"Schöne Platten, ガッキ"', "latenight", "猫",
        "late night", '"late night"', '"Ｌａｔｅ Ｎ"',
        "jazz platten 夜 猫", '"ガッキ と夜', "scho\u0308ne",
    ],
)  # fmt: skip
def test_a_room_is_found_by_any_part_of_what_it_says(ctx, jazz, q) -> None:
    rooms.create(ctx, id="other", name="Other")
    assert search(ctx, q) == ["jazz"]


@pytest.mark.parametrize(
    "q", ["jazzz", "喫煙", "jazz rock", "夜喫", '"platten jazz"', "jazz喫茶", "猫猫", "🎷"]
)
def test_a_room_is_not_found_by_what_it_does_not_say(ctx, jazz, q) -> None:
    assert search(ctx, q) == []


@pytest.mark.parametrize(
    "q", ["jazz", "JAZZ", "Ｊａｚｚ", "latenight", '"Late Night"', "猫,jazz", "jazz latenight 猫"]
)
def test_rooms_are_found_by_whole_tags(ctx, jazz, q) -> None:
    rooms.create(ctx, id="other", name="jazz 猫", tags="jazzy")
    assert search_tags(ctx, q) == ["jazz"]


@pytest.mark.parametrize(
    "q", ["jaz", "late", "late night", "喫茶", "jazz,rock", "*", "\x1f"[:0] + "%", "x" * 150]
)
def test_rooms_are_not_found_by_parts_of_tags(ctx, jazz, q) -> None:
    assert search_tags(ctx, q) == []


@pytest.mark.parametrize(
    "q", ["", " ", ",", " 、,\u3000", '""', '" "', "x" * 201, " ".join(map(str, range(21)))]
)
@pytest.mark.parametrize("method", [exploring.search, exploring.search_tags])
def test_a_search_for_nothing_or_too_much_is_refused(ctx, method, q) -> None:
    with pytest.raises(LingrError, match="invalid_parameter"):
        method(ctx, ASKER, q=q, count=10)


def test_signs_of_patterns_and_of_the_index_itself_mean_nothing(ctx, jazz) -> None:
    odd = rooms.create(ctx, id="odd", name="100% [a-z]+ .* ( \\ \x1fjazz\x1f", tags="50% a.b (x")
    assert search(ctx, "[a-z]+") == search(ctx, "100%") == search(ctx, ".*") == search(ctx, "\\") == [odd.id]
    assert search_tags(ctx, "50%") == search_tags(ctx, "a.b (x") == [odd.id]
    assert search_tags(ctx, "jazz") == ["jazz"]
    assert search_tags(ctx, "a-b") == []


def test_unlisted_rooms_never_appear(ctx, jazz) -> None:
    rooms.create(ctx, id="hidden", name="Jazz cellar", tags="jazz secret", listed=False)
    Person(ctx).enter("Ann", id="hidden")
    Round(ctx).go()
    assert (hot(ctx), new(ctx), search(ctx, "jazz"), search_tags(ctx, "jazz")) == ([], *3 * (["jazz"],))
    assert tags(ctx) == ["猫", "latenight", "jazz"]
    assert exploring.get_hot_tags(ctx, ASKER, count=10) == ()


def test_a_room_that_changed_is_found_by_what_it_says_now(ctx, jazz, change) -> None:
    changed = change(jazz, name="Rock", tags=())
    directory.enlist(ctx, changed, jazz)
    assert search(ctx, "rock") == ["jazz"]
    assert search(ctx, "喫茶") == search_tags(ctx, "jazz") == tags(ctx) == []
    hidden = change(changed, listed=False)
    directory.enlist(ctx, hidden, changed)
    assert search(ctx, "rock") == new(ctx) == []
    directory.enlist(ctx, change(hidden, listed=True), hidden)
    assert search(ctx, "rock") == new(ctx) == ["jazz"]


def test_a_room_that_became_unlisted_is_hot_no_longer(ctx, jazz, change) -> None:
    Person(ctx).enter("Ann", id="jazz")
    Round(ctx).go()
    assert hot(ctx) == ["jazz"]
    directory.enlist(ctx, change(jazz, listed=False), jazz)
    Round(ctx).go()
    assert hot(ctx) == []


def test_whoever_enlists_last_has_read_the_room_last(ctx, jazz, change, monkeypatch) -> None:
    """Another one changes the room and enlists it, between this one's change and its enlisting."""
    first = change(jazz, name="First")
    second = change(first, name="Second")
    directory.enlist(ctx, second, first)
    directory.enlist(ctx, first, jazz)
    assert search(ctx, "second") == ["jazz"]
    assert search(ctx, "first") == []


def test_a_deleted_room_leaves_nothing_behind(ctx, jazz) -> None:
    ctx.store.engine.command("DEL", keys.room("jazz").room)
    directory.forget(ctx, jazz)
    assert search(ctx, "jazz") == new(ctx) == tags(ctx) == []
    assert ctx.store.directory.size() == 0


@pytest.mark.parametrize("look", [new, lambda ctx: search(ctx, "jazz"), lambda ctx: search_tags(ctx, "jazz")])
def test_a_room_that_is_gone_without_a_word_is_skipped_and_forgotten(ctx, jazz, look) -> None:
    rooms.create(ctx, id="other", name="Jazz", tags="jazz")
    ctx.store.engine.command("DEL", keys.room("jazz").room)
    assert look(ctx) == ["other"]
    assert ctx.store.directory.size() == 1
    assert ctx.store.directory.is_whole()


def test_rooms_of_an_older_version_are_picked_up_by_the_round(ctx, jazz, clock) -> None:
    for number in range(250):
        rooms.create(ctx, id=f"r{number}", name="old")
    ctx.store.directory.clear()
    assert search(ctx, "jazz") == []
    clock.pass_seconds(3600)
    going = Round(ctx)
    for _ in range(20):
        going.go()
    assert search(ctx, "jazz") == search_tags(ctx, "猫") == ["jazz"]
    assert len(search(ctx, "old", 300)) == 250


def test_a_room_whose_maker_died_before_enlisting_it_is_healed(ctx, clock, monkeypatch) -> None:
    monkeypatch.setattr(type(ctx.store.directory), "change", die)
    with pytest.raises(KeyboardInterrupt):
        rooms.create(ctx, id="half", name="Half")
    monkeypatch.undo()
    assert new(ctx) == ["half"]
    assert search(ctx, "half") == []
    Round(ctx).go()
    assert search(ctx, "half") == ["half"]


def test_what_was_announced_and_never_made_is_dropped_after_a_while(ctx, clock) -> None:
    directory.announce(ctx, "never", clock())
    directory.announce(ctx, "soon", clock())
    going = Round(ctx)
    going.go()
    assert not ctx.store.directory.is_whole()
    rooms.create(ctx, id="soon", name="Soon")
    clock.pass_seconds(61)
    going.go()
    assert ctx.store.directory.is_whole()
    assert new(ctx) == ["soon"]


def test_a_hot_room_that_the_directory_missed_is_healed_at_once(ctx, jazz) -> None:
    directory.drop(ctx, "jazz")
    Person(ctx).enter("Ann", id="jazz")
    going = Round(ctx)
    going.go()
    going.go()
    assert hot(ctx) == search(ctx, "jazz") == ["jazz"]


def test_the_directory_is_made_anew_from_all_rooms(ctx, jazz) -> None:
    rooms.create(ctx, id="hidden", name="Hidden jazz", listed=False)
    Person(ctx).enter("Ann", id="jazz")
    ctx.store.engine.command("DEL", keys.listed_rooms())
    ctx.store.engine.command("SETBIT", keys.directory_slice(1), 77, 1)
    assert directory.rebuild(ctx) == 1
    assert search(ctx, "jazz") == new(ctx) == search_tags(ctx, "jazz") == ["jazz"]
    assert len(tags(ctx)) == 3


def test_tags_are_counted_as_they_are_compared_and_shown_as_first_typed(ctx) -> None:
    rooms.create(ctx, id="a", name="a", tags='"Late Night" JAZZ ﾈｺ')
    rooms.create(ctx, id="b", name="b", tags="latenight ｊａｚｚ")
    rooms.create(ctx, id="c", name="c", tags="LateNight")
    found = exploring.get_all_tags(ctx, ASKER, count=10)
    assert {tag.name for tag in rooms.find(ctx, "b").tags} == {"latenight", "jazz"}
    assert [(tag.name, tag.display_name) for tag in found] == [
        ("latenight", "Late Night"),
        ("jazz", "JAZZ"),
        ("ネコ", "ﾈｺ"),
    ]
    assert search_tags(ctx, "ネコ") == search_tags(ctx, "ﾈｺ") == ["a"]


def test_found_rooms_come_hot_first_and_then_new(ctx, clock) -> None:
    for number in range(5):
        rooms.create(ctx, id=f"r{number}", name="jazz", tags="jazz")
        clock.pass_seconds(1)
    Person(ctx).enter("Ann", id="r1")
    Round(ctx).go()
    assert search(ctx, "jazz") == search_tags(ctx, "jazz") == ["r1", "r4", "r3", "r2", "r0"]
    assert search(ctx, "jazz", 2) == ["r1", "r4"]


def test_a_new_room_in_the_place_of_a_deleted_one_is_new_and_so_are_all_made_anew(ctx, clock) -> None:
    made = []
    for number in range(3):
        made.append(rooms.create(ctx, id=f"jazz{number}", name="Jazz"))
        clock.pass_seconds(1)
    changing.delete(ctx, made.pop(0))
    made.append(rooms.create(ctx, id="jazz9", name="Jazz"))
    newest = [room.id for room in reversed(made)]
    assert [room.id for room in exploring.found(ctx, ["jazz"], 10)] == newest
    directory.rebuild(ctx)
    assert [room.id for room in exploring.found(ctx, ["jazz"], 10)] == newest
    names = ctx.store.engine.command("HMGET", keys.directory_numbers(), *reversed(newest))
    assert [int(one) for one in names] == [0, 1, 2]


def test_marks_keep_the_order_of_heats_as_time_passes() -> None:
    now = 1_800_000_000_000
    later = now + heat.HALF_LIFE_MILLISECONDS
    assert heat.mark(8, now) == pytest.approx(heat.mark(4, later))
    assert heat.mark(8.01, now) > heat.mark(4, later) > heat.mark(7.99, now)
    assert heat.coldest(later) - heat.coldest(now) == pytest.approx(1)


def die(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def change(ctx: Context):
    """Changes fields of a room where they are kept, and nothing else."""

    def change(room: Room, **fields: object) -> Room:
        changed = replace(room, **fields)
        raw = {"name": changed.name, "listed": int(changed.listed), "tags": "[]"}
        pairs = [part for pair in raw.items() for part in pair]
        ctx.store.engine.command("HSET", keys.room(room.id).room, *pairs)
        return changed

    return change
