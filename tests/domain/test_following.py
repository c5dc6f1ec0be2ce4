"""user.observe as the domain does it: what is news, what is not, and for whom."""

from __future__ import annotations

import pytest

from lingr.domain import following, lists, presence, rooms, sessions, users
from lingr.domain.context import Caller
from lingr.errors import LingrError
from lingr.store import keys
from lingr.values_user import UserInfo, UserWatch
from support.people import ROOM, Person, account
from support.trips import counted


class Client:
    """A session of Ann's that follows her."""

    def __init__(self, ctx):
        self.person = Person(ctx)
        sessions.login(ctx, self.person.caller, email="ann", password="secret")
        self.start()

    def start(self):
        begun = following.start(self.person.ctx, self.person.caller)
        self.ticket, self.counter = begun.ticket, begun.counter
        return begun

    def caller(self, ticket=None):
        session = self.person.caller.session
        return Caller(session=session, session_id=session.id, ticket=ticket or self.ticket)

    def observe(self, counter=None):
        asked = self.counter if counter is None else counter
        told = following.observe(self.person.ctx, self.caller(), counter=asked)
        if isinstance(told, UserInfo):
            self.counter = told.counter
        return told

    def mark(self, room_id=ROOM, wanted=True, which="monitored"):
        mark = lists.set_monitored if which == "monitored" else lists.set_favorite
        mark(self.person.ctx, self.person.caller, id=room_id, password=None, **{which: wanted})


@pytest.fixture
def ann(ctx, lobby):
    return account(ctx, "ann")


@pytest.fixture
def client(ctx, ann):
    return Client(ctx)


@pytest.fixture
def bob(ctx, lobby):
    return Person(ctx).enter("Bob")


def test_a_ticket_names_its_user_and_begins_at_the_newest_counter(ctx, ann, client):
    client.mark()
    begun = client.start()
    assert begun.ticket.startswith(f"a-u-{ann.id}-")
    assert len(begun.ticket) == 4 + len(ann.id) + 1 + 11
    assert (begun.counter, begun.max_observe_time) == (1, 50)


def test_who_knows_the_newest_waits_and_is_told_what_comes(ctx, client):
    watch = client.observe()
    assert isinstance(watch, UserWatch)
    assert following.look(ctx, watch) is None
    client.mark(which="favorite")
    told = following.look(ctx, watch)
    assert told.counter == watch.counter + 1
    assert [room.id for room in told.favorite] == [ROOM]


@pytest.mark.parametrize("counter", [0, -1, 2, 999_999_999_999_999])
def test_any_other_counter_is_answered_at_once(client, counter):
    client.mark()
    assert client.observe(counter).counter == 1


def test_something_said_in_a_monitored_room_is_one_change(ctx, ann, client, bob):
    client.mark()
    client.observe()
    bob.say("one")
    bob.say("two")
    told = client.observe()
    assert told.monitored[0].max_user_message_id == 3
    assert (told.counter, client.counter) == (2, 2)
    assert isinstance(client.observe(), UserWatch)


def test_an_answer_that_was_lost_comes_again(client, bob):
    client.mark()
    client.observe()
    bob.say("hello")
    known = client.counter
    lost = client.observe()
    assert client.observe(known) == lost


def test_what_is_no_talk_wakes_nobody(ctx, client, bob):
    client.mark()
    client.observe()
    watch = client.observe()
    eve = Person(ctx).enter("Eve")
    eve.say("psst", to=bob.occupant_id)
    eve.rename("Eva")
    eve.exit()
    assert following.look(ctx, watch) is None


def test_talk_from_before_a_room_was_monitored_is_no_news(client, bob):
    bob.say("before")
    client.mark()
    client.observe()
    assert isinstance(client.observe(), UserWatch)


def test_talk_while_nobody_followed_is_part_of_where_one_begins(ctx, client, bob):
    client.mark()
    bob.say("before")
    client.start()
    assert isinstance(client.observe(), UserWatch)


def test_talk_that_goes_on_is_told_once_a_second(ctx, ann, client, bob, clock):
    client.mark()
    client.observe()
    bob.say("one")
    assert client.observe().counter == 2
    bob.say("two")
    watch = client.observe()
    assert isinstance(watch, UserWatch)
    assert following.look(ctx, watch) is None
    assert users.due_news(ctx) == []
    clock.pass_seconds(1)
    assert users.due_news(ctx) == [ann.id]
    assert users.due_news(ctx) == []
    assert following.look(ctx, watch).monitored[0].max_user_message_id == 3


def test_where_people_talk_all_the_time_the_rooms_are_not_asked_each_time(ctx, client, bob, clock):
    client.mark()
    client.observe()
    bob.say("one")
    client.observe()
    watch = client.observe()
    bob.say("two")
    with counted() as trips:
        assert following.look(ctx, watch) is None
    assert len(trips) == 1
    clock.pass_seconds(1)
    assert following.look(ctx, watch).monitored[0].max_user_message_id == 3


def test_other_changes_need_not_wait_for_talk(ctx, client, bob):
    client.mark()
    client.observe()
    bob.say("one")
    client.observe()
    watch = client.observe()
    bob.say("two")
    client.mark(which="favorite")
    told = following.look(ctx, watch)
    # One answer tells both, and counts both.
    assert told.monitored[0].max_user_message_id == 3
    client.counter = told.counter
    assert isinstance(client.observe(), UserWatch)


def test_a_clock_that_was_set_back_keeps_no_news_back(client, bob, clock):
    client.mark()
    client.observe()
    bob.say("one")
    client.observe()
    clock.pass_seconds(-3600)
    bob.say("two")
    assert isinstance(client.observe(), UserInfo)


def test_a_monitored_room_that_is_no_more_wakes(ctx, client, engine):
    client.mark()
    client.observe()
    watch = client.observe()
    engine.command("DEL", *keys.room(ROOM))
    assert following.look(ctx, watch).monitored == ()


def test_an_occupant_that_vanished_unsaid_is_found_by_who_looks(ctx, client, engine):
    client.person.enter("Ann")
    assert [room.id for room in client.observe().occupied] == [ROOM]
    watch = client.observe()
    engine.command("DEL", keys.room(ROOM).tickets)
    assert following.look(ctx, watch).occupied == ()


def test_a_ticket_that_is_not_polled_dies(client, clock):
    client.observe()
    clock.pass_seconds(119)
    client.observe()
    # Its poll may have been held for as long as polls are held.
    clock.pass_seconds(171)
    with pytest.raises(LingrError, match="invalid_ticket"):
        client.observe()


def test_a_ticket_dies_two_minutes_after_its_poll_ended(ctx, client, clock):
    watch = client.observe()
    following.end(ctx, watch)
    presence.flush(ctx, lambda _: False)
    clock.pass_seconds(120)
    client.observe()
    client.mark()
    client.observe()
    presence.flush(ctx, lambda _: False)
    clock.pass_seconds(121)
    with pytest.raises(LingrError, match="invalid_ticket"):
        client.observe()


def test_a_poll_that_waits_keeps_its_ticket(ctx, client, clock):
    watch = client.observe()
    clock.pass_seconds(1000)
    assert following.look(ctx, watch) is None


@pytest.mark.parametrize(
    "ticket",
    [
        "",
        "a-u-",
        "a-u-x-y",
        "a-r-lobby-00000000000",
        "a-u-部屋-00000000000",
        "a-u-{x}-00000000000",
        "x" * 9000,
    ],
)
def test_what_is_no_ticket(ctx, client, ticket):
    for call in (
        lambda caller: following.observe(ctx, caller, counter=0),
        lambda caller: following.stop(ctx, caller),
    ):
        with pytest.raises(LingrError, match="invalid_ticket"):
            call(client.caller(ticket or "x"))


def test_a_ticket_is_its_sessions_and_its_users(ctx, ann, client):
    other = Client(ctx)
    with pytest.raises(LingrError, match="invalid_ticket"):
        following.observe(ctx, other.caller(client.ticket), counter=0)
    account(ctx, "bob")
    stranger = Person(ctx)
    sessions.login(ctx, stranger.caller, email="bob", password="secret")
    caller = stranger.caller
    with pytest.raises(LingrError, match="invalid_ticket"):
        following.observe(
            ctx, Caller(session=caller.session, session_id=caller.session_id, ticket=client.ticket), counter=0
        )


@pytest.mark.parametrize("end", [sessions.logout, sessions.destroy])
def test_a_session_that_ends_takes_its_tickets_along(ctx, ann, client, end, engine):
    watch, other = client.observe(), Client(ctx)
    end(ctx, client.person.caller)
    with pytest.raises(LingrError, match="invalid_ticket"):
        following.look(ctx, watch)
    assert isinstance(other.observe(), UserWatch)
    assert engine.command("HLEN", keys.user(ann.id).tickets) == 2


def test_tickets_leave_nothing_behind(ctx, ann, client, engine, clock):
    client.observe()
    following.stop(ctx, client.caller())
    for one in (keys.user(ann.id).tickets, keys.user(ann.id).due):
        assert engine.command("EXISTS", one) == 0
    client.start()
    clock.pass_seconds(121)
    client.start()
    assert engine.command("HLEN", keys.user(ann.id).tickets) == 1


def test_one_user_has_a_hundred_tickets_at_most(ctx, ann, client, engine):
    watch, neglected = client.observe(), following.start(ctx, client.person.caller)
    for _ in range(99):
        following.start(ctx, client.person.caller)
    assert engine.command("ZCARD", keys.user(ann.id).due) == 100
    # Of those that were polled as lately, the one that is held lives longest.
    assert following.look(ctx, watch) is None
    with pytest.raises(LingrError, match="invalid_ticket"):
        following.observe(ctx, client.caller(neglected.ticket), counter=0)


def test_the_third_time_one_wrong_counter_is_refused_and_another_is_welcome(client):
    client.mark()
    for counter in (0, 0, 7, 7, 0, 0):
        assert client.observe(counter).counter == 1
    with pytest.raises(LingrError, match="repeated_counter"):
        client.observe(0)
    assert isinstance(client.observe(1), UserWatch)
    assert client.observe(0).counter == 1


def test_the_data_set_was_set_back_and_who_knew_more_is_told(ctx, ann, client, engine):
    for number in range(5):
        client.mark(which="favorite", wanted=number % 2 == 0)
    client.observe()
    assert client.counter == 5
    engine.command("HSET", keys.user(ann.id).user, "counter", 2)
    assert client.observe().counter == 2
    assert isinstance(client.observe(), UserWatch)


def test_a_room_that_is_made_or_goes_by_another_id_wakes(ctx, ann, client):
    watch = client.observe()
    rooms.create(ctx, id="den", name="Den", owner_id=ann.id)
    told = following.look(ctx, watch)
    assert [room.id for room in told.owned] == ["den"]
