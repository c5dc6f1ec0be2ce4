"""What rooms show to those who do not enter: their last messages and rosters, and archives by message id."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lingr.domain import changing, favorites, members, numbering, rooms, showing
from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.records import to_json
from lingr.values import Message
from support.subscriber import Subscriber

EVENT = '{"id":%d,"type":"%s","timestamp":1,"text":"%d","nickname":"\\"type\\":\\"system:"}'


@pytest.fixture
def anna(ctx):
    return Subscriber(ctx, "anna")


@pytest.fixture
def fill(ctx):
    """Adds events to a room's log, of the type ``user`` unless a function of the number says otherwise."""

    def fill(room_id: str, many: int, kind: Callable[[int], str] = lambda number: "user") -> None:
        room = keys.room(room_id)
        at = int(ctx.store.engine.command("HGET", room.room, "counter"))
        said = ctx.store.engine.command("HGET", room.room, "max_user_message_id")
        numbers = range(at + 1, at + many + 1)
        talk = [one for one in numbers if kind(one) == "user"]
        for start in range(0, many, 5000):
            ctx.store.engine.commands(
                [
                    ("XADD", room.log, f"{one}-0", "event", EVENT % (one, kind(one), one))
                    for one in numbers[start : start + 5000]
                ]
            )
        ctx.store.engine.command(
            "HSET", room.room, "counter", at + many, "max_user_message_id", talk[-1] if talk else said
        )

    return fill


def show(who, *ids, parts=None):
    return showing.show(who.ctx, who.caller, rooms=ids, parts=parts)


def page(who, before, limit=None, room="lobby"):
    return showing.archives(who.ctx, who.caller, room=room, before=before, limit=limit)


def texts(found):
    return [one.message.text for one in found]


def test_a_room_shows_its_last_messages_oldest_first(anna, lobby):
    said = [anna.say(f"{number} & 夜 <b>") for number in range(40)]
    (shown,) = show(anna, "lobby")
    assert shown.room.public_id == "lobby"
    assert [one.id for one in shown.messages] == [one.id for one in said[10:]]
    assert [one.message for one in shown.messages] == [one.message for one in said[10:]]


def test_an_empty_room_has_nothing_to_show(anna, lobby):
    (shown,) = show(anna, "lobby")
    assert (shown.messages, shown.members, shown.bots, shown.favorites) == ((), (), (), ())
    assert page(anna, numbering.NEWEST) == ()


def test_the_roster_tells_members_and_who_is_there(ctx, anna, lobby):
    members.add(ctx, lobby, anna.user, owner=True)
    bob = Subscriber(ctx, "bob")
    members.add(ctx, lobby, bob.user)
    (shown,) = show(anna, "lobby")
    assert [(one.username, one.is_owner, one.is_online) for one in shown.members] == [
        ("anna", True, False),
        ("bob", False, False),
    ]


@pytest.mark.parametrize(
    ("parts", "messages", "roster"),
    [
        (None, True, True),
        ((), True, True),
        (("messages",), True, False),
        (("roster",), False, True),
        (("messages", "roster"), True, True),
        (("roster", "weather"), False, True),
        (("weather",), True, True),
    ],
)
def test_parts_are_chosen(anna, lobby, parts, messages, roster):
    anna.say("hello")
    (shown,) = show(anna, "lobby", parts=parts)
    assert (shown.messages is not None, shown.members is not None, shown.bots is not None) == (
        messages,
        roster,
        roster,
    )


def test_rooms_come_in_the_order_asked_for(ctx, anna, lobby):
    rooms.create(ctx, id="den", name="Den")
    anna.say("here")
    anna.say("there", "den")
    found = show(anna, "den", "lobby", "den")
    assert [(one.room.public_id, texts(one.messages)) for one in found] == [
        ("den", ["there"]),
        ("lobby", ["here"]),
    ]


def test_no_rooms_and_too_many_are_refused(anna):
    with pytest.raises(LingrError, match="missing_parameter"):
        show(anna)
    with pytest.raises(LingrError, match="invalid_parameter"):
        show(anna, *map(str, range(showing.MOST_ROOMS + 1)))


def test_rooms_that_are_not_for_everybody_are_for_their_members(ctx, anna, lobby):
    den = rooms.create(ctx, id="den", name="Den", password="sesame")
    for refused in (("nowhere",), ("den",), ("lobby", "den"), ("kana夜",)):
        with pytest.raises(LingrError, match="invalid_room"):
            show(anna, *refused)
    with pytest.raises(LingrError, match="invalid_room"):
        page(anna, 7, room="den")
    members.add(ctx, den, anna.user)
    assert show(anna, "den")[0].room.id == "den"
    assert page(anna, 7, room="den") == ()


def test_only_messages_are_shown(anna, lobby, person):
    ann = person("Ann")
    ann.say("hello")
    ann.rename("Annabel")
    ann.exit()
    members.add(anna.ctx, lobby, anna.user)
    assert texts(show(anna, "lobby")[0].messages) == ["hello"]
    assert texts(page(anna, numbering.NEWEST)) == ["hello"]


def test_whispers_are_shown_to_whom_they_concern(ctx, anna, lobby, person):
    bob = Subscriber(ctx, "bob")
    ann, bea = person("Ann"), person("Bea")
    ann.say("to Bea", to=bea.occupant_id)
    ann.say("to all")
    room = keys.room("lobby")
    whisper = Message(5, "private", 1, "to anna", occupant_id="x", to_user_id=anna.user.id)
    own = Message(6, "private", 1, "from anna", occupant_id=anna.session.public_id, to_occupant_id="y")
    for one in (whisper, own):
        ctx.store.engine.command("XADD", room.log, f"{one.id}-0", "event", to_json(one))
    ctx.store.engine.command("HSET", room.room, "counter", 6)
    assert texts(show(anna, "lobby")[0].messages) == ["to all", "to anna", "from anna"]
    assert texts(page(anna, numbering.NEWEST)) == ["to all", "to anna", "from anna"]
    assert texts(show(bob, "lobby")[0].messages) == ["to all"]
    # What she says in private is between two of those in the room, and she is another one now.
    assert texts(show(anna.again(), "lobby")[0].messages) == ["to all", "to anna"]


def test_what_others_say_in_their_own_words_is_passed_over_by_nobody(anna, lobby):
    odd = '"type":"system:leave" {"type":"presence"} "type":"membership"'
    anna.say(odd)
    assert texts(show(anna, "lobby")[0].messages) == [odd]


@pytest.mark.parametrize("apart", [9, 230])
def test_among_those_who_come_and_go_the_last_messages_are_found(anna, lobby, fill, apart):
    fill("lobby", apart * 31, lambda number: "user" if number % apart == 0 else "system:enter")
    expected = [str(one * apart) for one in range(2, 32)]
    assert texts(show(anna, "lobby")[0].messages) == expected


def test_a_crowd_after_the_last_message_hides_nothing(anna, lobby, fill):
    fill("lobby", 40)
    fill("lobby", 25_000, lambda number: "presence" if number % 2 else "system:leave")
    assert texts(show(anna, "lobby")[0].messages) == [str(one) for one in range(11, 41)]
    assert texts(page(anna, numbering.NEWEST, 2)) == ["39", "40"]


def test_a_log_in_which_hardly_anybody_speaks_is_not_read_to_its_end(anna, lobby, fill, monkeypatch):
    monkeypatch.setattr(showing, "ENOUGH_EVENTS", 6000)
    fill("lobby", 10)
    fill("lobby", 9000, lambda number: "system:enter")
    fill("lobby", 10)
    looked = []
    back = type(anna.ctx.store.log).back

    def counted(self, places, most, looked_at):
        looked.append(looked_at)
        return back(self, places, most, looked_at)

    monkeypatch.setattr(type(anna.ctx.store.log), "back", counted)
    found = show(anna, "lobby")[0].messages
    assert texts(found) == [str(one) for one in range(9011, 9021)]
    assert sum(looked) <= 6000 + showing.CHUNK_EVENTS
    # Whoever goes on from there misses nothing.
    assert texts(page(anna, found[0].id)) == [str(one) for one in range(1, 11)]


def test_archives_are_paged_backwards(anna, lobby, fill):
    fill("lobby", 500, lambda number: "system:enter" if number % 3 else "user")
    expected = [str(one) for one in range(3, 501, 3)]
    before, seen = numbering.NEWEST, []
    while found := page(anna, before, 40):
        assert len(found) <= 40
        seen = texts(found) + seen
        before = found[0].id
    assert seen == expected


@pytest.mark.parametrize(("limit", "many"), [(None, 30), (1, 1), (100, 100), (5000, 100)])
def test_a_page_has_as_many_as_are_wanted(anna, lobby, fill, limit, many):
    fill("lobby", 150)
    assert len(page(anna, numbering.NEWEST, limit)) == many


@pytest.mark.parametrize("limit", [0, -1])
def test_a_page_of_nothing_is_refused(anna, lobby, limit):
    with pytest.raises(LingrError, match="invalid_parameter"):
        page(anna, 7, limit)


def test_before_is_exclusive_and_may_be_any_number(ctx, anna, lobby, fill):
    rooms.create(ctx, id="den", name="Den")
    anna.say("elsewhere", "den")
    fill("lobby", 3)
    first, second, third = page(anna, 10**15)
    assert page(anna, third.id) == (first, second)
    assert page(anna, third.id + 1) == (first, second, third)
    assert page(anna, first.id) == page(anna, 0) == ()


def test_a_room_that_has_moved_shows_under_its_new_id(ctx, anna, lobby):
    said = anna.say("hello")
    changing.change(ctx, lobby, new_id="salon")
    (shown,) = show(anna, "salon")
    assert [(one.id, one.room) for one in shown.messages] == [(said.id, "salon")]
    with pytest.raises(LingrError, match="invalid_room"):
        show(anna, "lobby")


def test_nothing_is_left_of_a_room_that_is_deleted(ctx, anna, lobby):
    said = anna.say("hello")
    favorites.add(ctx, anna.caller, message=said.id)
    changing.delete(ctx, lobby)
    left = [
        keys.liked("lobby"),
        keys.number_places(),
        keys.number_leases(),
        *keys.room("lobby")[:8],
        keys.room("lobby").numbers,
    ]
    assert ctx.store.engine.command("EXISTS", *left) == 0
    assert numbering.place_of(ctx, said.id) is None
    again = rooms.create(ctx, id="lobby", name="Another")
    assert again.id == "lobby"
    assert anna.say("hello").id > said.id
    with pytest.raises(LingrError, match="unknown_message"):
        favorites.add(ctx, anna.caller, message=said.id)


def test_calls_are_limited_per_session(open_ctx):
    ctx = open_ctx(rate_limits=True, limit_show="2/minute")
    rooms.create(ctx, id="lobby", name="Lobby")
    anna = Subscriber(ctx, "anna")
    show(anna, "lobby")
    page(anna, 7)
    for call in (lambda: show(anna, "lobby"), lambda: page(anna, 7)):
        with pytest.raises(LingrError, match="rate_limited"):
            call()
    with pytest.raises(LingrError, match="rate_limited"):
        favorites.add(ctx, anna.caller, message=7)
    show(anna.again(), "lobby")
