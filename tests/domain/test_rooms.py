"""Rooms: made in steps that may be cut off, described, and renewed after a loss."""

from __future__ import annotations

import pytest

from lingr.domain import exploring, presence, rooms, sessions
from lingr.domain.context import Caller
from lingr.errors import LingrError
from lingr.values import Tag
from support.people import ROOM, Person, account, nicknames, told


def info(ctx, counter=None, **options):
    given = {"id": ROOM, "user_messages_only": False, "password": None, **options}
    return rooms.info(ctx, Caller(api_key="k"), counter=counter, **given)


def test_a_room_as_it_was_wanted(ctx):
    made = rooms.create(
        ctx,
        id="night",
        name=" Night \n owls ",
        description="line\nline\x00",
        timezone="Tokyo",
        tags='jazz "Late Night"',
    )
    assert (made.id, made.name, made.description) == ("night", "Night owls", "line\nline")
    assert made.tags == (Tag("jazz", "jazz"), Tag("latenight", "Late Night"))
    assert (made.counter, made.max_user_message_id, made.requires_password) == (0, 0, False)
    assert rooms.find(ctx, "night") == made


def test_a_room_without_a_wish_gets_an_id(ctx):
    first, second = rooms.create(ctx, name="One"), rooms.create(ctx, name="Two")
    assert first.id != second.id
    assert len(first.id) == 11


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("id", "no spaces", "invalid_parameter: .*id"),
        ("id", "x" * 33, "invalid_parameter: .*id"),
        ("id", "Create", "id_unavailable"),
        ("name", " ", "name"),
        ("name", "x" * 101, "name"),
        ("description", "x" * 1001, "description"),
        ("password", "x" * 101, "password"),
        ("timezone", "Middle Earth", "timezone"),
        ("tags", " ".join(map(str, range(21))), "tags"),
        ("tags", "x" * 51, "tags"),
    ],
)
def test_rooms_that_cannot_be_made(ctx, field, value, refusal):
    with pytest.raises(LingrError, match=refusal):
        rooms.create(ctx, **{"name": "Lobby", field: value})
    assert ctx.store.engine.command("DBSIZE") == 0


def test_a_taken_id_costs_its_owner_nothing(ctx, lobby):
    for _ in range(rooms.MOST_ROOMS + 1):
        with pytest.raises(LingrError, match="id_unavailable"):
            rooms.create(ctx, id=ROOM, name="Mine", owner_id="ann")
    assert rooms.create(ctx, id="mine", name="Mine", owner_id="ann").owner_id == "ann"
    assert rooms.find(ctx, ROOM).owner_id is None


def test_ones_own_room_taken_again_stays_ones_own(ctx):
    rooms.create(ctx, id="mine", name="Mine", owner_id="ann")
    with pytest.raises(LingrError, match="id_unavailable"):
        rooms.create(ctx, id="mine", name="Mine", owner_id="ann")
    assert not ctx.store.rooms.reserve("ann", "mine", rooms.MOST_ROOMS)


def test_an_owner_may_have_two_hundred(ctx):
    for number in range(200):
        ctx.store.rooms.reserve("ann", f"r{number}", 200)
    with pytest.raises(LingrError, match="too_many_rooms"):
        rooms.create(ctx, id="one-more", name="One more", owner_id="ann")
    with pytest.raises(LingrError, match="invalid_room"):
        rooms.find(ctx, "one-more")
    assert exploring.new_rooms(ctx, 10) == ()


@pytest.mark.parametrize(("part", "step"), [("directory", "note"), ("rooms", "create")])
def test_a_room_cut_off_while_being_made_can_be_made_again(ctx, monkeypatch, part, step):
    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(getattr(ctx.store, part)), step, die)
    with pytest.raises(KeyboardInterrupt):
        rooms.create(ctx, id="mine", name="Mine", owner_id="ann")
    monkeypatch.undo()
    assert exploring.new_rooms(ctx, 10) == ()
    made = rooms.create(ctx, id="mine", name="Mine", owner_id="ann")
    assert exploring.new_rooms(ctx, 10) == (made,)


def test_a_room_whose_making_went_unanswered_keeps_its_owner(ctx, monkeypatch):
    """The engine may have made the room and died before it said so."""
    create = type(ctx.store.rooms).create

    def unanswered(self, *arguments):
        create(self, *arguments)
        raise LingrError("unavailable")

    monkeypatch.setattr(type(ctx.store.rooms), "create", unanswered)
    with pytest.raises(LingrError, match="unavailable"):
        rooms.create(ctx, id="mine", name="Mine", owner_id="ann")
    monkeypatch.undo()
    assert rooms.find(ctx, "mine").owner_id == "ann"
    assert not ctx.store.rooms.reserve("ann", "mine", rooms.MOST_ROOMS)


def test_a_user_makes_rooms_of_its_own(ctx):
    user = account(ctx, "ann")
    ann = Person(ctx)
    wanted = {
        "name": "Mine",
        "id": None,
        "description": "",
        "password": "sesame",
        "listed_in_directory": False,
        "timezone": "",
        "tags": "",
        "image": None,
    }
    with pytest.raises(LingrError, match="not_logged_in"):
        rooms.create_own(ctx, ann.caller, **wanted)
    sessions.login(ctx, ann.caller, email="ann", password="secret")
    made = rooms.create_own(ctx, ann.caller, **wanted)
    assert (made.owner_id, made.requires_password, made.listed) == (user.id, True, False)
    assert made.timezone == rooms.DEFAULT
    assert exploring.new_rooms(ctx, 10) == ()


def test_what_is_told_of_a_room(ctx, person):
    ann, bob = person("Ann"), person("Bob")
    ann.say("hello")
    ann.say("psst", to=bob.occupant_id)
    told_of = info(ctx)
    assert told_of.messages is None
    assert [one.nickname for one in told_of.occupants] == ["Ann", "Bob"]
    # The documents include the counter itself here, and nobody's private words.
    assert [one.id for one in info(ctx, 2).messages] == [2, 3]
    assert [one.id for one in info(ctx, 0).messages] == [1, 2, 3]
    assert [one.text for one in info(ctx, 0, user_messages_only=True).messages] == ["hello"]
    assert [one.text for one in info(ctx, -1).messages] == ["hello"]


def test_never_more_than_fifty_messages_are_told(ctx, person):
    ann = person("Ann")
    for number in range(60):
        ann.say(f"{number}")
    assert [one.id for one in info(ctx, 1).messages] == list(range(1, 51))
    assert [one.id for one in info(ctx, -99).messages] == list(range(12, 62))


def test_what_is_told_of_a_room_is_limited_whatever_is_asked(open_ctx, lobby):
    ctx = open_ctx(rate_limits=True)
    info(ctx, 1)
    with pytest.raises(LingrError, match="rate_limited"):
        info(ctx, 2)


def test_a_restored_older_data_set_voids_tickets_and_gives_no_number_twice(
    open_ctx, person, listen_to, engine
):
    one, two = open_ctx("one"), open_ctx("two")
    ann = person("Ann").via(one)
    ears = listen_to(one.store)
    ears.follow(ROOM)
    one.store.rooms.state(ROOM)
    older = {key: engine.command("DUMP", key) for key in engine.command("KEYS", "*")}
    for number in range(5):
        ann.say(f"{number}")
    ears.listen()

    engine.command("FLUSHALL")
    for key, dump in older.items():
        engine.command("RESTORE", key, 0 if b"room:" in key else 600_000, dump)
    known = one.store.mirror.lose()
    assert known == {ROOM: 6}
    rooms.renew(one, known)
    rooms.renew(two, {ROOM: 4})

    for process in (one, two):
        for act in (lambda: ann.observe(6), lambda: ann.say("x"), lambda: ann.get_messages(0)):
            ann.via(process)
            with pytest.raises(LingrError, match="invalid_ticket"):
                act()
    # The session is known to the older data set, but what it held there is void.
    ann.enter("Ann", idempotent=True)
    assert ann.counter == 7
    assert ann.say("after").message.id == 8
    assert told(one) == [
        "Ann has joined the conversation",
        "Ann has joined the conversation",
        "after",
    ]


def test_occupants_of_before_the_loss_leave_like_the_silent(ctx, clock, person):
    person("Ann")
    rooms.renew(ctx, {ROOM: 9})
    clock.pass_seconds(121)
    assert presence.sweep(ctx) == 1
    assert nicknames(ctx) == []
    assert told(ctx)[-1] == "Ann has left the conversation"


def test_rooms_that_lost_nothing_and_rooms_that_are_gone_are_left_alone(ctx, person):
    ann = person("Ann")
    rooms.renew(ctx, {ROOM: 1, "gone": 5})
    assert ann.say("still here").message.id == 2
    with pytest.raises(LingrError, match="invalid_room"):
        rooms.find(ctx, "gone")
