"""Rooms changed, moved and deleted: at once, whole, and with nothing left behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lingr.domain import changing, observing, presence, rooms, settling
from lingr.domain.context import Caller
from lingr.errors import LingrError
from lingr.files import open_files
from lingr.store import keys
from lingr.values import News, Tag
from support import photos
from support.people import ROOM, Person, account, nicknames, texts, told

MINUTES = 60


@pytest.fixture
def owned(ctx):
    """A room with everything set, and its owner as a caller."""
    room = rooms.create(
        ctx,
        id="night",
        name="Night",
        description="夜",
        password="sesame",
        timezone="Tokyo",
        tags="jazz",
        owner_id="ann",
    )
    person = Person(ctx)
    ctx.store.sessions.login(person.session.id, "ann", "", None)
    return room, person


def own(ctx, person, **fields):
    absent = dict.fromkeys(
        ("new_id", "name", "description", "password", "listed_in_directory", "timezone", "tags", "image")
    )
    return changing.change_own(ctx, person.caller, **{**absent, "id": "night", **fields})


def settings_of(room):
    return room.name, room.description, room.password, room.listed, room.timezone, room.tags


def names_of(ctx):
    return sorted(raw.decode() for raw in ctx.store.engine.command("KEYS", "*"))


def traces(ctx, *ids):
    """Keys that have one of the ids in their name or, as a word, in what they hold."""
    ctx.store.sessions.flush()
    found = []
    for name in names_of(ctx):
        kind = ctx.store.engine.command("TYPE", name).decode()
        read = {
            "string": ("GET", name),
            "hash": ("HGETALL", name),
            "set": ("SMEMBERS", name),
            "zset": ("ZRANGE", name, 0, -1),
            "list": ("LRANGE", name, 0, -1),
            "stream": ("XRANGE", name, "-", "+"),
        }[kind]
        content = repr(ctx.store.engine.command(*read))
        found += [name for one in ids if one in name or one in content]
    return found


def test_what_is_absent_stays_as_it_is(ctx, owned):
    room, ann = owned
    assert own(ctx, ann) == room
    assert settings_of(own(ctx, ann, name=" Day \n time ")) == ("Day time", *settings_of(room)[1:])
    changed = own(ctx, ann, description="", tags='"Late Night"', listed_in_directory=False)
    assert (changed.description, changed.tags, changed.listed) == (
        "",
        (Tag("latenight", "Late Night"),),
        False,
    )
    assert (changed.name, changed.password, changed.timezone) == ("Day time", room.password, "Tokyo")
    assert own(ctx, ann, timezone="London").timezone == "London"
    assert rooms.find(ctx, "night").timezone == "London"
    assert own(ctx, ann, tags="").tags == ()


def test_an_empty_password_takes_it_away_and_another_one_is_asked_for(ctx, owned):
    _, ann = owned
    assert own(ctx, ann, name="Still closed").requires_password
    assert not own(ctx, ann, password="").requires_password
    ann.enter("Ann", id="night")
    own(ctx, ann, password="open")
    bob = Person(ctx)
    with pytest.raises(LingrError, match="room_password_required"):
        bob.enter("Bob", id="night")
    bob.enter("Bob", id="night", password="open")


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("new_id", "a/b", "invalid_parameter: .*new_id"),
        ("new_id", "夜", "invalid_parameter: .*new_id"),
        ("new_id", "x" * 33, "invalid_parameter: .*new_id"),
        ("new_id", "Search", "id_unavailable"),
        ("new_id", ROOM, "id_unavailable"),
        ("name", "", "invalid_parameter: .*name"),
        ("name", " \u3000\u200b"[:2], "invalid_parameter: .*name"),
        ("description", "x" * 1001, "invalid_parameter: .*description"),
        ("password", "x" * 101, "invalid_parameter: .*password"),
        ("timezone", "", "invalid_parameter: .*timezone"),
        ("timezone", "Middle Earth", "invalid_parameter: .*timezone"),
        ("tags", "x" * 10_000, "invalid_parameter: .*tags"),
        ("image", b"no picture", "invalid_image"),
    ],
)
def test_what_cannot_be_set_changes_nothing_else(ctx, owned, lobby, field, value, refusal):
    room, ann = owned
    wanted = {"name": "Another", "new_id": "another", "tags": "other", field: value}
    with pytest.raises(LingrError, match=refusal):
        own(ctx, ann, **wanted)
    assert rooms.find(ctx, "night") == room
    assert ctx.store.changes.unsettled() == []
    assert rooms.create(ctx, id="another", name="It is free").public_id == "another"


def test_only_the_owner_may(ctx, owned, lobby):
    room, ann = owned
    bob = Person(ctx)
    with pytest.raises(LingrError, match="not_logged_in"):
        own(ctx, bob, name="Mine")
    ctx.store.sessions.login(bob.session.id, "bob", "", None)
    for caller in (bob.caller,):
        with pytest.raises(LingrError, match="insufficient_permissions"):
            changing.delete_own(ctx, caller, id="night")
        with pytest.raises(LingrError, match="insufficient_permissions"):
            own(ctx, bob, name="Mine")
    with pytest.raises(LingrError, match="insufficient_permissions"):
        own(ctx, ann, id=ROOM, name="Nobody's is not mine")
    for unknown in ("nowhere", "a/b", "夜", "", "x" * 10_000):
        with pytest.raises(LingrError, match="invalid_room"):
            own(ctx, ann, id=unknown)
        with pytest.raises(LingrError, match="invalid_room"):
            changing.delete_own(ctx, ann.caller, id=unknown)
    assert rooms.find(ctx, "night") == room


def test_a_room_moves_with_all_that_is_in_it(ctx, person, listen):
    ann, bob = person("Ann"), person("Bob")
    ann.say("before", request_id="once")
    moved = changing.change(ctx, rooms.find(ctx, ROOM), new_id="salon")
    assert moved.public_id == "salon"
    for act in (lambda: Person(ctx).enter(id=ROOM), lambda: rooms.find(ctx, ROOM)):
        with pytest.raises(LingrError, match="invalid_room"):
            act()
    listen()
    bob.say("after")
    listen()
    assert ann.texts()[-2:] == ["before", "after"]
    assert ann.say("before", request_id="once").message.id < bob.say("more").message.id
    eve = Person(ctx).enter("Eve", id="salon")
    listen()
    assert nicknames(ctx) == ["Ann", "Bob", "Eve"]
    assert eve.say("hi").message.id == rooms.find(ctx, "salon").counter
    assert "hi" in texts(bob.observe(0))
    ann.exit()
    listen()
    ticket = eve.ticket
    again = eve.enter("Eve", id="salon", idempotent=True)
    assert nicknames(ctx) == ["Bob", "Eve"]
    assert again.ticket == ticket


def test_a_moved_room_is_described_under_its_new_id_alone(ctx, lobby):
    def info(room_id):
        return rooms.info(
            ctx, Caller(api_key="k"), id=room_id, counter=0, user_messages_only=False, password=None
        )

    ann = Person(ctx).enter("Ann")
    ann.say("hello")
    changing.change(ctx, lobby, new_id="salon")
    found = info("salon")
    assert (found.room.public_id, texts(found)) == ("salon", ["Ann has joined the conversation", "hello"])
    with pytest.raises(LingrError, match="invalid_room"):
        info(ROOM)


def test_an_id_that_was_left_is_for_anybody(ctx, lobby):
    ann = Person(ctx).enter("Ann")
    salon = changing.change(ctx, lobby, new_id="salon")
    other = rooms.create(ctx, id=ROOM, name="Another", owner_id="bob")
    assert other.public_id == ROOM
    bob = Person(ctx).enter("Bob", id=ROOM)
    bob.say("there")
    ann.say("here")
    assert "here" not in told(ctx, other.id)
    assert "there" not in told(ctx, salon.id)
    for taken in (ROOM, "salon"):
        with pytest.raises(LingrError, match="id_unavailable"):
            rooms.create(ctx, id=taken, name="Third")
    with pytest.raises(LingrError, match="id_unavailable"):
        changing.change(ctx, salon, new_id=ROOM)
    changing.change(ctx, rooms.find(ctx, ROOM), new_id="elsewhere")
    home = changing.change(ctx, salon, new_id=ROOM)
    assert (home.public_id, home.moved_to) == (ROOM, None)
    assert [rooms.find(ctx, one).name for one in (ROOM, "elsewhere")] == ["Lobby", "Another"]
    assert ctx.store.changes.unsettled() == []
    assert rooms.create(ctx, id="salon", name="Free again").id == "salon"


def test_a_refused_room_at_an_id_that_was_left_leaves_nothing(ctx, lobby, monkeypatch):
    changing.change(ctx, lobby, new_id="salon")
    for number in range(rooms.MOST_ROOMS):
        ctx.store.rooms.reserve("ann", f"r{number}", rooms.MOST_ROOMS)
    with pytest.raises(LingrError, match="too_many_rooms"):
        rooms.create(ctx, id=ROOM, name="One more", owner_id="ann")
    assert ctx.store.changes.unsettled() == []
    assert rooms.create(ctx, id=ROOM, name="Free").public_id == ROOM


def test_everybody_hears_of_another_time_zone_at_once(ctx, open_ctx, person, listen):
    ann = person("Ann")
    listen()
    assert isinstance(ann.observe(0), News)
    changing.change(open_ctx("second"), rooms.find(ctx, ROOM), timezone="Tokyo")
    listen()
    assert ann.observe(0).zone == "Tokyo"


def test_those_who_wait_are_told_that_settings_changed(ctx, person, listen):
    ann = person("Ann")
    listen()
    watch = ann.observe(ann.counter)
    changing.change(ctx, rooms.find(ctx, ROOM), name="Salon")
    listen()
    news = observing.look(ctx, watch)
    assert (news.messages, [one.nickname for one in news.occupants]) == ((), ["Ann"])
    assert news.counter == ann.counter


def test_nothing_of_a_deleted_room_stays(ctx, open_ctx):
    limited = open_ctx(rate_limits=True)
    user = account(ctx, "ann")
    before = names_of(ctx)
    room = rooms.create(ctx, id="night-club", name="Night", tags="jazz blues", owner_id=user.id)
    ann, bob = (Person(limited).enter(name, id="night-club") for name in ("Ann", "Bob"))
    ctx.store.sessions.login(bob.session.id, user.id, "", None)
    ann.say("hello", request_id="once")
    bob.get_messages(0)
    rooms.info(
        limited, Caller(api_key="k"), id="night-club", counter=0, user_messages_only=False, password=None
    )
    changing.change(ctx, room, new_id="day-club", description="x")
    assert traces(limited, "night-club")
    changing.delete(limited, rooms.find(ctx, "day-club"))
    for person in (ann, bob):
        with pytest.raises(LingrError, match="invalid_ticket"):
            person.observe(0)
    assert traces(limited, "night-club", "day-club") == []
    left = {name for name in names_of(ctx) if name not in before and not name.startswith("lingr:session:")}
    bits = {name for name in left if name.startswith("lingr:{directory}:slice:")}
    assert sum(ctx.store.engine.command("BITCOUNT", name) for name in bits) == 0
    # The user's lists have changed since, and there is room for another one in the directory.
    assert left - bits == {keys.user(user.id)[0], keys.directory_vacant()}


def test_what_is_left_in_a_large_data_set_is_erased_later(ctx, monkeypatch):
    monkeypatch.setattr(settling, "FEW_KEYS", 0)
    rooms.create(ctx, id="night-club", name="Night")
    ann = Person(ctx).enter("Ann", id="night-club")
    ann.say("hello", request_id="once")
    changing.delete(ctx, rooms.find(ctx, "night-club"))
    assert any(":said:" in name for name in traces(ctx, "night-club"))
    again = rooms.create(ctx, id="night-club", name="Another")
    bob = Person(ctx).enter("Bob", id="night-club")
    bob.session = ann.session
    assert settling.mend(ctx) == 1
    assert [name for name in names_of(ctx) if ":said:" in name] == []
    assert rooms.find(ctx, "night-club") == rooms.find(ctx, again.public_id)
    assert settling.mend(ctx) == 0


def test_of_all_processes_one_erases_what_is_left(ctx, open_ctx, monkeypatch):
    monkeypatch.setattr(settling, "FEW_KEYS", 0)
    Person(ctx).enter("Ann", id=rooms.create(ctx, id="night-club", name="Night").id).say("x", request_id="a")
    presence.sweep(ctx)
    changing.delete(ctx, rooms.find(ctx, "night-club"))
    settling.mend(open_ctx("second"))
    assert any(":said:" in name for name in names_of(ctx))
    settling.mend(ctx)
    assert traces(ctx, "night-club") == ctx.store.changes.unsettled() == []


def test_a_room_made_anew_is_fresh_to_those_who_followed_the_former_one(ctx, ears):
    room = rooms.create(ctx, id="night", name="Night")
    ears.follow(room.id)
    ann = Person(ctx).enter("Ann", id="night")
    for number in range(5):
        ann.say(f"{number}")
        ears.listen()
    ann.texts(0)
    changing.delete(ctx, room)
    ears.listen()
    ctx.clock.pass_seconds(1)
    again = rooms.create(ctx, id="night", name="Night")
    assert (again.id, again.counter) == (room.id, 0)
    bob = Person(ctx).enter("Bob", id="night")
    ears.listen()
    assert bob.texts(0) == ["Bob has joined the conversation"]
    bob.say("new")
    ears.listen()
    assert bob.texts() == ["new"]
    assert ctx.store.rooms.state("night").counter == 2
    assert nicknames(ctx, "night") == ["Bob"]


def test_what_was_read_before_a_room_ended_is_not_taken_for_the_next_one(ctx, ears):
    room = rooms.create(ctx, id="night", name="Night")
    ears.follow(room.id)
    Person(ctx).enter("Ann", id="night").say("hello")
    ears.listen()
    former = ctx.store.mirror.rooms["night"]
    state = ctx.store.rooms.state("night")
    changing.delete(ctx, room)
    ears.listen()
    former.learn(state)
    assert ctx.store.mirror.state("night") is None
    with pytest.raises(LingrError, match="invalid_room"):
        ctx.store.rooms.state("night")


def test_a_deleted_room_frees_a_place_of_its_owner(ctx):
    for number in range(rooms.MOST_ROOMS):
        ctx.store.rooms.reserve("ann", f"r{number}", rooms.MOST_ROOMS)
    ctx.store.rooms.release("ann", "r0")
    room = rooms.create(ctx, name="Last", owner_id="ann")
    with pytest.raises(LingrError, match="too_many_rooms"):
        rooms.create(ctx, name="One more", owner_id="ann")
    changing.delete(ctx, room)
    rooms.create(ctx, name="One more", owner_id="ann")


def test_an_icon_that_comes_for_a_room_deleted_meanwhile_is_not_kept(ctx, lobby, tmp_path):
    ctx = replace(ctx, files=open_files(tmp_path, None, None))
    changing.delete(ctx, lobby)
    with pytest.raises(LingrError, match="invalid_room"):
        changing.change(ctx, lobby, image=photos.png())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_of_several_icons_given_at_once_one_is_kept(ctx, lobby, tmp_path):
    ctx = replace(ctx, files=open_files(tmp_path, None, None))

    def versions():
        return {path.parent.name for path in (tmp_path / "room").rglob("*.png")}

    # Each of them has read the room as it was before all others.
    changed = [changing.change(ctx, lobby, image=photos.png()) for _ in range(8)]
    assert versions() == {changed[-1].icon} == {rooms.find(ctx, ROOM).icon}
    assert ctx.store.changes.former_icons(lobby.id) == []
    for image in (photos.png(), b""):
        changing.change(ctx, lobby, image=image)
    assert versions() == set()


def test_an_icon_that_is_replaced_before_its_change_has_ended_is_not_kept(ctx, lobby, tmp_path, monkeypatch):
    ctx = replace(ctx, files=open_files(tmp_path, None, None))
    settle, changed = settling.changed, []

    def later(*arguments):
        monkeypatch.setattr(settling, "changed", settle)
        changed.append(changing.change(ctx, lobby, image=photos.png()))
        settle(*arguments)

    # The first one ends before the second one has looked.
    former = ctx.store.changes.former_icons
    monkeypatch.setattr(settling, "changed", later)
    monkeypatch.setattr(
        type(ctx.store.changes), "former_icons", lambda *_: former(lobby.id) if changed else []
    )
    changing.change(ctx, lobby, image=photos.png())
    assert {path.parent.name for path in tmp_path.rglob("*.png")} == {changed[0].icon}


def test_a_room_that_was_moved_or_deleted_meanwhile_is_not_changed(ctx, lobby):
    changing.change(ctx, lobby, new_id="salon")
    for act in (lambda: changing.change(ctx, lobby, name="Late"), lambda: changing.delete(ctx, lobby)):
        with pytest.raises(LingrError, match="invalid_room"):
            act()
    salon = rooms.find(ctx, "salon")
    assert salon.name == "Lobby"
    changing.delete(ctx, salon)
    for act in (
        lambda: changing.change(ctx, salon, name="Late"),
        lambda: changing.change(ctx, salon, new_id="late"),
        lambda: changing.delete(ctx, salon),
    ):
        with pytest.raises(LingrError, match="invalid_room"):
            act()
    assert traces(ctx, "salon", "late") == []
    assert ctx.store.engine.command("EXISTS", keys.moved_here("salon"), keys.moved_here("late")) == 0
