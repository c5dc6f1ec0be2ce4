"""Rooms to files and back, byte for byte; and files that no room is made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest

from lingr.domain import changing, icons, members, presence, retention, rooms, transfer
from lingr.domain.context import Caller, Context
from lingr.domain.room_file import NUMBER, TIME, BadFile
from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.retention import Kept
from lingr.timezones import stamp
from lingr.values import Room
from support import photos
from support.people import ROOM, Person, account

MANY = 50_000


def written(ctx: Context, room_id: str = ROOM) -> bytes:
    return b"".join(transfer.carry_out(ctx, room_id))


def lines(file: bytes) -> Iterator[bytes]:
    return iter(file.splitlines(keepends=True))


def head(file: bytes) -> Any:
    return json.loads(file.partition(b"\n")[0])


def everything(ctx: Context) -> dict[bytes, Any]:
    """All that the engine holds, but for what the people in the lobby do to live."""
    engine = ctx.store.engine
    return {name: engine.command("DUMP", name) for name in sorted(engine.command("KEYS", "*"))}


def fill(ctx: Context, room_id: str, events: int) -> None:
    """Has an empty room hold so many events."""
    room = keys.room(room_id)
    for first in range(1, events + 1, 1000):
        ctx.store.engine.commands(
            [
                ("XADD", room.log, f"{number}-0", "event", event(number))
                for number in range(first, min(first + 1000, events + 1))
            ]
        )
    ctx.store.engine.command("HSET", room.room, "counter", events, "max_user_message_id", events)


def event(number: int) -> bytes:
    told = {"id": number, "type": "user", "timestamp": number, "text": f"{number} こんにちは 😀"}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.fixture
def talk(ctx: Context, person: Callable[..., Person]) -> bytes:
    """The file of a lobby in which all kinds of things have been said."""
    ann, bob = person("アリス🐰"), person("bob")
    for text in ('こんにちは 😀 / \\ "quoted" </script>', "two\nlines\u2028or three", "x" * 1000):
        ann.say(text)
    ann.say("秘密", to=bob.occupant_id)
    bob.rename("Robō")
    bob.exit()
    return written(ctx)


def test_a_room_is_carried_byte_for_byte(ctx: Context, talk: bytes) -> None:
    made = transfer.carry_in(ctx, lines(talk), "twin")
    assert made.public_id == "twin"
    assert written(ctx, "twin") == talk.replace(b'"id":"lobby"', b'"id":"twin"')
    assert made.counter == head(talk)["counter"] == head(talk)["events"] == 8
    kept = ctx.store.log.after(ROOM, 0, 50)
    assert ctx.store.log.after(made.id, 0, 50) == kept
    assert [one.type for one in kept].count("private") == 1


def test_lines_are_what_the_log_has(ctx: Context, talk: bytes) -> None:
    entries = ctx.store.engine.command("XRANGE", keys.room(ROOM).log, "-", "+")
    assert talk.splitlines()[1:] == [fields[1] for _, fields in entries]


def test_a_room_keeps_all_its_fields(ctx: Context) -> None:
    owner = account(ctx, "ann")
    given: dict[str, Any] = {
        "name": "夜の部屋 ☕",
        "description": "お茶\n二行目",
        "tags": 'jazz "Late Night"',
        "timezone": "Tokyo",
        "password": "開けゴマ",
        "listed": False,
    }
    made = rooms.create(ctx, id="den", owner_id=owner.id, **given)
    file = written(ctx, "den")
    assert head(file)["password"] == made.password
    copy = transfer.carry_in(ctx, lines(file), "copy")
    for name in ("name", "description", "tags", "timezone", "password", "listed", "owner_id", "created"):
        assert getattr(copy, name) == getattr(made, name), name
    assert rooms.find(ctx, "copy") == copy
    asked: dict[str, Any] = {"id": "copy", "counter": None, "user_messages_only": False}
    assert rooms.info(ctx, Caller(api_key="k"), password="開けゴマ", **asked).room == copy


def test_a_room_keeps_its_icon(ctx: Context) -> None:
    made = rooms.create(ctx, id="den", name="Den", image=photos.png())
    file = written(ctx, "den")
    copy = transfer.carry_in(ctx, lines(file), "copy")
    assert copy.icon == made.icon is not None
    for size in icons.SIZES[icons.ROOM]:
        found = icons.find(ctx, icons.ROOM, copy.id, copy.icon, size)
        assert found == icons.find(ctx, icons.ROOM, made.id, made.icon, size) is not None
    assert written(ctx, "copy") == file.replace(b'"id":"den"', b'"id":"copy"')


def test_a_room_keeps_how_long_it_keeps_its_log(ctx: Context, lobby: Room) -> None:
    retention.keep(ctx, ROOM, events=50, days=7)
    copy = transfer.carry_in(ctx, lines(written(ctx)), "twin")
    assert ctx.store.retention.kept([copy.id]) == [Kept(50, 7)]
    assert copy.id in ctx.store.retention.with_rules()


def test_what_was_said_in_a_room_is_found_where_it_was_brought(ctx: Context, talk: bytes) -> None:
    made = transfer.carry_in(ctx, lines(talk), "twin")
    presence.sweep(ctx)
    known = ctx.store.index.look(made.id).known
    assert known is not None
    assert known.cursor == made.counter
    assert made.id not in ctx.store.presence.due(ctx.clock() + 1_000_000, 10)


def test_a_room_is_carried_to_an_id_that_another_has_left(ctx: Context, talk: bytes) -> None:
    other = rooms.create(ctx, id="twin", name="Twin")
    ctx.store.changes.delete(other, "a deletion", 60_000)
    made = transfer.carry_in(ctx, lines(talk), "twin")
    assert made.public_id == "twin" != made.id
    assert written(ctx, "twin") == talk.replace(b'"id":"lobby"', b'"id":"twin"')


def test_a_room_that_has_moved_goes_by_its_new_id_and_leaves_room_for_another(
    ctx: Context, talk: bytes
) -> None:
    changing.change(ctx, rooms.find(ctx, ROOM), new_id="salon")
    file = written(ctx, "salon")
    assert file == talk.replace(b'"id":"lobby"', b'"id":"salon"')
    with pytest.raises(LingrError, match="invalid_room"):
        written(ctx)
    made = transfer.carry_in(ctx, lines(talk))
    assert made.public_id == ROOM != made.id
    assert (written(ctx), written(ctx, "salon")) == (talk, file)


def test_every_field_of_a_rooms_hash_is_carried_or_belongs_to_the_present(
    ctx: Context, lobby: Room, person: Callable[..., Person]
) -> None:
    person("ann").say("hello")
    present = {"epoch", "roster", "chatters", "observers", "places"}
    passing = {"moved_to", "moving", "moved_by", "repeated"}
    fields = ctx.store.transfers.snapshot(lobby.id).fields.keys()
    assert fields - present - passing <= head(written(ctx)).keys()


def test_members_are_carried(ctx: Context, engine: Engine) -> None:
    users = [account(ctx, name) for name in ("ann", "bob", "cleo")]
    den = rooms.create(ctx, id="den", name="Den", members_only=True, owner_id=users[0].id)
    for user in users[1:]:
        members.add(ctx, den, user, owner=user.username == "cleo")
    file = written(ctx, "den")
    changing.delete(ctx, den)
    made = transfer.carry_in(ctx, lines(file))
    assert written(ctx, "den") == file
    assert made.members_only
    found = [(one.username, one.is_owner) for one in members.of(ctx, made)]
    assert sorted(found) == [("ann", True), ("bob", False), ("cleo", True)]
    for user in users:
        assert [room.id for room in ctx.store.members.rooms_of(user.id)] == ["den"]
    changing.delete(ctx, made)
    assert not engine.command("EXISTS", *(keys.user(user.id).joined for user in users))


def test_many_members_are_carried(ctx: Context) -> None:
    den = rooms.create(ctx, id="den", name="Den")
    many = [
        part for number in range(9000) for part in (f"user{number}", b'{"owner":false,"since":1,"seen":2}')
    ]
    ctx.store.engine.command("HSET", keys.room("den").members, *many)
    file = written(ctx, "den")
    changing.delete(ctx, den)
    transfer.carry_in(ctx, lines(file))
    assert written(ctx, "den") == file


def test_who_is_in_the_room_stays_behind(ctx: Context, talk: bytes, person: Callable[..., Person]) -> None:
    copy = transfer.carry_in(ctx, lines(talk), "twin")
    assert (copy.chatter_count, copy.observer_count) == (0, 0)
    assert ctx.store.rooms.roster(copy.id) == ()
    assert b"a-r-" not in talk


def test_talk_goes_on_in_a_room_that_was_brought(
    ctx: Context, talk: bytes, person: Callable[..., Person]
) -> None:
    transfer.carry_in(ctx, lines(talk), "twin")
    carol = person().enter("carol", id="twin")
    said = carol.say("hello")
    assert (said.message.id, carol.counter) == (10, 9)
    news = carol.get_messages(0)
    assert [one.id for one in news.messages] == [1, 2, 3, 4, 5, 7, 8, 9, 10]


def test_an_empty_room_is_carried(ctx: Context, lobby: Room) -> None:
    file = written(ctx)
    assert file.count(b"\n") == 1
    transfer.carry_in(ctx, lines(file), "twin")
    assert written(ctx, "twin") == file.replace(b'"id":"lobby"', b'"id":"twin"')


def test_a_room_whose_log_begins_late_and_has_gaps_is_carried(ctx: Context, lobby: Room) -> None:
    fill(ctx, ROOM, 20)
    ctx.store.engine.command("XDEL", keys.room(ROOM).log, "1-0", "2-0", "7-0", "20-0")
    file = written(ctx)
    assert (head(file)["events"], head(file)["counter"]) == (16, 20)
    made = transfer.carry_in(ctx, lines(file), "twin")
    assert [one.id for one in ctx.store.log.after(made.id, 0, 50)][:5] == [3, 4, 5, 6, 8]


def test_fifty_thousand_events_are_carried_a_few_at_a_time(ctx: Context, lobby: Room) -> None:
    fill(ctx, ROOM, MANY)
    held = 0

    def passing() -> Iterator[bytes]:
        nonlocal held
        for part in transfer.carry_out(ctx, ROOM):
            held = max(held, len(part))
            yield from lines(part)

    transfer.carry_in(ctx, passing(), "twin")
    assert held < 200_000
    assert written(ctx, "twin") == written(ctx).replace(b'"id":"lobby"', b'"id":"twin"')


def test_a_file_has_the_room_as_it_was_when_it_began(ctx: Context, person: Callable[..., Person]) -> None:
    ann = person("ann")
    for number in range(2, 1200):
        ann.say(str(number))
    reading = transfer.carry_out(ctx, ROOM)
    began = next(reading)
    ann.say("later")
    rest = b"".join(reading)
    assert json.loads(began)["counter"] == rest.count(b"\n") == 1199
    assert b"later" not in rest
    transfer.carry_in(ctx, lines(began + rest), "twin")


def test_a_log_that_is_cut_while_it_is_read_is_no_file(ctx: Context, lobby: Room) -> None:
    fill(ctx, ROOM, 3000)
    reading = transfer.carry_out(ctx, ROOM)
    list(islice(reading, 2))
    ctx.store.engine.command("XTRIM", keys.room(ROOM).log, "MINID", "2000-0")
    with pytest.raises(transfer.Overtaken):
        list(reading)


def test_a_room_that_is_not_there_has_no_file(ctx: Context) -> None:
    for room_id in ("none", "", "a/b", "あ"):
        with pytest.raises(LingrError, match="invalid_room"):
            written(ctx, room_id)


def test_an_id_that_is_taken_stays_as_it_is(ctx: Context, talk: bytes) -> None:
    before = everything(ctx)
    for room_id in (None, ROOM):
        with pytest.raises(LingrError, match="id_unavailable"):
            transfer.carry_in(ctx, lines(talk), room_id)
    assert everything(ctx) == before


@pytest.mark.parametrize(
    ("room_id", "error"),
    [("new", "id_unavailable"), ("a/b", "invalid_parameter"), ("あ", "invalid_parameter")],
)
def test_an_id_that_no_room_may_have_is_refused(ctx: Context, talk: bytes, room_id: str, error: str) -> None:
    with pytest.raises(LingrError, match=error):
        transfer.carry_in(ctx, lines(talk), room_id)


@pytest.mark.parametrize("cut", ["a line", "half a line", "everything", "the head"])
def test_nothing_is_left_of_a_file_that_breaks_off(ctx: Context, lobby: Room, cut: str) -> None:
    fill(ctx, ROOM, 1700)
    file, before = written(ctx), everything(ctx)
    last = file.rstrip(b"\n").rindex(b"\n")
    broken = {
        "a line": file[: last + 1],
        "half a line": file[: last + 20],
        "everything": file.partition(b"\n")[0] + b"\n",
        "the head": file[:20],
    }[cut]
    line = {"a line": 1701, "half a line": 1701, "everything": 2, "the head": 1}[cut]
    with pytest.raises(BadFile, match=rf"^line {line}: "):
        transfer.carry_in(ctx, lines(broken), "twin")
    assert everything(ctx) == before


def test_nothing_is_seen_of_a_room_before_all_of_it_is_there(ctx: Context, lobby: Room) -> None:
    fill(ctx, ROOM, 3000)
    seen = []

    def watched(file: bytes) -> Iterator[bytes]:
        for number, line in enumerate(lines(file)):
            if number % 700 == 0:
                seen.append(ctx.store.rooms.find("twin"))
                seen.append(ctx.store.log.after("twin", 0, 1) or None)
            yield line

    transfer.carry_in(ctx, watched(written(ctx)), "twin")
    assert seen == [None] * 10
    assert ctx.store.rooms.find("twin") is not None


def test_who_makes_the_room_meanwhile_keeps_it(ctx: Context, lobby: Room) -> None:
    fill(ctx, ROOM, 1200)

    def raced(file: bytes) -> Iterator[bytes]:
        for number, line in enumerate(lines(file)):
            if number == 1100:
                rooms.create(ctx, id="twin", name="Somebody else's")
            yield line

    with pytest.raises(LingrError, match="id_unavailable"):
        transfer.carry_in(ctx, raced(written(ctx)), "twin")
    assert rooms.find(ctx, "twin").name == "Somebody else's"
    assert ctx.store.log.after("twin", 0, 5) == ()


def test_an_owner_of_too_many_rooms_is_given_no_more(ctx: Context) -> None:
    owner = account(ctx, "ann")
    rooms.create(ctx, id="den", name="Den", owner_id=owner.id)
    file = written(ctx, "den")
    for number in range(rooms.MOST_ROOMS - 1):
        ctx.store.rooms.reserve(owner.id, f"r{number}", rooms.MOST_ROOMS)
    before = everything(ctx)
    with pytest.raises(LingrError, match="too_many_rooms"):
        transfer.carry_in(ctx, lines(file), "twin")
    assert everything(ctx) == before


def test_where_numbers_are_greatest_talk_goes_on(ctx: Context, talk: bytes) -> None:
    first, _, _ = talk.partition(b"\n")
    greatest = {**json.loads(first), "counter": NUMBER - 1, "events": 1, "created": TIME - 1}
    told = {"id": NUMBER - 1, "type": "user", "timestamp": TIME - 1, "text": "late"}
    file = [json.dumps(one, separators=(",", ":")).encode() + b"\n" for one in (greatest, told)]
    transfer.carry_in(ctx, iter(file), "twin")
    carol = Person(ctx).enter("carol", id="twin")
    assert carol.say("later").message.id == NUMBER + 1
    assert carol.texts(0) == ["late", "carol has joined the conversation", "later"]
    assert stamp(TIME - 1, "Tokyo").startswith("999")
