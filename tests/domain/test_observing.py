"""Reading along: what a poll brings, what it waits for, and where it stands."""

from __future__ import annotations

from lingr.domain import observing
from lingr.store.announcements import Announcement
from lingr.values import News
from lingr.values_watch import Watch
from support.people import ROOM, texts


def test_nothing_new_is_something_to_wait_for(person, lobby, listen):
    ann = person("Ann")
    listen()
    watch = ann.observe(ann.counter)
    assert watch == Watch(ROOM, ann.session.id, ann.ticket, 1, lobby.roster + 1)
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
        assert (news.shared is None) is ("psst" in expected)


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
