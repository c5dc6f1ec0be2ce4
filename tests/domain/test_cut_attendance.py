"""Sessions without tickets whose process dies at any step, or is overtaken: nobody is left behind."""

from __future__ import annotations

from contextlib import suppress
from itertools import count

import pytest

from lingr.domain import attendance, presence, rooms
from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.client import Engine
from support.attendants import Attendant, online, remains, turns
from support.cuts import WAYS, cut
from support.people import account, nicknames

ROOMS = ("attic", "cellar")
AGAIN_SECONDS = attendance.AGAIN_MILLISECONDS / 1000


def furnish(ctx):
    """A fresh data set with two rooms, and a session of somebody."""
    ctx.store.engine.command("FLUSHALL")
    for name in ROOMS:
        rooms.create(ctx, id=name, name="Room")
    return Attendant(ctx, account(ctx, "ann"))


def sweep(ctx, seconds):
    ctx.clock.pass_seconds(seconds)
    presence.sweep(ctx)
    attendance.sweep(ctx)


def sweep_all(ctx):
    """Long after everybody has fallen silent."""
    sweep(ctx, 121)
    sweep(ctx, AGAIN_SECONDS)


def places(ctx):
    return [len(nicknames(ctx, name)) for name in ROOMS]


def turned(ctx):
    """What the rooms were told of who is online, and whether that is how it is."""
    told = [[online for _, _, online in turns(ctx, name)] for name in ROOMS]
    assert [bool(online(ctx, name)) for name in ROOMS] == [bool(one and one[-1]) for one in told]
    return told


def assert_nobody(ctx):
    assert places(ctx) == [0, 0]
    assert [len(one) % 2 for one in turned(ctx)] == [0, 0]
    assert remains(ctx) == []


def everywhere(ctx, begin):
    """Has it begin anew for each step that it takes and each way to be cut off there."""
    for way in WAYS:
        for at in count():
            one = furnish(ctx)
            act = begin(one)
            with cut(at, way) as knife:
                act()
            yield one
            if not knife.fell:
                assert at > 1
                break


def test_who_was_cut_off_while_it_came_is_let_go(ctx):
    for _ in everywhere(ctx, lambda one: lambda: one.come(*ROOMS)):
        sweep_all(ctx)
        assert_nobody(ctx)


def test_who_was_cut_off_while_it_came_is_there_once_it_comes_again(open_ctx):
    here, there = open_ctx("first"), open_ctx("second")
    for one in everywhere(here, lambda one: lambda: one.come(*ROOMS)):
        if one.via(there).stay():
            one.come(*ROOMS)
        assert places(there) == [1, 1]
        assert turned(there) == [[True]] * 2
        assert not one.stay()
        sweep_all(there)
        assert_nobody(there)


def test_who_was_cut_off_while_it_came_to_one_more_room_is_there_once_it_comes_again(open_ctx):
    here, there = open_ctx("first"), open_ctx("second")

    def begin(one):
        one.come("attic")
        return lambda: one.come(*ROOMS)

    for one in everywhere(here, begin):
        if one.via(there).stay():
            one.come(*ROOMS)
        assert places(there) in ([1, 1], [1, 0])
        if places(there) == [1, 0]:
            # Nothing had begun.
            one.come(*ROOMS)
        assert turned(there) == [[True]] * 2


def test_a_session_whose_end_was_cut_off_is_let_go(ctx):
    def begin(one):
        one.come(*ROOMS)
        return one.destroy

    for _ in everywhere(ctx, begin):
        sweep_all(ctx)
        assert_nobody(ctx)


def test_a_sweep_that_was_cut_off_is_done_by_another(open_ctx):
    here, there = open_ctx("first"), open_ctx("second")

    def begin(one):
        one.come(*ROOMS)
        here.clock.pass_seconds(121)
        return lambda: attendance.sweep(here)

    for _ in everywhere(here, begin):
        there.store.engine.command("DEL", keys.sweeper())
        sweep_all(there)
        assert_nobody(there)
        assert turned(there) == [[True, False]] * 2


def test_the_last_look_that_was_cut_off_is_done_by_another(open_ctx):
    here, there = open_ctx("first"), open_ctx("second")

    def begin(one):
        one.come(*ROOMS)
        sweep(here, 121)
        here.clock.pass_seconds(AGAIN_SECONDS)
        return lambda: attendance.sweep(here)

    for _ in everywhere(here, begin):
        there.store.engine.command("DEL", keys.sweeper())
        sweep_all(there)
        assert_nobody(there)


def between(monkeypatch, begin, happening):
    """Has something happen before each step of what begins, one after the other; until there is none."""
    exchange = Engine._exchange
    for at in count():
        trips, happened = count(), []
        act, cross = begin(), happening

        def exchanging(engine, *arguments, at=at, trips=trips, happened=happened, cross=cross):
            if next(trips) == at:
                happened.append(True)
                monkeypatch.undo()
                cross()
            return exchange(engine, *arguments)

        monkeypatch.setattr(Engine, "_exchange", exchanging)
        act()
        monkeypatch.undo()
        yield
        if not happened:
            assert at > 1
            return


class Scene:
    """A session that two processes serve."""

    def __init__(self, open_ctx):
        self.here, self.there = open_ctx("first"), open_ctx("second")
        self.one = None

    def furnish(self, act, *, is_there):
        self.one = furnish(self.here)
        if is_there:
            self.one.come(*ROOMS)
            self.here.clock.pass_seconds(121)
        return act

    def come_there(self):
        attendance.come(self.there, self.one.session, ROOMS)


@pytest.fixture
def scene(open_ctx):
    return Scene(open_ctx)


def test_who_comes_while_it_is_let_go_is_there(scene, monkeypatch):
    for _ in between(
        monkeypatch,
        lambda: scene.furnish(lambda: attendance.sweep(scene.here), is_there=True),
        scene.come_there,
    ):
        if scene.one.via(scene.there).stay():
            scene.one.come(*ROOMS)
        assert places(scene.there) == [1, 1]
        sweep(scene.here, AGAIN_SECONDS)
        assert places(scene.there) == [1, 1]
        sweep_all(scene.here)
        assert_nobody(scene.here)


def test_who_comes_while_its_last_stint_is_cleared_away_is_there(scene, monkeypatch):
    def begin():
        act = scene.furnish(lambda: attendance.sweep(scene.here), is_there=True)
        attendance.sweep(scene.here)
        scene.here.clock.pass_seconds(AGAIN_SECONDS)
        return act

    for _ in between(monkeypatch, begin, scene.come_there):
        if scene.one.via(scene.there).stay():
            scene.one.come(*ROOMS)
        assert places(scene.there) == [1, 1]
        sweep_all(scene.here)
        assert_nobody(scene.here)


def test_a_session_that_ends_while_it_comes_is_nowhere(scene, monkeypatch):
    def come():
        with suppress(LingrError):
            scene.one.come(*ROOMS)

    for _ in between(
        monkeypatch,
        lambda: scene.furnish(come, is_there=False),
        lambda: scene.one.destroy(),
    ):
        if scene.here.store.engine.command("EXISTS", keys.session(scene.one.session.id)):
            scene.one.destroy()
        assert places(scene.there) == [0, 0]
        sweep_all(scene.here)
        assert_nobody(scene.here)


def test_who_is_let_go_while_it_comes_is_there_all_the_same(scene, monkeypatch):
    def let_go():
        scene.there.clock.pass_seconds(121)
        scene.there.store.engine.command("DEL", keys.sweeper())
        attendance.sweep(scene.there)

    for _ in between(
        monkeypatch, lambda: scene.furnish(lambda: scene.one.come(*ROOMS), is_there=False), let_go
    ):
        if scene.one.stay():
            scene.one.come(*ROOMS)
        assert places(scene.there) == [1, 1]
        scene.here.store.engine.command("DEL", keys.sweeper())
        sweep_all(scene.here)
        assert_nobody(scene.here)


def test_who_is_let_go_again_and_again_while_it_comes_is_told_so(scene, monkeypatch):
    scene.furnish(None, is_there=False)
    begin = type(scene.here.store.attendance).begin

    def ended(store, session_id, due, fresh_id):
        stint = begin(store, session_id, due, fresh_id)
        store.end([session_id], now=0, again=0)
        return stint

    monkeypatch.setattr(type(scene.here.store.attendance), "begin", ended)
    with pytest.raises(LingrError, match="unavailable"):
        scene.one.come(*ROOMS)
    monkeypatch.undo()
    sweep_all(scene.here)
    assert_nobody(scene.here)
