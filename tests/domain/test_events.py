"""What a session of the 2009 API hears in its rooms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lingr.domain import changing, events, logins, observing, passages, rooms, speaking, subscribing
from lingr.domain.context import Caller
from lingr.errors import LingrError
from lingr.values_v2 import Events, EventsWatch
from support.people import Person
from support.subscriber import Subscriber


@pytest.fixture(autouse=True)
def three_rooms(ctx):
    for name in ("alpha", "beta", "gamma"):
        rooms.create(ctx, id=name, name=name)


@pytest.fixture
def ann(ctx) -> Subscriber:
    return Subscriber(ctx, "ann")


@pytest.fixture
def bob(ctx) -> Subscriber:
    return Subscriber(ctx, "bob")


def say(who: Subscriber, room: str, text: str) -> int:
    return speaking.say(who.ctx, who.caller, room=room, text=text).id


def kinds(heard) -> list[str]:
    return [one.told.message.type for one in heard]


def test_one_hears_oneself_come_online_and_speak(ann):
    ann.subscribe("alpha")
    say(ann, "alpha", "hello")
    heard = ann.hear_all()
    assert kinds(heard) == ["system:enter", "user"]
    assert heard[0].told.message.online is True
    assert heard[1].told.message.occupant_id == ann.session.public_id


def test_in_one_room_the_counter_is_the_rooms_own(ann, bob):
    ann.subscribe("alpha")
    bob.subscribe("alpha")
    say(ann, "alpha", "hello")
    assert [one.id for one in ann.hear_all()][-1] == [one.id for one in bob.hear_all()][-1] == 3


def test_every_event_moves_the_counter_and_only_what_can_be_told_is_told(ctx, ann):
    ann.subscribe("alpha")
    ann.hear_all()
    guest = Person(ctx).enter("guest", id="alpha")
    guest.say("hello")
    guest.exit()
    say(ann, "alpha", "bye")
    heard = ann.hear_all()
    assert kinds(heard) == ["user", "user"]
    assert heard[1].id == heard[0].id + 2


def test_an_earlier_counter_gets_the_same_again(ann):
    ann.subscribe("alpha", "beta", "gamma")
    start = ann.counter
    ann.hear_all()
    for number in range(7):
        say(ann, ("alpha", "beta", "gamma")[number % 3], f"say {number}")
    first = ann.hear_all()
    middle = first[3].id
    again = ann.observe(middle)
    assert again is not None
    assert list(again.events) == first[4:]
    assert ann.texts() == []
    whole = ann.observe(start)
    assert whole is not None
    assert list(whole.events)[-7:] == first


def test_what_is_said_in_many_rooms_comes_in_pages(ann):
    ann.subscribe("alpha", "beta")
    for number in range(130):
        say(ann, ("alpha", "beta")[number % 2], str(number))
    heard, pages = [], 0
    while page := ann.hear():
        assert len(page) <= passages.MOST_EVENTS
        heard += [int(one.told.message.text) for one in page if one.told.message.type == "user"]
        pages += 1
    assert pages > 2
    assert [number for number in heard if number % 2] == list(range(1, 130, 2))
    assert [number for number in heard if not number % 2] == list(range(0, 130, 2))


def test_a_flood_of_what_cannot_be_told_keeps_nothing_back(ctx, ann):
    ann.subscribe("alpha", "beta")
    ann.hear_all()
    for _ in range(60):
        Person(ctx).enter("guest", id="alpha").exit()
    assert ann.hear() == []
    say(ann, "alpha", "at last")
    assert ann.texts() == ["at last"]


@pytest.mark.parametrize("names", [("alpha",), ("alpha", "beta")])
def test_who_comes_with_the_counter_of_a_former_session_misses_nothing(ann, bob, names):
    ann.subscribe(*names)
    say(bob, "alpha", "before the first poll")
    found = ann.observe(ann.counter + 500_000_000)
    assert found is not None
    assert [one.told.message.text for one in found.events].count("before the first poll") == 1
    assert all(ann.counter + 500_000_000 < one.id < 2**31 for one in found.events)
    ann.counter = found.counter
    say(bob, "alpha", "after it")
    assert ann.texts() == ["after it"]


@pytest.mark.parametrize("counter", [2**31 - 1, 2**53, 10**15 - 1])
def test_a_counter_beyond_all_bounds_is_not_believed(ann, bob, counter):
    ann.subscribe("alpha")
    ann.observe(counter)
    say(bob, "alpha", "hello")
    found = ann.observe(counter)
    if found is not None:
        assert found.counter < 2**31


def test_a_counter_of_long_ago_gets_what_there_is_since_the_session_began_to_hear(ann, bob):
    say(bob, "alpha", "before")
    ann.subscribe("alpha")
    say(bob, "alpha", "after")
    found = ann.observe(0)
    assert found is not None
    assert [one.told.message.text for one in found.events if one.told.message.type == "user"] == ["after"]


def test_a_second_room_leaves_nothing_out_of_the_first(ann, bob):
    ann.subscribe("alpha")
    ann.hear_all()
    before = ann.counter
    say(bob, "alpha", "in between")
    returned = subscribing.subscribe(ann.ctx, ann.caller, rooms=["beta"], reset=False)
    assert returned <= before
    say(bob, "beta", "there")
    assert ann.texts() == ["in between", "there"]


def test_a_second_room_has_nothing_told_twice_to_who_takes_its_counter_as_it_is(open_ctx, ann, bob):
    ann.subscribe("alpha")
    say(bob, "alpha", "once")
    assert ann.texts() == ["once"]
    told = ann.counter
    ann.ctx.store.subscriptions.flush()
    ann.via(open_ctx("second"))
    ann.counter = subscribing.subscribe(ann.ctx, ann.caller, rooms=["beta"], reset=False)
    assert ann.counter == told
    say(bob, "beta", "there")
    assert ann.texts() == ["there"]


def test_another_process_first_asks_how_far_the_session_is(open_ctx, listen_to, ann, bob):
    first, second = ann.ctx, open_ctx("second")
    ears = listen_to(first.store)
    ears.follow("alpha", "beta")

    def pause(seconds: float) -> None:
        observing.hand_over(first, ears.listen())

    ann.subscribe("alpha")
    say(bob, "alpha", "one")
    ears.listen()
    assert ann.texts() == ["one"]
    say(bob, "alpha", "two")
    ears.listen()
    assert ann.texts() == ["two"]
    ann.via(replace(second, pause=pause))
    assert subscribing.subscribe(ann.ctx, ann.caller, rooms=["beta"], reset=False) == ann.counter
    ann.via(first)
    say(bob, "beta", "three")
    ears.listen()
    assert ann.texts() == ["three"]


def test_who_has_no_room_left_does_not_begin_from_the_start(ctx, ann, bob):
    ann.subscribe("alpha")
    for number in range(5):
        say(bob, "alpha", str(number))
    ann.hear_all()
    before = ann.counter
    changing.delete(ctx, rooms.find(ctx, "alpha"))
    assert ann.hear_all() == []
    assert subscribing.subscribe(ann.ctx, ann.caller, rooms=["beta"], reset=False) >= before
    say(bob, "beta", "here")
    assert ann.texts() == ["here"]


def test_who_subscribes_again_because_an_answer_was_lost_gets_it_then(ann, bob):
    ann.subscribe("alpha")
    ann.hear_all()
    say(bob, "alpha", "lost on the way")
    assert ann.hear()
    ann.counter = subscribing.subscribe(ann.ctx, ann.caller, rooms=["alpha"], reset=False)
    assert ann.texts() == ["lost on the way"]


def test_a_room_subscribed_twice_is_heard_once(ann, bob):
    ann.subscribe("alpha", "alpha")
    ann.subscribe("alpha")
    say(bob, "alpha", "hello")
    assert ann.texts() == ["hello"]


def test_after_a_reset_only_the_new_rooms_are_heard_from_now_on(ann, bob):
    ann.subscribe("alpha", "beta")
    say(bob, "alpha", "old")
    former = ann.counter
    ann.subscribe("beta", reset=True)
    assert ann.counter > former
    say(bob, "alpha", "not heard")
    say(bob, "beta", "heard")
    assert ann.texts() == ["heard"]


def test_a_reset_to_the_same_room_keeps_the_counter_the_rooms_own(ann, bob):
    ann.subscribe("alpha", reset=True)
    ann.hear_all()
    say(bob, "alpha", "old")
    assert subscribing.subscribe(ann.ctx, ann.caller, rooms=["alpha"], reset=True) == 2


def test_what_is_not_subscribed_any_more_is_not_heard(ann, bob):
    ann.subscribe("alpha", "beta")
    counter = ann.unsubscribe("beta")
    assert isinstance(counter, int)
    say(bob, "beta", "not heard")
    say(bob, "alpha", "heard")
    assert ann.texts() == ["heard"]


def test_without_rooms_nothing_is_heard(ann):
    assert ann.observe(0) is None
    ann.subscribe("alpha")
    ann.unsubscribe("alpha", "no-such-room")
    assert ann.observe(ann.counter) is None


def test_two_sessions_of_a_user_hear_each_for_itself(ann, bob):
    ann.subscribe("alpha")
    first = ann.session
    say(bob, "alpha", "one")
    ann.again().subscribe("alpha")
    say(bob, "alpha", "two")
    assert ann.texts() == ["two"]
    ann.session, ann.counter = first, 0
    assert ann.texts() == ["one", "two"]


def test_private_words_reach_whom_they_are_for(ctx, ann, bob):
    ann.subscribe("alpha", "beta")
    bob.subscribe("alpha")
    guest = Person(ctx).enter("guest", id="alpha")
    assert ann.session.public_id is not None
    guest.say("for ann", to=ann.session.public_id)
    assert [one.told.message.text for one in ann.hear_all()].count("for ann") == 1
    assert "for ann" not in [one.told.message.text for one in bob.hear_all()]


def test_a_room_that_is_deleted_is_heard_no_more_and_the_others_are(ctx, ann, bob):
    ann.subscribe("alpha", "beta")
    ann.hear_all()
    changing.delete(ctx, rooms.find(ctx, "alpha"))
    say(bob, "beta", "still here")
    assert ann.texts() == ["still here"]


def test_a_room_that_moves_is_told_under_its_new_name(ctx, ann, bob):
    ann.subscribe("alpha")
    ann.hear_all()
    changing.change(ctx, rooms.find(ctx, "alpha"), new_id="omega")
    say(bob, "omega", "moved")
    assert [one.told.room for one in ann.hear_all()] == ["omega"]


def test_a_poll_with_nothing_to_tell_waits_for_all_its_rooms(ann):
    ann.subscribe("alpha", "beta")
    ann.hear_all()
    watch = events.observe(ann.ctx, ann.caller, counter=ann.counter)
    assert isinstance(watch, EventsWatch)
    assert set(watch.rooms) == {"alpha", "beta"}
    assert watch.counter == ann.counter


def test_a_poll_that_waits_for_other_rooms_than_the_session_hears_ends(ann):
    ann.subscribe("alpha")
    ann.hear_all()
    watch = events.observe(ann.ctx, ann.caller, counter=ann.counter)
    assert isinstance(watch, EventsWatch)
    ann.subscribe("beta")
    assert isinstance(events.look(ann.ctx, watch), Events)


def test_an_empty_counter_goes_on_where_the_session_was_told(ann, bob):
    ann.subscribe("alpha")
    ann.hear_all()
    say(bob, "alpha", "next")
    found = ann.observe(None)
    assert found is not None
    assert [one.told.message.text for one in found.events] == ["next"]


def test_who_does_not_want_to_be_seen_hears_all_the_same(ctx, ann, bob):
    bob.subscribe("alpha")
    ann.subscribe("alpha")
    subscribing.set_presence(ctx, ann.caller, presence="offline")
    bob.hear_all()
    say(bob, "alpha", "anybody here?")
    assert ann.texts() == ["anybody here?"]
    assert rooms.find(ctx, "alpha").chatter_count == 1
    subscribing.set_presence(ctx, ann.caller, presence="online")
    assert rooms.find(ctx, "alpha").chatter_count == 2
    online = [one.told.message.online for one in bob.hear_all() if one.told.message.online is not None]
    assert online == [True]


def test_a_presence_is_one_of_two(ctx, ann):
    with pytest.raises(LingrError) as refusal:
        subscribing.set_presence(ctx, ann.caller, presence="busy")
    assert refusal.value.name == "invalid_parameter"


def test_who_has_ended_hears_nothing(ctx, ann):
    ann.subscribe("alpha")
    watch = events.observe(ctx, ann.caller, counter=ann.counter + 10)
    logins.destroy(ctx, ann.caller)
    with pytest.raises(LingrError) as refusal:
        ann.observe(ann.counter)
    assert refusal.value.name == "invalid_session"
    if isinstance(watch, EventsWatch):
        with pytest.raises(LingrError):
            events.look(ctx, watch)
    assert rooms.find(ctx, "alpha").chatter_count == 0


@pytest.mark.parametrize("session", ["", "x" * 22 + "y", "0" * 22, "0" * 11, "ö" * 22])
def test_a_session_must_be_one(ctx, session):
    with pytest.raises(LingrError) as refusal:
        events.observe(ctx, Caller(session_id=session), counter=0)
    assert refusal.value.name == "invalid_session"


def test_a_room_that_is_not_there_changes_nothing(ctx, ann):
    ann.subscribe("alpha")
    with pytest.raises(LingrError) as refusal:
        subscribing.subscribe(ctx, ann.caller, rooms=["beta", "nowhere"], reset=True)
    assert refusal.value.name == "invalid_room"
    say(ann, "alpha", "still heard")
    assert ann.texts() == ["still heard"]


def test_many_ways_back_are_kept_and_then_no_more(ann, bob):
    ann.subscribe("alpha", "beta")
    start = ann.counter
    for number in range(300):
        say(bob, "alpha", str(number))
        ann.hear()
    found = ann.observe(start)
    assert found is not None
    texts = [one.told.message.text for one in found.events]
    assert len(texts) == passages.MOST_EVENTS
    assert texts == [str(number) for number in range(int(texts[0]), int(texts[0]) + len(texts))]
