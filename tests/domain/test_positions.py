"""Where a reader stands: stale counters, counters left to the server, and reading without waiting."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lingr.domain import observing, presence, sessions
from lingr.errors import LingrError
from lingr.values_watch import Watch
from support.people import ROOM, account, nicknames, texts


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

    pauses = []

    def settle(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            one.store.tickets.hand_over(ears.listen(), one.clock())

    assert texts(ann.via(replace(two, pause=settle)).observe(None)) == ["two"]
    assert len(pauses) == 3


def test_a_home_that_was_killed_is_not_waited_for_for_ever(open_ctx, person, listen_to):
    one, pauses = open_ctx("one"), []
    ann = person("Ann").via(one)
    listen_to(one.store).follow(ROOM)
    ann.say("one")
    assert texts(ann.observe(1)) == ["one"]
    two = replace(open_ctx("two"), pause=pauses.append)
    assert texts(ann.via(two).observe(None)) == ["one"]
    assert 0.5 < sum(pauses) <= 1
    ann.say("two")
    assert texts(ann.observe(None)) == ["two"]


def test_a_position_that_is_written_down_too_late_is_not_taken(open_ctx, person, listen_to):
    one, two = open_ctx("one"), replace(open_ctx("two"), pause=lambda _: None)
    ann = person("Ann").via(one)
    ears = listen_to(one.store)
    ears.follow(ROOM)
    ann.say("one")
    assert texts(ann.observe(1)) == ["one"]
    ann.via(two).say("two")
    # The former home is slow: the client is told again what nobody has noted.
    assert texts(ann.observe(None)) == ["one", "two"]
    one.store.tickets.hand_over(ears.listen(), one.clock())
    ann.say("three")
    assert texts(ann.observe(None)) == ["three"]
    ann.via(open_ctx("three")).say("four")
    assert texts(ann.observe(None)) == ["four"]


def test_a_home_that_has_not_heard_of_its_successor_asks_before_it_tells(open_ctx, person, listen_to):
    one, two = open_ctx("one"), open_ctx("two")
    ann = person("Ann").via(one)
    ears = [listen_to(ctx.store) for ctx in (one, two)]
    for each in ears:
        each.follow(ROOM)
    settling = replace(one, pause=lambda _: two.store.tickets.hand_over(ears[1].listen(), two.clock()))
    ann.say("one")
    assert texts(ann.observe(1)) == ["one"]
    ann.via(two).say("two")
    assert texts(ann.observe(2)) == ["two"]
    ann.say("three")
    assert texts(ann.via(settling).observe(None)) == ["three"]
    # Only now it hears that the ticket was elsewhere, and it stays where it is.
    assert ears[0].listen() == []
    ann.say("four")
    ears[0].listen()
    assert texts(ann.observe(None)) == ["four"]


def test_who_asks_without_a_counter_at_processes_that_do_not_listen_waits_for_none(open_ctx, person):
    pauses = []
    ann = person("Ann")
    for turn in range(6):
        ann.say(f"{turn}")
        ann.via(replace(open_ctx(f"{turn % 3}"), pause=pauses.append))
        assert texts(ann.get_messages(None)) == [f"{turn}"]
    assert pauses == []


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
    observing.end(ann.ctx, watch, unanswered=False)


def test_log_in_while_waiting_lets_private_words_through(person, listen, ctx):
    account(ctx, "bob")
    ann, phone, desk = person("Ann"), person("Bob"), person("Bob too")
    sessions.login(ctx, desk.caller, email="bob", password="secret")
    watch = phone.observe(3)
    sessions.login(ctx, phone.caller, email="bob", password="secret")
    listen()
    ann.say("psst", to=desk.occupant_id)
    listen()
    assert texts(observing.look(ctx, watch)) == ["psst"]
