"""What bots are told by the real process, and what becomes of what they answer."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lingr.bots.courier import FAILED, REFUSED, SAID, SILENT, SKIPPED
from lingr.domain import bots, deliveries, numbering, rooms, speaking
from lingr.domain.context import Caller
from lingr.values import Holder
from lingr.values_deliveries import Attempt
from support.endpoint import soon
from support.people import Person

pytestmark = pytest.mark.live


def settled(ctx, bot_id, count=1):
    """Waits until so many attempts have been noted; returns them."""
    soon(lambda: len(deliveries.attempts(ctx, bot_id, 100)) >= count)
    return deliveries.attempts(ctx, bot_id, 100)


def test_what_a_person_says_is_posted_as_documented_and_what_comes_back_is_said(
    ctx, ann, bot, endpoint, process, heard
):
    echo = bot("echo", "echo")
    process()
    said = ann.say("こんにちは <b>&amp;</b> 😀\nline 2").message
    soon(heard)
    [call] = endpoint.calls
    number = numbering.number_of(ctx, "lobby", said.id)
    assert call.headers["content-type"] == "application/json"
    assert b"\n" not in call.body
    assert call.body.startswith(b'{"status":"ok","counter":%d,"events":[{"event_id":%d,' % (said.id, said.id))
    assert list(call.json) == ["status", "counter", "events"]
    [event] = call.json["events"]
    assert list(event) == ["event_id", "message"]
    assert event["event_id"] == call.json["counter"] == said.id
    message = event["message"]
    assert message["id"] == str(number)
    assert message["room"] == "lobby"
    assert message["text"] == said.text
    assert message["type"] == "user"
    assert message["nickname"] == "Ann"
    assert message["public_session_id"] == ann.occupant_id
    assert message["local_id"] is None
    assert "こんにちは".encode() in call.body
    assert heard() == [f"heard {said.text}"]
    [answer] = [one for one in ctx.store.log.stored("lobby", said.id, 10) if one.bot_id]
    assert (answer.type, answer.nickname, answer.occupant_id) == ("user", "echo bot", echo.public_id)
    [attempt] = settled(ctx, "echo")
    assert (attempt.room, attempt.message, attempt.status, attempt.outcome) == ("lobby", number, 200, SAID)


def test_a_delivery_is_signed(ctx, ann, bot, endpoint, process):
    silent = bot("silent", "silent")
    process()
    ann.say("hello")
    soon(lambda: endpoint.calls)
    [call] = endpoint.calls
    Webhook(bots.signing_key(silent.secret)).verify(call.body, call.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(bots.signing_key("another")).verify(call.body, call.headers)
    assert call.headers["webhook-id"] == deliveries.name_of("silent", int(call.message["id"]))


def test_nobody_is_told_what_bots_say_or_what_is_private(ctx, ann, bot, endpoint, process, heard):
    bot("echo", "echo")
    other = bot("other", "echo/other")
    bob = Person(ctx).enter("Bob")
    process()
    ann.say("to Bob alone", to=bob.occupant_id)
    bob.rename("Robert")
    verifier = bots.verifier_of(other.id, other.secret)
    speaking.say(ctx, Caller(), room="lobby", text="by myself", bot="other", bot_verifier=verifier)
    bob.exit()
    ann.say("to all")
    soon(lambda: len(heard()) == 3)
    assert [call.text for call in endpoint.calls] == ["to all", "to all"]
    assert sorted(heard()) == ["by myself", "heard to all", "heard to all"]


def test_only_the_rooms_a_bot_is_in_are_told(ctx, ann, bot, endpoint, process):
    den = rooms.create(ctx, id="den", name="Den", members_only=True)
    bot("inside", "silent/inside", den)
    bot("outside", "silent/outside")
    process()
    speaker = bots.create(ctx, id="speaker", name="Speaker")
    bots.invite(ctx, speaker, den)
    ann.say("in the lobby")
    soon(lambda: endpoint.texts("silent/outside"))
    assert endpoint.texts("silent/inside") == []
    assert endpoint.texts("silent/outside") == ["in the lobby"]


def test_in_a_room_that_has_moved_its_new_id_is_told(ctx, ann, bot, endpoint, process, lobby, heard):
    bot("echo", "echo")
    ctx.store.engine.command("HSET", "lingr:room:{lobby}", "moved_to", "parlour")
    process()
    ann.say("where am I?")
    soon(lambda: heard())
    assert endpoint.calls[0].message["room"] == "parlour"


SILENTLY = [
    ("silent", SILENT, ""),
    ("status?code=204", SILENT, ""),
    ("status?code=201&text=made", SILENT, ""),
    ("status?code=404&text=not+found", REFUSED, "status 404"),
    ("redirect", REFUSED, "status 302"),
    ("long", SKIPPED, "the answer is too long"),
    ("endless", SKIPPED, "the answer is too long"),
]


def test_other_answers_are_not_said(ctx, ann, bot, endpoint, process, heard):
    for number, (path, _, _) in enumerate(SILENTLY):
        bot(f"odd{number}", path)
    process()
    ann.say("one")
    ann.say("two")
    for number, (_, outcome, why) in enumerate(SILENTLY):
        found = settled(ctx, f"odd{number}", 2)
        assert [(one.outcome, one.why, one.number) for one in found] == [(outcome, why, 1)] * 2
    assert endpoint.texts("redirect") == ["one", "two"]
    assert endpoint.texts("echo") == []
    assert heard() == []


def test_an_answer_is_cut_and_loses_its_last_line_break(ctx, ann, bot, process, heard):
    bot("long", "long?bytes=3000")
    process()
    ann.say("go on")
    soon(heard)
    assert heard() == ["x" * 1000]


def test_packed_answers_are_not_unpacked(ctx, ann, bot, endpoint, process, heard):
    bot("packed", "compressed")
    process()
    ann.say("unpack this")
    soon(heard)
    assert endpoint.calls[0].headers["accept-encoding"] == "identity"
    assert heard() == ["not unpacked"]


BADLY = [
    ("status/0?code=500", "status 500"),
    ("status/1?code=503", "status 503"),
    ("status/2?code=429", "status 429"),
    ("hang", "no answer within 1 seconds"),
    ("endless?pause=0.1", "no answer within 1 seconds"),
    ("hasty", "the connection was closed"),
    ("babble", "what came back is not HTTP"),
]


def test_who_does_not_answer_is_tried_again_and_then_paused(ctx, ann, bot, endpoint, process):
    for number, (path, _) in enumerate(BADLY):
        bot(f"bad{number}", path)
    one = process(LINGR_BOT_TRIES="3")
    ann.say("one")
    ann.say("two")
    for number, (path, why) in enumerate(BADLY):
        found = settled(ctx, f"bad{number}", 3)
        assert [(one.outcome, one.why, one.number) for one in found] == [(FAILED, why, n) for n in (1, 2, 3)]
        assert len({one.delivery for one in found}) == 1
        calls = [call for call in endpoint.calls if call.path == f"/{path.partition('?')[0]}"]
        assert {call.headers["webhook-id"] for call in calls} == {found[0].delivery}
        [trouble] = deliveries.troubles(ctx, [f"bad{number}"])
        assert trouble.paused
        assert trouble.why == why
    soon(lambda: one.said().count("bot paused") == len(BADLY))
    time.sleep(0.5)
    assert all(len(deliveries.attempts(ctx, f"bad{number}", 100)) == 3 for number in range(len(BADLY)))
    assert {call.text for call in endpoint.calls} == {"one"}


def test_who_answers_after_some_attempts_misses_nothing(ctx, ann, bot, endpoint, process, heard):
    bot("late", "failing?times=2")
    process(LINGR_BOT_TRIES="3")
    for word in "one", "two", "three":
        ann.say(word)
    soon(lambda: len(heard()) == 3)
    assert heard() == ["heard one", "heard two", "heard three"]
    assert endpoint.texts("failing") == [word for word in ("one", "two", "three") for _ in range(3)]
    assert [one.number for one in settled(ctx, "late", 9)] == [1, 2, 3] * 3


def test_where_it_is_of_no_use_to_try_again_the_bot_is_paused_at_once(ctx, ann, endpoint, process, lobby):
    known = {
        "private": ("http://[::1]:{port}/echo", "::1 is at a private address, which may not be called"),
        "gone": ("http://127.0.0.1:{port}/status?code=410", "the endpoint wants no more"),
    }
    for name, (url, _) in known.items():
        made = bots.create(ctx, id=name, name=name, endpoint=url.format(port=endpoint.server_port))
        bots.invite(ctx, made, lobby)
    process(LINGR_BOT_ALLOW_PRIVATE="off", LINGR_BOT_NETWORKS="127.0.0.1/32, ::2/128")
    ann.say("hello")
    for name, (_, why) in known.items():
        assert [one.why for one in settled(ctx, name)] == [why]
        assert deliveries.troubles(ctx, [name])[0].paused
    assert [call.path for call in endpoint.calls] == ["/status"]


def test_nothing_private_is_called_unless_that_is_allowed(ctx, ann, bot, endpoint, process, lobby):
    bot("literal", "echo")
    named = f"http://localhost:{endpoint.server_port}/echo"
    bots.invite(ctx, bots.create(ctx, id="named", name="Named", endpoint=named), lobby)
    process(LINGR_BOT_ALLOW_PRIVATE="off")
    ann.say("hello")
    for name, host in ("literal", "127.0.0.1"), ("named", "localhost"):
        assert [one.why for one in settled(ctx, name)] == [
            f"{host} is at a private address, which may not be called"
        ]
        soon(lambda name=name: deliveries.troubles(ctx, [name])[0].paused)
    assert endpoint.calls == []


def test_names_that_lead_nowhere_and_ports_where_nobody_listens(ctx, ann, process, lobby):
    for name, url in ("nowhere", "http://nothing.invalid/"), ("nobody", "http://127.0.0.1:9/"):
        bots.invite(ctx, bots.create(ctx, id=name, name=name, endpoint=url), lobby)
    process(LINGR_BOT_TRIES="2")
    ann.say("hello")
    assert {one.why for one in settled(ctx, "nowhere", 2)} == {"the host name cannot be resolved"}
    assert {one.why for one in settled(ctx, "nobody", 2)} == {"connection refused"}


def test_dead_and_slow_bots_delay_nobody(ctx, ann, bot, endpoint, process, heard):
    for number in range(20):
        bot(f"dead{number}", "hang")
    bot("slow", "echo/slow?wait=0.3")
    bot("fast", "echo/fast")
    process(LINGR_BOT_SECONDS="15")
    for number in range(10):
        ann.say(f"{number}")
    soon(lambda: len(heard(bot_id="fast")) == 10)
    assert heard(bot_id="fast") == [f"heard {number}" for number in range(10)]
    soon(lambda: len(heard(bot_id="slow")) == 10)
    assert len(endpoint.texts("hang")) == 20
    assert all(deliveries.attempts(ctx, f"dead{number}", 1) == [] for number in range(20))
    assert heard(bot_id="slow") == [f"heard {number}" for number in range(10)]


def test_one_thing_at_a_time_in_the_order_in_which_it_was_said(ctx, ann, bot, endpoint, process, clock):
    others = [rooms.create(ctx, id=f"room{number}", name="A room") for number in range(3)]
    people = [Person(ctx).enter("Bob", id=room.id) for room in others]
    bot("slow", "echo?wait=0.02", *others)
    texts = []
    for turn in range(5):
        for number, person in enumerate(people):
            texts.append(f"{turn} {number}")
            clock.pass_seconds(0.01)
            person.say(texts[-1])
    process()
    soon(lambda: len(endpoint.calls) == 15)
    assert endpoint.texts("echo") == texts
    times = [call.at for call in endpoint.calls]
    assert all(later - earlier >= 0.02 for earlier, later in pairwise(times))


def test_the_owner_is_told_in_private_when_it_is_there(ctx, ann, bot, process, lobby):
    owner = "0000000000U"
    ctx.store.engine.command("HSET", "lingr:room:{lobby}:online", owner, 1)
    bot("bad", "status?code=410", owner_id=owner)
    process()
    ann.say("hello")
    soon(lambda: deliveries.troubles(ctx, ["bad"])[0].paused)
    soon(lambda: ctx.store.log.stored("lobby", 0, 100)[-1].type == "private")
    told = ctx.store.log.stored("lobby", 0, 100)[-1]
    assert told.to_user_id == owner
    assert "lingr bot wake bad" in told.text
    assert told.nickname == "bad bot"
    assert not told.concerns(Holder(ann.occupant_id))
    ctx.store.engine.command("HDEL", "lingr:room:{lobby}:online", owner)


def test_a_bot_that_is_woken_goes_on_where_it_stopped_but_not_from_long_ago(
    ctx, ann, bot, endpoint, process, clock, heard
):
    bot("bad", "moody")
    process()
    ann.say("the one that failed, long ago")
    soon(lambda: deliveries.troubles(ctx, ["bad"])[0].paused)
    clock.pass_seconds(5000)
    ann.say("lately")
    endpoint.is_well = True
    clock.pass_seconds(1000)
    assert heard() == []
    assert deliveries.wake(ctx, "bad")
    assert not deliveries.wake(ctx, "bad")
    soon(heard, 5)
    ann.say("now")
    soon(lambda: len(heard()) == 2)
    assert endpoint.texts("moody") == ["the one that failed, long ago", "lately", "now"]


def test_another_endpoint_wakes_a_bot(ctx, ann, bot, endpoint, process, heard):
    bot("bad", "moody")
    process()
    ann.say("hello")
    soon(lambda: deliveries.troubles(ctx, ["bad"])[0].paused)
    bots.change(ctx, bots.require(ctx, "bad"), endpoint=endpoint.url("echo"))
    soon(lambda: heard() == ["heard hello"], 5)


def test_a_bot_wakes_itself_by_speaking(ctx, ann, bot, endpoint, process, heard):
    made = bot("self", "status?code=410")
    process()
    ann.say("one")
    soon(lambda: deliveries.troubles(ctx, ["self"])[0].paused)
    verifier = bots.verifier_of(made.id, made.secret)
    speaking.say(ctx, Caller(), room="lobby", text="I am back", bot="self", bot_verifier=verifier)
    soon(lambda: endpoint.texts("status") == ["one", "one"], 5)


def test_new_bots_changed_ones_and_those_sent_away_are_noticed(ctx, ann, bot, endpoint, process, lobby):
    process()
    bot("first", "silent/first")
    time.sleep(1.5)
    ann.say("one")
    soon(lambda: endpoint.texts("silent/first") == ["one"], 5)
    second = bot("second", "silent/second")
    ann.say("two")
    soon(lambda: endpoint.texts("silent/second") == ["two"], 5)
    bots.remove(ctx, second, lobby)
    bots.change(ctx, bots.require(ctx, "first"), endpoint=endpoint.url("silent/other"))
    time.sleep(1.5)
    ann.say("three")
    soon(lambda: endpoint.texts("silent/other") == ["three"], 5)
    bots.change(ctx, bots.require(ctx, "first"), endpoint="")
    bots.invite(ctx, second, lobby)
    time.sleep(1.5)
    ann.say("four")
    soon(lambda: endpoint.texts("silent/second") == ["two", "four"], 5)
    assert endpoint.texts("silent/other") == ["three"]
    bots.change(ctx, bots.require(ctx, "first"), endpoint=endpoint.url("silent/again"))
    time.sleep(1.5)
    ann.say("five")
    soon(lambda: endpoint.texts("silent/again"), 5)
    assert endpoint.texts("silent/again") == ["five"]


def test_a_bot_that_is_sent_away_while_it_is_called_says_nothing(
    ctx, ann, bot, endpoint, process, lobby, heard
):
    made = bot("slow", "echo?wait=0.5")
    process()
    ann.say("hello")
    soon(lambda: endpoint.calls)
    bots.remove(ctx, made, lobby)
    time.sleep(1)
    assert heard() == []
    assert len(endpoint.calls) == 1


def test_what_a_bot_answers_cannot_break_a_reader(ctx, ann, bot, process, heard):
    bot("odd", "controls")
    process()
    ann.say("hello")
    soon(heard)
    assert heard() == ["ab\u2028c"]


def test_the_log_of_deliveries_is_bounded(ctx):
    one = Attempt(1, "lobby", 1, "d", 1, 200, 1, SAID)
    ctx.store.engine.command("HSET", "lingr:bot:{b}:cursors", "lobby", 0)
    for number in range(500):
        assert ctx.store.deliveries.done("b", 0, "lobby", number, number + 1, one)
    assert len(deliveries.attempts(ctx, "b", 1000)) < 400
    assert deliveries.attempts(ctx, "b", 1) == [one]
