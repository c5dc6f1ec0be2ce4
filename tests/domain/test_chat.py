"""Saying something."""

from __future__ import annotations

import threading

import pytest

from lingr.domain import rooms
from lingr.errors import LingrError
from support.people import Person, told


def test_what_was_said_is_what_is_answered(clock, person):
    ann = person("Ann")
    clock.pass_seconds(3)
    said = ann.say("こんにちは\n<b>&amp;\u2028")
    assert (said.message.id, said.message.text) == (2, "こんにちは\n<b>&amp;\u2028")
    assert said.message.timestamp == clock.now
    assert said.zone == rooms.DEFAULT
    assert ann.texts(1) == ["こんにちは\n<b>&amp;\u2028"]


def test_what_no_format_can_carry_is_taken_out(person):
    assert person("Ann").say("a\x00\x0b\ufffe\ud800b").message.text == "ab"


@pytest.mark.parametrize("message", ["", " \n\t ", "\x00\x01", "\u3000"])
def test_nothing_is_not_said(ctx, person, message):
    with pytest.raises(LingrError, match="no_message"):
        person("Ann").say(message)
    assert len(told(ctx)) == 1


def test_messages_have_a_longest_length(person):
    ann = person("Ann")
    assert len(ann.say("語" * 1000).message.text) == 1000
    with pytest.raises(LingrError, match="at most 1000"):
        ann.say("x" * 1001)
    with pytest.raises(LingrError, match="request_id"):
        ann.say("x", request_id="x" * 101)


def test_observers_and_strangers_do_not_speak(person):
    with pytest.raises(LingrError, match="no_nickname"):
        person("").say("hello")
    stranger = person()
    stranger.ticket = person("Ann").ticket
    with pytest.raises(LingrError, match="invalid_ticket"):
        stranger.say("hello")


def test_a_request_repeated_through_another_process_is_said_once(open_ctx, ctx, person):
    ann = person("Ann")
    first = ann.say("hello", request_id="one")
    assert ann.via(open_ctx("two")).say("hello", request_id="one") == first
    assert told(ctx).count("hello") == 1


def test_words_without_a_request_id_are_said_each_time(ctx, person):
    ann = person("Ann")
    ann.say("hello")
    ann.say("hello")
    assert told(ctx).count("hello") == 2


def test_speaking_is_limited_per_ticket(open_ctx, lobby):
    ctx = open_ctx(rate_limits=True)
    ann, bob = Person(ctx).enter("Ann"), Person(ctx).enter("Bob")
    for number in range(120):
        ann.say(f"{number}")
    with pytest.raises(LingrError, match="rate_limited"):
        ann.say("one more")
    bob.say("mine")


def test_many_speakers_over_two_processes_make_one_sequence(open_ctx, ctx, person):
    """Nobody's words are lost, doubled or out of their speaker's order, and the numbers have no gap."""
    speakers = [person(f"n{number}").via(open_ctx(f"p{number % 2}")) for number in range(4)]
    threads = [
        threading.Thread(
            target=lambda speaker, name: [speaker.say(f"{name} {turn}") for turn in range(25)],
            args=(speaker, name),
        )
        for name, speaker in enumerate(speakers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    events = ctx.store.log.after("lobby", 0, 1000)
    assert [event.id for event in events] == list(range(1, 105))
    for name in range(4):
        own = [event.text for event in events if event.text.startswith(f"{name} ")]
        assert own == [f"{name} {turn}" for turn in range(25)]
