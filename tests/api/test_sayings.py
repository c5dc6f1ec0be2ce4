"""What is said comes back: any text, in all forms, to everybody."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingr.text import clean
from support.client import Visitor
from support.forms import FORMS, Speaker
from support.house import House

SAYINGS = [
    "こんにちは、世界",
    "😀👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "</script><script>alert(1)</script>",
    "]]>",
    "&amp; &#x27; &lt;b&gt;",
    "<b>bold</b> 'single' \"double\" \\back/slash",
    "line one\nline two\r\nline three\rline four\ttab",
    "  spaces  around  ",
    "separators \u2028 and \u2029 and \u0085",
    "del \x7f and c1 \x80\x9f and nbsp \xa0",
    "noncharacter \ufdd0 and \U0001ffff and bom \ufeff",
    "right\u202eto left\u202c",
    "e\u0301 is not é",
    "%41 + %2B = ?&#;",
    "{\"status\": \"ok\"}",
    "*/ /* // <!-- -->",
    "null",
    "0",
]  # fmt: skip


class Listeners:
    """A speaker in a room, and an observer for each form, all standing at the same counter."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.room = house.room()
        self.ann = house.enter(self.room, "ann")
        self.listening = {form: house.enter(self.room) for form in FORMS}

    def hear(self, form: str) -> Any:
        """What the observer of that form is told next."""
        visitor = self.listening[form]
        speaker = Speaker(self.house.client, form)
        who = {"session": visitor.session, "ticket": visitor.ticket}
        told = speaker.ok("room/observe", "GET", counter=visitor.counter, **who)
        visitor.counter = speaker.number(told["counter"])
        return told

    def hear_of(self, text: str, verb: str) -> list[str]:
        """How a text comes back: in the answers to saying it, and to each observer."""
        back = []
        for form in FORMS:
            speaker = Speaker(self.house.client, form)
            who = {"session": self.ann.session, "ticket": self.ann.ticket}
            back.append(speaker.ok("room/say", verb, message=text, **who)["message"]["text"])
        for form in FORMS:
            back += [message["text"] for message in self.hear(form)["messages"]]
        return back


@pytest.fixture(scope="module")
def listeners(house: House) -> Listeners:
    return Listeners(house)


@pytest.mark.parametrize("verb", ["GET", "POST"])
@pytest.mark.parametrize("text", SAYINGS)
def test_a_saying_comes_back_as_it_was(listeners: Listeners, text: str, verb: str) -> None:
    assert listeners.hear_of(text, verb) == [text] * 12


@settings(max_examples=25, deadline=None, database=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200),
    st.sampled_from(["GET", "POST"]),
)
def test_any_text_comes_back_cleaned_in_every_form(listeners: Listeners, text: str, verb: str) -> None:
    expected = clean(text)
    if expected.strip():
        assert listeners.hear_of(text, verb) == [expected] * 12
    else:
        who = {"session": listeners.ann.session, "ticket": listeners.ann.ticket}
        assert Speaker(listeners.house.client, "json").code("room/say", verb, message=text, **who) == 111


@pytest.mark.parametrize("bad", ["\x00", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_taken_out(listeners: Listeners, bad: str) -> None:
    assert listeners.hear_of(f"a{bad}b", "POST") == ["ab"] * 12


@pytest.fixture
def ann(house: House, room: str) -> Visitor:
    return house.enter(room, "ann")


@pytest.mark.parametrize("letter", ["x", "あ", "😀", "&"])
def test_a_thousand_characters_may_be_said_and_not_one_more(
    house: House, room: str, ann: Visitor, form: str, letter: str
) -> None:
    who = {"session": ann.session, "ticket": ann.ticket}
    speaker = Speaker(house.client, form)
    assert speaker.ok("room/say", message=letter * 1000, **who)["message"]["text"] == letter * 1000
    # What is taken out does not count.
    assert speaker.ok("room/say", message="\x00" * 9 + letter * 1000, **who)["status"] == "ok"
    before = house.info(room, counter=0)
    assert speaker.code("room/say", message=letter * 1001, **who) == 998
    assert house.info(room, counter=0) == before


def test_the_same_words_may_be_said_twice(house: House, room: str, ann: Visitor) -> None:
    assert ann.say("hello")["id"] != ann.say("hello")["id"]


def test_a_request_id_that_is_repeated_says_nothing_twice(
    house: House, room: str, ann: Visitor, form: str
) -> None:
    speaker = Speaker(house.client, form)
    who = {"session": ann.session, "ticket": ann.ticket, "request_id": "再送 1"}
    first = speaker.ok("room/say", message="hello", **who)
    for _ in range(3):
        assert speaker.ok("room/say", message="hello", **who) == first
    assert speaker.ok("room/say", message="something else", **who) == first
    assert house.info(room)["room"]["counter"] == 2


def test_a_request_id_belongs_to_its_session_and_room(house: House, room: str, ann: Visitor) -> None:
    bob = house.enter(room, "bob")
    elsewhere = house.enter_as(ann.session, house.room(), "ann")
    said = [visitor.say("hello", request_id="1") for visitor in (ann, bob, elsewhere)]
    assert [message["nickname"] for message in said] == ["ann", "bob", "ann"]
    assert house.info(room)["room"]["counter"] == 4


def test_a_refused_request_may_be_repeated_with_the_same_id(house: House, room: str) -> None:
    ann = house.enter(room)
    assert ann.call("say", message="hello", request_id="1")["error"]["code"] == 110
    ann.call("set_nickname", nickname="ann")
    assert ann.say("hello", request_id="1")["text"] == "hello"
