"""Any call keeps a session alive, and an empty counter is understood by both ways of reading along."""

from __future__ import annotations

import pytest

from lingr.domain import chat, observing, presence
from lingr.store import keys


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        (presence.set_nickname, {"nickname": "Anne"}),
        (presence.exit, {}),
        (chat.say, {"message": "hello", "occupant_id": "", "request_id": ""}),
        (observing.observe, {"counter": 1}),
        (observing.get_messages, {"counter": 1, "user_messages_only": False}),
    ],
)
def test_a_call_with_a_ticket_keeps_the_session_alive(ctx, store, person, call, arguments):
    caller = person("Ann").caller
    name = keys.session(caller.session_id)
    store.engine.command("PEXPIRE", name, 5000)
    call(ctx, caller, **arguments)
    presence.flush(ctx, lambda ticket: True)
    assert store.engine.command("PTTL", name) > 5000


def test_an_empty_counter_reads_on_where_the_last_reading_ended(ctx, person):
    ann, bob = person("Ann"), person("Bob")
    bob.say("one")

    def read():
        news = observing.get_messages(ctx, ann.caller, counter=None, user_messages_only=True)
        return [message.text for message in news.messages]

    assert read() == ["one"]
    assert read() == []
    bob.say("two")
    assert read() == ["two"]
