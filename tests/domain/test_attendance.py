"""Sessions that are in rooms without tickets: they come, stay, go, and fall silent."""

from __future__ import annotations

import pytest

from lingr.domain import attendance, presence, rooms
from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.attendance import Stint
from support.attendants import Attendant, online, remains, turns
from support.people import ROOM, account, nicknames, roster, told

CAME, LEFT = "Ann has joined the conversation", "Ann has left the conversation"
AGAIN_SECONDS = attendance.AGAIN_MILLISECONDS / 1000


@pytest.fixture
def ann(ctx, lobby):
    return account(ctx, "ann", nickname="Ann", description="about me")


@pytest.fixture
def one(ctx, ann):
    return Attendant(ctx, ann)


def sweep(ctx, clock, seconds=121.0):
    clock.pass_seconds(seconds)
    presence.sweep(ctx)
    return attendance.sweep(ctx)


def test_it_is_an_occupant_as_others_are(ctx, one, ann):
    one.come()
    [occupant] = roster(ctx)
    assert (occupant.id, occupant.nickname, occupant.user_id) == (one.session.public_id, "Ann", ann.id)
    assert (occupant.username, occupant.description, occupant.client_type) == ("ann", "about me", "human")
    assert (told(ctx), turns(ctx)) == ([CAME], [("system:enter", "ann", True)])
    room = rooms.find(ctx, ROOM)
    assert (room.chatter_count, room.observer_count) == (1, 0)
    one.go()
    assert (told(ctx), nicknames(ctx)) == ([CAME, LEFT], [])
    assert rooms.find(ctx, ROOM).chatter_count == 0
    assert online(ctx) == {}


def test_to_come_again_changes_nothing(ctx, one, ears):
    one.come()
    before = rooms.find(ctx, ROOM)
    ears.follow(ROOM)
    one.come()
    assert (rooms.find(ctx, ROOM), ears.announced(), len(told(ctx))) == (before, [], 1)


def test_who_comes_again_is_described_as_it_now_is(ctx, one, ann):
    one.come()
    ctx.store.accounts.edit_user(ann.id, {"nickname": "Anne"})
    one.come()
    assert [(other.nickname, other.place) for other in roster(ctx)] == [("Anne", 1)]
    assert told(ctx) == [CAME]


def test_two_sessions_of_a_user_are_two_occupants(ctx, one, ann):
    other = Attendant(ctx, ann).come()
    one.come()
    one.go()
    assert nicknames(ctx) == ["Ann"]
    assert [online for _, _, online in turns(ctx)] == [True]
    other.go()
    assert [online for _, _, online in turns(ctx)] == [True, False]


def test_rooms_that_are_gone_are_passed_over(ctx, one):
    one.come("nowhere", ROOM, "elsewhere")
    assert nicknames(ctx) == ["Ann"]
    assert ctx.store.engine.command("EXISTS", keys.room("nowhere").occupants) == 0
    one.go("nowhere", ROOM)
    one.end("nowhere", ROOM, notice="gone")
    assert nicknames(ctx) == []


def test_in_many_rooms_at_once(ctx, clock, one):
    names = [rooms.create(ctx, id=f"room{number}", name="Room").id for number in range(120)]
    one.come(*names)
    assert {tuple(nicknames(ctx, name)) for name in names} == {("Ann",)}
    sweep(ctx, clock)
    assert {tuple(nicknames(ctx, name)) for name in names} == {()}


@pytest.mark.parametrize("notice", ["gone", "changed"])
def test_rooms_tell_of_the_session_if_asked_to(ctx, one, ears, notice):
    ears.follow(ROOM)
    one.come(notice=notice)
    one.come(notice=notice)
    one.go(notice=notice)
    one.go(notice=notice)
    one.end(ROOM, notice=notice)
    announced = ears.announced()
    assert [getattr(one_, notice) for one_ in announced] == [(one.session.id,)] * 5
    assert [one_.event and one_.event.text for one_ in announced] == [CAME, None, LEFT, None, None]
    one.come()
    one.go(notice="")
    one.go(notice="")
    assert [(one_.gone, one_.changed) for one_ in ears.announced()] == [((), ())] * 2


def test_who_falls_silent_leaves_all_rooms(ctx, clock, one):
    rooms.create(ctx, id="attic", name="Attic")
    one.come(ROOM, "attic")
    assert sweep(ctx, clock, 60) == 0
    assert not one.stay()
    assert sweep(ctx, clock, 100) == 0
    assert nicknames(ctx) == nicknames(ctx, "attic") == ["Ann"]
    assert sweep(ctx, clock, 21) == 1
    assert nicknames(ctx) == nicknames(ctx, "attic") == []
    assert [online for _, _, online in turns(ctx)] == [True, False]
    assert one.stay()
    sweep(ctx, clock, AGAIN_SECONDS)
    assert remains(ctx) == []


def test_who_was_let_go_comes_back(ctx, clock, one):
    one.come()
    sweep(ctx, clock)
    assert one.stay()
    one.come()
    assert not one.stay()
    # What is done to make sure that the former stint is over does no harm to this one.
    sweep(ctx, clock, AGAIN_SECONDS)
    assert nicknames(ctx) == ["Ann"]
    assert told(ctx) == [CAME, LEFT, CAME]


def test_where_nobody_has_a_ticket_a_room_is_still_looked_at(ctx, clock, one):
    one.come()
    for _ in range(5):
        assert not one.stay()
        sweep(ctx, clock, 100)
        assert ctx.store.engine.command("ZSCORE", keys.occupied_rooms(), ROOM) is not None
    one.go()
    sweep(ctx, clock, 121)
    assert ctx.store.engine.command("EXISTS", keys.occupied_rooms()) == 0


def test_occupants_with_and_without_tickets_do_not_matter_to_each_other(ctx, clock, one, person):
    person("Bob")
    one.come()
    clock.pass_seconds(100)
    one.stay()
    sweep(ctx, clock, 30)
    assert nicknames(ctx) == ["Ann"]
    bob = person("Bob")
    clock.pass_seconds(100)
    bob.enter(idempotent=True)
    sweep(ctx, clock, 30)
    assert nicknames(ctx) == ["Bob"]


def test_polls_that_wait_keep_their_sessions_there(open_ctx, clock, ann):
    ctx = open_ctx(ticket_seconds=80)
    ctx.store.attendance.refresh = 10_000
    one = Attendant(ctx, ann).come()
    polling = {one.session.id}
    for _ in range(30):
        clock.pass_seconds(7)
        assert attendance.flush(ctx, polling.__contains__) == []
        assert attendance.sweep(ctx) == 0
    trips = ctx.store.engine.command("ZSCORE", keys.attending(), one.session.id)
    assert float(trips) > clock() + 60_000
    polling.clear()
    for _ in range(13):
        clock.pass_seconds(7)
        attendance.flush(ctx, polling.__contains__)
        attendance.sweep(ctx)
    assert nicknames(ctx) == []


def test_to_stay_asks_the_engine_only_now_and_then(open_ctx, clock, ann, monkeypatch):
    ctx = open_ctx()
    ctx.store.attendance.refresh = 15_000
    one = Attendant(ctx, ann).come()
    asked = []
    command = type(ctx.store.engine).command

    def counting(engine, *arguments, **options):
        asked.append(arguments)
        return command(engine, *arguments, **options)

    monkeypatch.setattr(type(ctx.store.engine), "command", counting)
    for _ in range(29):
        assert not one.stay()
        clock.pass_seconds(1)
    assert asked == []
    attendance.flush(ctx, lambda session_id: False)
    assert len(asked) == 1
    clock.pass_seconds(100)
    assert not one.stay()
    assert len(asked) == 2


def test_those_that_were_let_go_meanwhile_are_told(open_ctx, clock, ann):
    here, there = open_ctx("first"), open_ctx("second")
    one = Attendant(here, ann).come()
    clock.pass_seconds(121)
    attendance.sweep(there)
    assert attendance.flush(here, lambda session_id: True) == [one.session.id]
    assert attendance.flush(here, lambda session_id: True) == []
    assert one.stay()


def test_what_cannot_be_written_down_is_kept(open_ctx, clock, ann, monkeypatch):
    ctx = open_ctx()
    one = Attendant(ctx, ann).come()
    clock.pass_seconds(100)

    def away(*_, **__):
        raise LingrError("unavailable")

    monkeypatch.setattr(type(ctx.store.engine), "_exchange", away)
    with pytest.raises(LingrError, match="unavailable"):
        attendance.flush(ctx, lambda session_id: True)
    monkeypatch.undo()
    assert attendance.flush(ctx, lambda session_id: False) == []
    assert sweep(ctx, clock, 100) == 0
    assert nicknames(ctx) == ["Ann"]
    assert one.stay() is False


def test_only_who_holds_the_lease_sweeps(open_ctx, clock, ann):
    here, there = open_ctx("first"), open_ctx("second")
    Attendant(here, ann).come()
    assert attendance.sweep(there) == 0
    clock.pass_seconds(121)
    assert attendance.sweep(here) == 0
    assert attendance.sweep(there) == 1


def test_a_session_that_ends_is_nowhere(ctx, clock, one):
    rooms.create(ctx, id="attic", name="Attic")
    one.come(ROOM, "attic")
    one.destroy()
    assert nicknames(ctx) == nicknames(ctx, "attic") == []
    with pytest.raises(LingrError, match="invalid_session"):
        one.come()
    assert nicknames(ctx) == []
    sweep(ctx, clock, AGAIN_SECONDS)
    assert remains(ctx) == []


def test_a_session_whose_time_is_up_is_nowhere(ctx, clock, one):
    one.come()
    ctx.store.engine.command("DEL", keys.session(one.session.id))
    sweep(ctx, clock)
    assert nicknames(ctx) == []
    sweep(ctx, clock, AGAIN_SECONDS)
    assert remains(ctx) == []


@pytest.mark.parametrize("fields", [{"user_id": None}, {"public_id": None}, {"user_id": "00000099999"}])
def test_only_sessions_of_users_come(ctx, one, fields):
    for name, value in fields.items():
        one.session = type(one.session)(**{**vars_of(one.session), name: value})
    with pytest.raises(LingrError, match="invalid_session"):
        one.come()
    assert remains(ctx) == []


def vars_of(session):
    return {name: getattr(session, name) for name in type(session).__slots__}


def test_the_user_s_own_lists_tell_where_it_is(ctx, clock, one, ann):
    one.come()
    profile = ctx.store.users.read(ann.id)
    found, places = ctx.store.users.rooms(ann.id, profile)
    assert [place.room_id for place in profile.occupied if place in places] == [ROOM]
    assert list(found) == [ROOM]
    one.go()
    assert ctx.store.users.read(ann.id).occupied == ()
    one.come()
    sweep(ctx, clock)
    assert ctx.store.users.read(ann.id).occupied == ()


def test_a_stint_that_is_over_harms_no_later_one(ctx, one):
    one.come()
    [former] = ctx.store.attendance.end([one.session.id], now=ctx.clock(), again=ctx.clock())
    one.come()
    ctx.store.attendance.absent(former, [ROOM], now=ctx.clock(), left="", notice="")
    assert nicknames(ctx) == ["Ann"]
    ctx.store.attendance.absent(Stint(one.session.id, ""), [ROOM], now=ctx.clock(), left="", notice="")
    assert nicknames(ctx) == []
