"""Reading along: what a poll brings, what it waits for, and where it stands."""

from __future__ import annotations

import pytest

from lingr.domain import accounts, observing, presence, sessions
from lingr.errors import LingrError
from lingr.store.announcements import Announcement
from lingr.values import News, Watch
from support.people import ROOM, nicknames


def texts(news):
    return [message.text for message in news.messages]


@pytest.fixture(params=["engine", "mirror"])
def listen(request, ears, lobby):
    """Whether the process follows the room: what it then tells must be the same."""
    if request.param == "engine":
        return lambda: None
    ears.follow(ROOM)
    return ears.listen


def test_nothing_new_is_something_to_wait_for(person, listen):
    ann = person("Ann")
    listen()
    watch = ann.observe(ann.counter)
    assert watch == Watch(ROOM, ann.session.id, ann.ticket, 1, 1)
    assert observing.look(ann.ctx, watch) is None


def test_what_is_said_meanwhile_ends_the_wait(person, listen):
    ann, bob = person("Ann"), person("Bob")
    watch = ann.observe(2)
    listen()
    bob.say("hello")
    listen()
    news = observing.look(ann.ctx, watch)
    assert (news.counter, texts(news)) == (3, ["hello"])
    assert [one.nickname for one in news.occupants] == ["Ann", "Bob"]
    assert texts(observing.look(ann.ctx, watch)) == ["hello"]


def test_one_hears_oneself(person, listen):
    ann = person("Ann")
    watch = ann.observe(ann.counter)
    ann.say("hello")
    listen()
    assert texts(observing.look(ann.ctx, watch)) == ["hello"]


def test_a_backlog_comes_in_pages_of_the_oldest_fifty(person, listen):
    ann = person("Ann")
    for number in range(120):
        ann.say(f"{number}")
    listen()
    heard = []
    counter, sizes = 1, []
    while isinstance(news := ann.observe(counter), News):
        assert news.counter == news.messages[-1].id
        heard += texts(news)
        sizes.append(len(news.messages))
        counter = news.counter
    assert heard == [f"{number}" for number in range(120)]
    assert sizes == [50, 50, 20]


def test_who_is_too_far_behind_is_moved_on_to_the_newest_fifty(open_ctx, person, listen):
    ann = person("Ann")
    for number in range(99):
        ann.say(f"{number}")
    ann.via(open_ctx(backlog_events=98))
    assert ann.texts(2)[0] == "1"
    news = ann.observe(1)
    assert texts(news) == [f"{number}" for number in range(49, 99)]
    assert news.counter == 100


def test_negative_counters_ask_for_the_newest(person, listen):
    ann = person("Ann")
    for number in range(60):
        ann.say(f"{number}")
    listen()
    assert texts(ann.observe(-2)) == ["58", "59"]
    news = ann.observe(-200)
    assert (len(news.messages), news.counter) == (50, 61)


def test_the_newest_events_of_a_room_without_any_are_the_next(person, listen):
    ann = person("")
    watch = ann.observe(-5)
    assert watch.counter == 0
    ann.rename("Ann")
    listen()
    assert texts(observing.look(ann.ctx, watch)) == ["Ann has joined the conversation"]


def test_a_counter_ahead_of_the_room_waits_until_the_room_has_passed_it(person, listen):
    ann = person("Ann")
    listen()
    watch = ann.observe(3)
    for text in ("two", "three"):
        ann.say(text)
        listen()
        assert observing.look(ann.ctx, watch) is None
    ann.say("four")
    listen()
    assert texts(observing.look(ann.ctx, watch)) == ["four"]


def test_private_words_reach_whom_they_concern(person, listen):
    ann, bob, eve = person("Ann"), person("Bob"), person("Eve")
    ann.say("psst", to=bob.occupant_id)
    listen()
    assert ann.texts(3) == ["psst"]
    assert bob.texts(3) == ["psst"]
    assert isinstance(eve.observe(3), Watch)
    ann.say("aloud")
    listen()
    news = eve.observe(3)
    assert (texts(news), news.counter) == (["aloud"], 5)


def test_private_words_do_not_travel_in_what_others_share(person, listen):
    ann, bob, eve = person("Ann"), person("Bob"), person("Eve")
    ann.say("psst", to=bob.occupant_id)
    ann.say("aloud")
    listen()
    for listener, expected in [(eve, ["aloud"]), (bob, ["psst", "aloud"]), (eve, ["aloud"])]:
        news = listener.observe(3)
        assert texts(news) == expected
        assert news.shared is None


def test_an_answer_is_shared_by_all_who_stand_at_the_same_place(person, listen):
    ann, bob = person("Ann"), person("Bob")
    ann.say("one")
    ann.say("two")
    listen()
    first, second = ann.observe(2), bob.observe(2)
    assert first == second
    assert first.shared is not None
    assert ann.observe(3).shared != first.shared
    bob.rename("Bobby")
    listen()
    assert ann.observe(2).shared != first.shared


def test_observers_come_and_go_as_news_of_the_roster_alone(person, listen):
    ann = person("Ann")
    watch = ann.observe(1)
    bob = person("")
    listen()
    news = observing.look(ann.ctx, watch)
    assert (news.counter, news.messages, len(news.occupants)) == (1, (), 2)
    watch = ann.observe(1)
    bob.exit()
    listen()
    assert len(observing.look(ann.ctx, watch).occupants) == 1


def test_big_rooms_leave_the_roster_out(open_ctx, person, listen):
    ctx = open_ctx(roster_occupants=2)
    ann, bob = person("Ann").via(ctx), person("Bob").via(ctx)
    ann.say("two of us")
    assert len(ann.observe(2).occupants) == 2
    watch = ann.observe(3)
    person("")
    assert observing.look(ctx, watch) is None
    bob.say("three of us")
    news = observing.look(ctx, watch)
    assert (texts(news), news.occupants) == (["three of us"], None)


def test_comings_and_goings_wake_nobody_in_big_rooms(open_ctx, lobby):
    ctx = open_ctx(roster_occupants=2)
    assert observing.worth_waking(ctx, Announcement(1, 1, 2))
    assert not observing.worth_waking(ctx, Announcement(1, 1, 3))


def test_the_third_poll_with_one_stale_counter_is_refused(person, listen):
    ann = person("Ann")
    ann.say("hello")
    listen()
    assert ann.texts(0)
    assert ann.texts(0)
    with pytest.raises(LingrError, match="repeated_counter"):
        ann.observe(0)
    with pytest.raises(LingrError, match="repeated_counter"):
        ann.observe(0)
    assert ann.texts(1) == ["hello"]
    assert ann.texts(0)


def test_stale_counters_are_counted_over_processes(open_ctx, person, listen):
    ann = person("Ann")
    ann.say("hello")
    for name in ("one", "two"):
        assert ann.via(open_ctx(name)).texts(0)
    with pytest.raises(LingrError, match="repeated_counter"):
        ann.via(open_ctx("three")).observe(0)


def test_one_who_follows_is_never_stale(person, listen):
    ann = person("Ann")
    for number in range(10):
        ann.say(f"{number}")
        listen()
        assert ann.texts() == [f"{number}"]


def test_waiting_again_with_the_same_counter_is_legal(person, listen):
    ann = person("Ann")
    for _ in range(5):
        assert isinstance(ann.observe(1), Watch)


def test_without_a_counter_one_goes_on_from_where_one_was_told(person, listen):
    ann = person("Ann")
    watch = ann.observe(None)
    assert (watch.counter, watch.from_position) == (1, True)
    ann.say("one")
    listen()
    assert texts(observing.look(ann.ctx, watch)) == ["one"]
    ann.say("two")
    listen()
    assert texts(ann.observe(None)) == ["two"]
    assert isinstance(ann.observe(None), Watch)


def test_who_leaves_the_counter_to_the_server_goes_on_from_the_last_answer(person, listen):
    ann = person("Ann")
    listen()
    for turn in range(3):
        ann.say(f"{turn}")
        listen()
        assert ann.texts() == [f"{turn}"]
    ann.say("last")
    listen()
    assert texts(ann.observe(None)) == ["last"]


def test_any_process_knows_where_one_was_told_without_a_counter(open_ctx, person):
    ann = person("Ann")
    for turn in range(6):
        ann.say(f"{turn}")
        assert texts(ann.via(open_ctx(f"{turn % 3}")).observe(None)) == [f"{turn}"]


def test_a_position_told_to_one_process_is_waited_for_by_the_next(open_ctx, person, listen_to):
    """The former home of a ticket hears that it moved, and writes down what it told."""
    one, two = open_ctx("one"), open_ctx("two")
    ann = person("Ann").via(one)
    ears = listen_to(one.store)
    ears.follow(ROOM)
    ann.say("one")
    ears.listen()
    assert texts(ann.observe(1)) == ["one"]
    ann.say("two")

    def settle(_):
        assert [one.moved for one in ears.announced() if one.moved] == [(ann.ticket,)]
        one.store.tickets.flush(one.clock(), [ROOM])

    patient = type(two)(two.store, two.settings, two.clock, two.new_id, two.offload, settle)
    assert texts(ann.via(patient).observe(None)) == ["two"]


def test_get_messages_answers_at_once(person, listen):
    ann, bob = person("Ann"), person("Bob")
    listen()
    assert ann.get_messages(2).messages == ()
    assert ann.get_messages(2).counter == 2
    bob.say("hello")
    bob.say("psst", to=ann.occupant_id)
    listen()
    news = ann.get_messages(0)
    assert (texts(news)[2:], news.counter) == (["hello", "psst"], 4)
    assert [one.nickname for one in news.occupants] == ["Ann", "Bob"]
    assert texts(ann.get_messages(0, user_messages_only=True)) == ["hello", "psst"]
    assert texts(ann.get_messages(-1, user_messages_only=True)) == ["psst"]
    assert texts(bob.get_messages(-3))[1:] == ["hello", "psst"]


def test_get_messages_with_a_counter_ahead_tells_the_rooms_own(person, listen):
    ann = person("Ann")
    assert ann.get_messages(9).counter == 1
    assert ann.get_messages(-9).counter == 1


def test_get_messages_keeps_the_ticket_alive(clock, person):
    ann = person("Ann")
    for _ in range(3):
        clock.pass_seconds(100)
        ann.get_messages(0)
        assert presence.sweep(ann.ctx) == 0
    assert nicknames(ann.ctx) == ["Ann"]


def test_get_messages_is_limited_per_ticket(open_ctx, person):
    ctx = open_ctx(rate_limits=True)
    ann, bob = person("Ann").via(ctx), person("Bob").via(ctx)
    ann.get_messages(0)
    with pytest.raises(LingrError, match="rate_limited"):
        ann.get_messages(0)
    bob.get_messages(0)


def test_a_watch_whose_ticket_died_is_refused(clock, person, listen):
    ann = person("Ann")
    watch = ann.observe(1)
    ann.exit()
    listen()
    with pytest.raises(LingrError, match="invalid_ticket"):
        observing.look(ann.ctx, watch)
    observing.end(ann.ctx, watch)


def test_log_in_while_waiting_lets_private_words_through(person, listen, ctx):
    accounts.create_user(ctx, username="bob", email="bob@example.org", password="secret")
    ann, phone, desk = person("Ann"), person("Bob"), person("Bob too")
    sessions.login(ctx, desk.caller, email="bob", password="secret")
    watch = phone.observe(3)
    sessions.login(ctx, phone.caller, email="bob", password="secret")
    listen()
    ann.say("psst", to=desk.occupant_id)
    listen()
    assert texts(observing.look(ctx, watch)) == ["psst"]
