"""The round: what is hot, and that followers hear of every room in which something was said."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from lingr.domain import directory, exploring, heat, presence, rounds
from lingr.domain import rooms as making
from lingr.domain.context import Context
from lingr.domain.rounds import Round
from lingr.errors import LingrError
from lingr.store import keys
from support.fakes import Clock
from support.people import Person

Make = Callable[..., list[str]]


@pytest.fixture
def rooms(ctx: Context) -> Make:
    def rooms(*names: str, **fields: bool) -> list[str]:
        return [making.create(ctx, id=name, name=name, tags=name, **fields).id for name in names]

    return rooms


@pytest.fixture
def going(ctx: Context) -> Round:
    return Round(ctx)


def hot(ctx: Context) -> list[str]:
    return [room.id for room in exploring.hot_rooms(ctx, 100)]


def enter(ctx: Context, room_id: str, *nicknames: str) -> list[Person]:
    return [Person(ctx).enter(nickname, id=room_id) for nickname in nicknames]


def test_a_new_room_is_hot_only_once_it_had_people_in_it(ctx, rooms, going) -> None:
    rooms("quiet", "lively")
    going.go()
    assert hot(ctx) == []
    enter(ctx, "lively", "ann")
    going.go()
    assert hot(ctx) == ["lively"]


def test_more_people_are_hotter_and_who_only_watches_counts_less(ctx, rooms, going) -> None:
    rooms("one", "two", "watched")
    enter(ctx, "one", "ann")
    enter(ctx, "two", "bob", "cyd")
    enter(ctx, "watched", "", "", "")
    going.go()
    assert hot(ctx) == ["two", "one", "watched"]


def test_talk_makes_hot_and_grows_old(ctx, rooms, going, clock: Clock) -> None:
    rooms("two", "talk")
    enter(ctx, "two", "bob", "cyd")
    ann = enter(ctx, "talk", "ann")[0]
    going.go()
    assert hot(ctx) == ["two", "talk"]
    for number in range(5):
        ann.say(str(number))
    clock.pass_seconds(1)
    going.go()
    assert hot(ctx) == ["talk", "two"]
    clock.pass_seconds(3600)
    going.go()
    assert hot(ctx) == ["two", "talk"]


def test_talk_to_oneself_does_not_outdo_a_crowd(ctx, rooms, going, clock: Clock) -> None:
    rooms("robot", "crowd")
    robot = enter(ctx, "robot", "robot")[0]
    enter(ctx, "crowd", *(f"person {number}" for number in range(10)))
    going.go()
    for number in range(120):
        robot.say(str(number))
    clock.pass_seconds(1)
    going.go()
    assert hot(ctx) == ["crowd", "robot"]


def test_private_words_and_comings_and_goings_are_no_talk(ctx, rooms, going) -> None:
    rooms("b", "a")
    ann, bob = enter(ctx, "a", "ann", "bob")
    enter(ctx, "b", "cyd", "dan")
    going.go()
    before = mark(ctx, "a")
    ann.say("psst", to=bob.occupant_id)
    ann.rename("anna")
    going.go()
    assert mark(ctx, "a") == before


def test_a_room_that_was_said_something_in_just_before_it_was_looked_at_is_the_hotter(
    ctx, rooms, going
) -> None:
    rooms("a", "b")
    enter(ctx, "a", "ann")[0].say("hello")
    enter(ctx, "b", "bob")
    going.go()
    assert hot(ctx) == ["a", "b"]


def test_an_emptied_room_fades_and_is_gone(ctx, rooms, going, clock: Clock) -> None:
    rooms("full", "small")
    crowd = enter(ctx, "full", *(f"person {number}" for number in range(8)))
    enter(ctx, "small", "ann")
    going.go()
    for person in crowd:
        person.exit()
    clock.pass_seconds(60)
    going.go()
    assert hot(ctx) == ["full", "small"]
    clock.pass_seconds(1800)
    going.go()
    assert hot(ctx) == ["small", "full"]
    clock.pass_seconds(1800)
    assert hot(ctx) == []
    going.go()
    assert hot(ctx) == ["small"]
    assert ctx.store.engine.command("ZCARD", keys.hot_rooms()) == 1


def test_hot_rooms_are_forgotten_when_nobody_is_left_anywhere(ctx, rooms, going, clock: Clock) -> None:
    rooms("full")
    (ann,) = enter(ctx, "full", "ann")
    ann.say("hello")
    going.go()
    ann.exit()
    going.go()
    assert ctx.store.engine.command("ZCARD", keys.hot_rooms()) == 1
    clock.pass_seconds(7200)
    going.go()
    assert ctx.store.engine.command("ZCARD", keys.hot_rooms()) == 0


def test_nothing_is_written_for_rooms_that_nobody_is_in(ctx, rooms, going) -> None:
    rooms("quiet")
    enter(ctx, "quiet", "ann")[0].exit()
    going.go()
    assert ctx.store.engine.command("EXISTS", keys.hot_rooms()) == 0


def test_there_is_one_who_goes_round(ctx, open_ctx, rooms, monkeypatch) -> None:
    monkeypatch.setattr("lingr.domain.rounds.LEASE_MILLISECONDS", 1000)
    rooms("a")
    enter(ctx, "a", "ann")
    other = open_ctx("second")
    first, second = Round(ctx), Round(other)
    assert (first.go(), second.go(), first.go()) == (1, 0, 1)
    ctx.store.engine.command("DEL", keys.rounder())
    # So long it need not ask whether it still has it.
    time.sleep(0.5)
    assert (second.go(), first.go()) == (1, 0)


def test_followers_hear_of_rooms_in_which_something_happened(ctx, rooms, clock: Clock) -> None:
    heard: list[str] = []
    going = Round(ctx, [lambda _, room_id: heard.append(room_id)])
    rooms("a", "b")
    rooms("unlisted", listed=False)
    ann, bob, cyd = (enter(ctx, room, "ann")[0] for room in ("a", "b", "unlisted"))
    going.go()
    assert sorted(heard) == ["a", "b", "unlisted"]
    heard.clear()
    going.go()
    assert heard == []
    ann.say("hello")
    cyd.say("hello")
    going.go()
    assert sorted(heard) == ["a", "unlisted"]
    del bob


def test_followers_hear_what_was_said_before_everybody_was_swept_out(ctx, rooms, clock: Clock) -> None:
    heard: list[str] = []
    going = Round(ctx, [lambda _, room_id: heard.append(room_id)])
    rooms("a")
    ann = enter(ctx, "a", "ann")[0]
    going.go()
    heard.clear()
    ann.say("bye")
    ann.exit()
    clock.pass_seconds(ctx.settings.ticket_seconds + 1)
    presence.sweep(ctx)
    assert ctx.store.engine.command("EXISTS", keys.occupied_rooms()) == 0
    going.go()
    assert heard == ["a"]
    going.go()
    assert heard == ["a"]


@pytest.mark.parametrize("fault", [LingrError("unavailable"), ZeroDivisionError()])
def test_a_follower_that_fails_keeps_nobody_from_the_others(ctx, rooms, fault) -> None:
    heard: list[str] = []

    def fail(_: Context, room_id: str) -> None:
        if room_id == "a":
            raise fault

    going = Round(ctx, [fail, lambda _, room_id: heard.append(room_id)])
    rooms("a", "b")
    for room_id in ("a", "b"):
        enter(ctx, room_id, "ann")
    going.go()
    assert sorted(heard) == ["a", "b"]
    heard.clear()
    going.go()
    assert heard == (["a"] if isinstance(fault, LingrError) else [])


def test_followers_hear_of_a_room_whose_heat_could_not_be_noted(ctx, rooms, monkeypatch) -> None:
    heard: list[str] = []
    going = Round(ctx, [lambda _, room_id: heard.append(room_id)])
    rooms("a")
    enter(ctx, "a", "ann")

    def fail(*_: object) -> None:
        raise LingrError("unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(directory, "warm", fail)
        with pytest.raises(LingrError):
            going.go()
    assert heard == ["a"]
    going.go()
    assert heard == ["a"]
    assert exploring.hot_rooms(ctx, 1)[0].id == "a"


def test_more_rooms_than_fit_in_a_step_are_looked_at_in_several(ctx, rooms, monkeypatch) -> None:
    monkeypatch.setattr(rounds, "MOST_ROOMS", 300)
    heard: list[str] = []
    going = Round(ctx, [lambda _, room_id: heard.append(room_id)])
    names = rooms(*(f"room-{number}" for number in range(1000)))
    now = ctx.clock()
    for name in names:
        ctx.store.presence.occupied(name, now)
    looked = going.go()
    assert 300 <= looked < 1000
    while looked < 1000:
        looked += going.go()
    assert sorted(heard) == sorted(names)


def test_a_room_that_is_gone_is_passed_over(ctx, rooms, going) -> None:
    rooms("a")
    ctx.store.presence.occupied("never-made", 0)
    enter(ctx, "a", "ann")
    assert going.go() == 2
    assert hot(ctx) == ["a"]


def test_tags_of_hot_rooms_are_hot(ctx, rooms, going) -> None:
    rooms("a", "b", "c")
    enter(ctx, "a", "ann")
    enter(ctx, "c", "bob", "cyd")
    going.go()
    found = exploring.get_hot_tags(ctx, ASKER, count=10)
    assert [tag.name for tag in found] == ["c", "a"]


def mark(ctx: Context, room_id: str) -> float:
    return float(ctx.store.engine.command("ZSCORE", keys.hot_rooms(), room_id))


ASKER = exploring.Caller(api_key="k")
assert heat.COLD < heat.OBSERVER
