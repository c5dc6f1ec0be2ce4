"""Saying more without waiting: the same as saying it, and once whatever happens on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis import ResponseError

from lingr.domain import chat
from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.channel import CutOff, Unsent
from lingr.store.client import Engine
from support.people import ROOM, Person, told


class Channel:
    """Carries out what is sent when it is told to."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.sent = []

    def send_packed(self, request, done):
        self.sent.append((request, done))

    def deliver(self):
        connection = self.engine.connection()
        for request, done in self.sent:
            connection.send_packed_command([request])
            try:
                done([connection.read_response()])
            except ResponseError as refusal:
                done([refusal])
        connection.disconnect()

    def close(self):
        self.sent.clear()


class Again:
    """Somebody who has said something, and says more."""

    def __init__(self, person: Person, to: str = "") -> None:
        self.person = person
        self.channel = person.ctx.store.engine.channel = Channel(person.ctx.store.engine)
        self.to = to
        person.say("first", to)
        self.saying = chat.prepare(person.ctx, person.caller, occupant_id=to, request_id="")

    def say(self, text):
        """What is told to who does not wait."""
        outcomes = []
        attempt = self.saying.send(text, outcomes.append)
        assert attempt is not None
        self.channel.deliver()
        self.channel.sent.clear()
        return self.saying.outcome(outcomes[0])

    def say_at_last(self, attempt, text):
        caller = replace(self.person.caller, attempt=attempt)
        return chat.say(self.person.ctx, caller, message=text, occupant_id=self.to, request_id="")


@pytest.mark.parametrize("text", ["hello", "夜の部屋 \u2028 \U0001f319", "a\x00\x1b\ufffeb\r\n", "語" * 1000])
def test_it_is_what_saying_it_makes(person, clock, text):
    ann = person("Ann")
    again = Again(ann)
    said, other = again.say(text), ann.say(text)
    assert said.zone == other.zone
    assert {**told_of(said), "id": None} == {**told_of(other), "id": None}
    assert said.message.id + 1 == other.message.id


def told_of(said):
    return {name: getattr(said.message, name) for name in said.message.__slots__}


def test_private_words_stay_private(person):
    ann, bob, eve = (person(name) for name in ("Ann", "Bob", "Eve"))
    said = Again(ann, bob.occupant_id).say("between us")
    assert said.message.type == "private"
    assert "between us" in bob.texts()
    assert "between us" not in eve.texts()


@pytest.mark.parametrize("text", ["", " \n", "\x01", "\u3000", "x" * 1001])
def test_what_may_not_be_said_is_not_sent(person, text):
    again = Again(person("Ann"))
    assert again.saying.send(text, None) is None
    assert again.channel.sent == []


def test_each_attempt_has_a_name_of_its_own(person):
    ann = person("Ann")
    one, other = Again(ann), Again(ann)
    names = [again.saying.send("a", None) for again in (one, other) for _ in range(3)]
    assert len(set(names)) == 6


@pytest.mark.parametrize("lost", [Unsent(""), CutOff("")])
def test_no_word_from_the_engine_is_no_word_said(person, lost):
    assert Again(person("Ann")).saying.outcome(lost) is None


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("limited", [False, True])
def test_what_was_said_and_not_heard_of_is_not_said_again(open_ctx, lobby, limited, private):
    ctx = open_ctx(rate_limits=limited)
    ann, bob = Person(ctx), Person(ctx)
    ann.enter("Ann")
    bob.enter("Bob")
    again = Again(ann, bob.occupant_id if private else "")
    attempt = again.saying.send("hello", lambda replies: None)
    again.channel.deliver()
    first = again.say_at_last(attempt, "hello")
    assert again.say_at_last(attempt, "hello") == first
    assert bob.texts().count("hello") == 1
    assert told(ctx).count("hello") == 1


def test_what_reaches_the_engine_after_it_was_said_at_last_is_not_said_again(ctx, person):
    again = Again(person("Ann"))
    outcomes = []
    attempt = again.saying.send("hello", outcomes.append)
    said = again.say_at_last(attempt, "hello")
    again.channel.deliver()
    assert again.saying.outcome(outcomes[0]) == said
    assert told(ctx).count("hello") == 1


def test_a_repetition_that_says_nothing_makes_nobody_look_twice(ctx, person):
    again = Again(person("Ann"))
    attempt = again.saying.send("hello", lambda replies: None)
    again.channel.deliver()
    again.say_at_last(attempt, "hello")
    nobody = person("").caller
    with pytest.raises(LingrError, match="no_nickname"):
        chat.say(ctx, replace(nobody, attempt="-1"), message="x", occupant_id="", request_id="")
    assert ctx.store.engine.command("HGET", keys.room(ROOM).room, "repeated") is None
    again.say_at_last("-1", "more")
    assert ctx.store.engine.command("HGET", keys.room(ROOM).room, "repeated") is not None


def test_a_script_that_the_engine_has_forgotten_is_told_at_last(ctx, person):
    again = Again(person("Ann"))
    ctx.store.engine.command("SCRIPT", "FLUSH")
    assert again.say("hello") is None
    again.say_at_last("-1", "hello")
    assert again.say("more").message.text == "more"
    assert told(ctx)[-2:] == ["hello", "more"]


def test_who_has_left_says_nothing(person):
    ann = person("Ann")
    again = Again(ann)
    ann.exit()
    assert again.say("hello") is None
    with pytest.raises(LingrError, match="invalid_ticket"):
        again.say_at_last("-1", "hello")


def test_it_counts_as_speaking(open_ctx, lobby):
    again = Again(Person(open_ctx(rate_limits=True, limit_say="3/minute")).enter("Ann"))
    assert [again.say(text) is None for text in "abc"] == [False, False, True]
    with pytest.raises(LingrError, match="rate_limited"):
        again.say_at_last("-1", "c")


def test_it_keeps_the_session_alive(ctx, person):
    ann = person("Ann")
    again = Again(ann)
    ctx.store.sessions.flush()
    key = f"lingr:session:{{{ann.session.id}}}"
    ctx.store.engine.command("PEXPIRE", key, 5000)
    again.say("hello")
    ctx.store.sessions.flush()
    assert ctx.store.engine.command("PTTL", key) > 5000


def test_request_ids_and_engines_that_are_waited_for_leave_nothing_to_prepare(ctx, person):
    ann = person("Ann")
    Again(ann)
    assert chat.prepare(ctx, ann.caller, occupant_id="", request_id="1") is None
    ctx.store.engine.channel = None
    assert chat.prepare(ctx, ann.caller, occupant_id="", request_id="") is None


def test_an_answer_lost_with_the_engines_scripts_is_asked_for_again(ctx, person, monkeypatch):
    ann, engine = person("Ann"), ctx.store.engine
    carry_out, lost = engine._attempt, []

    def lose(commands):
        replies = carry_out(commands)
        if commands[0][0] == "EVALSHA" and not lost:
            lost.append(commands)
            carry_out([("SCRIPT", "FLUSH")])
            raise CutOff("")
        return replies

    monkeypatch.setattr(engine, "_attempt", lose)
    assert ann.say("hello").message.text == "hello"
    assert lost
    assert told(ctx).count("hello") == 1


def test_what_was_repeated_long_ago_slows_nobody_down(ctx, person):
    ann = person("Ann")
    again = Again(ann)
    again.say_at_last("-1", "hello")
    room, attempts = keys.room(ROOM).room, keys.repeated(ROOM)
    again.say("at once")
    assert ctx.store.engine.command("HEXISTS", room, "repeated")
    assert 0 < ctx.store.engine.command("PTTL", attempts) <= chat.OWN_MILLISECONDS
    ctx.store.engine.command("DEL", attempts)
    again.say("later")
    assert not ctx.store.engine.command("HEXISTS", room, "repeated")
    assert told(ctx)[-3:] == ["hello", "at once", "later"]
