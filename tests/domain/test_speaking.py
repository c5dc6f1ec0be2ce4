"""What users of 2009 and bots say in rooms, in which they hold no ticket."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from lingr.domain import accounts, archives, bots, changing, logins, members, presence, rooms, speaking
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.store import keys
from lingr.values import News
from lingr.values_v2 import Numbered, OwnBot
from support.archive import hits
from support.cuts import WAYS, cut
from support.people import ROOM, told

PLAIN = {"app_key": "", "api_key": "", "api_version": ""}


@pytest.fixture
def login(ctx: Context) -> Callable[..., Caller]:
    """Makes an account, and opens a session of it."""

    def login(username: str = "ann", nickname: str = "Ann") -> Caller:
        accounts.create_user(
            ctx, username=username, email=f"{username}@example.org", password="p", nickname=nickname
        )
        made = logins.create(ctx, Caller(address="here"), user=username, password="p", **PLAIN)
        return Caller(session=made.session, session_id=made.session.id)

    return login


@pytest.fixture
def echo(ctx, lobby):
    """A bot in the lobby."""
    bot = bots.create(ctx, id="echo", name="Echo")
    bots.invite(ctx, bot, lobby)
    return bot


def say(ctx: Context, caller: Caller, text: str, room: str = ROOM, **options: Any) -> Numbered:
    return speaking.say(ctx, caller, room=room, text=text, **options)


def say_as(ctx: Context, speaker: OwnBot, text: str, room: str = ROOM, **options: Any) -> Numbered:
    proof = {"bot": speaker.id, "bot_verifier": bots.verifier_of(speaker.id, speaker.secret)}
    return say(ctx, Caller(), text, room, **{**proof, **options})


def test_a_user_says_something_where_it_is_not(ctx, clock, login, person):
    watcher, ann = person("Watcher"), login("ann", "アン")
    clock.pass_seconds(3)
    said = say(ctx, ann, "こんにちは <b>&amp;\n+%", local_id="mine")
    message = said.message
    assert (said.room, message.text, message.local_id) == (ROOM, "こんにちは <b>&amp;\n+%", "mine")
    assert (message.nickname, message.username, message.user_id) == ("アン", "ann", ann.user_id)
    assert (message.occupant_id, message.timestamp) == (ann.present.public_id, clock.now)
    assert (message.type, message.client_type, message.source) == ("user", "human", "api")
    assert said.id > 0
    assert watcher.texts() == ["こんにちは <b>&amp;\n+%"]


def test_ids_of_messages_rise_within_a_room_and_differ_between_rooms(ctx, login, lobby):
    rooms.create(ctx, id="library", name="Library")
    ann = login()
    ids = [say(ctx, ann, "x", room).id for room in (ROOM, "library", ROOM, "library", ROOM)]
    assert ids[0] < ids[2] < ids[4]
    assert ids[1] < ids[3]
    assert len(set(ids)) == 5


def test_a_user_has_the_nickname_of_its_account(ctx, clock, login, lobby):
    ann = login()
    accounts.change_user(ctx, ann.user_id, nickname="Anna")
    clock.pass_seconds(11)
    assert say(ctx, ann, "hello").message.nickname == "Anna"


def test_nobody_speaks_without_a_session(ctx, lobby):
    with pytest.raises(LingrError, match="invalid_session"):
        say(ctx, Caller(), "hello")
    with pytest.raises(LingrError, match="invalid_session"):
        say(ctx, Caller(), "hello", bot="", bot_verifier="x")


@pytest.mark.parametrize("speaker", ["user", "bot"])
def test_what_cannot_be_said_is_refused(ctx, login, echo, speaker):
    caller = login()

    def speak(text: str, room: str = ROOM, **options: Any) -> Numbered:
        return say(ctx, caller, text, room, **options) if speaker == "user" else say_as(ctx, echo, text, room)

    for nothing in ("", " \n", "\x00\x01", "\u3000"):
        with pytest.raises(LingrError, match="no_message"):
            speak(nothing)
    with pytest.raises(LingrError, match="message_too_long"):
        speak("語" * 1001)
    for nowhere in ("nowhere", "", "a/b", "ロビー", "x" * 100):
        with pytest.raises(LingrError, match="invalid_room"):
            speak("hello", nowhere)
    assert told(ctx) == []
    assert speak("語" * 1000).message.text == "語" * 1000
    assert speak("a\x00\ufffeb").message.text == "ab"


def test_names_of_any_length_are_not_taken(ctx, login, lobby):
    ann = login()
    for name, length in (("local_id", 201), ("request_id", 101)):
        with pytest.raises(LingrError, match=name):
            say(ctx, ann, "hello", **{name: "x" * length})
    assert say(ctx, ann, "hello", local_id="").message.local_id is None
    assert say(ctx, ann, "hello", local_id="<\x00あ").message.local_id == "<あ"


def test_a_closed_room_hears_its_members_alone(ctx, login, lobby):
    ann, bob = login("ann"), login("bob")
    for closed in (
        rooms.create(ctx, id="secret", name="S", password="p"),
        rooms.create(ctx, id="club", name="C", members_only=True),
    ):
        with pytest.raises(LingrError, match="invalid_room"):
            say(ctx, ann, "hello", closed.id)
        members.add(ctx, closed, accounts.require_user(ctx, "ann"))
        assert say(ctx, ann, "hello", closed.id).message.text == "hello"
        with pytest.raises(LingrError, match="invalid_room"):
            say(ctx, bob, "hello", closed.id)


def test_what_comes_again_is_said_once(ctx, login, lobby):
    ann, bob = login("ann"), login("bob")
    first = say(ctx, ann, "hello", request_id="1")
    assert say(ctx, ann, "hello", request_id="1") == first
    assert say(ctx, bob, "hello", request_id="1") != first
    assert say(ctx, ann, "hello") != say(ctx, ann, "hello")
    own = f"pending-{ann.present.public_id}-7"
    numbered = say(ctx, ann, "hello", local_id=own)
    assert say(ctx, ann, "hello", local_id=own) == numbered
    anew = say(ctx, ann, "a client that begins anew", local_id=own)
    assert anew.message.local_id == own
    foreign = f"pending-{bob.present.public_id}-7"
    assert say(ctx, ann, "hello", local_id=foreign) != say(ctx, ann, "hello", local_id=foreign)
    assert say(ctx, ann, "hello", local_id="same") != say(ctx, ann, "hello", local_id="same")
    assert len(told(ctx)) == 10


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["user", "numbered", "bot", "answer"])
def test_what_was_cut_off_and_comes_again_is_said_once(ctx, login, echo, kind, way):
    ann = login()
    own = f"pending-{ann.present.public_id}-1"
    calls: dict[str, Callable[[], object]] = {
        "user": lambda: say(ctx, ann, text, request_id=text),
        "numbered": lambda: say(ctx, ann, text, local_id=own),
        "bot": lambda: say_as(ctx, echo, text, request_id=text),
        "answer": lambda: speaking.answer(ctx, echo, ROOM, text, text),
    }
    texts = []
    for at in count():
        text = f"the {at}th"
        texts.append(text)
        with cut(at, way) as knife:
            calls[kind]()
        if not knife.fell:
            break
        calls[kind]()
    assert at > 0
    assert told(ctx) == texts


def test_all_that_remembers_what_was_said_dies_by_itself(ctx, login, echo):
    ann = login()
    say(ctx, ann, "hello")
    say(ctx, ann, "hello", request_id="<{}>:*")
    say_as(ctx, echo, "hello", request_id="x")
    speaking.answer(ctx, echo, ROOM, "hello", "delivery")
    names = ctx.store.engine.command("KEYS", "*:said:*") + ctx.store.engine.command("KEYS", "*:answered:*")
    assert len(names) == 4
    assert all(ctx.store.engine.command("PTTL", name) > 50_000 for name in names)


@pytest.mark.parametrize("rounds", [2])
def test_who_says_too_much_waits_by_session_and_by_bot(open_ctx, login, echo, rounds):
    strict = open_ctx(rate_limits=True, limit_say=f"{rounds}/minute")
    ann, bob = login("ann"), login("bob")
    for speak in (
        lambda: say(strict, ann, "hello"),
        lambda: say(strict, bob, "hello"),
        lambda: say_as(strict, echo, "hello"),
    ):
        for _ in range(rounds):
            speak()
        with pytest.raises(LingrError, match="rate_limited"):
            speak()
    for number in range(2 * rounds):
        assert speaking.answer(strict, echo, ROOM, "hello", str(number)) is not None


def test_a_bot_says_something_where_it_was_invited(ctx, person, echo):
    watcher = person("Watcher")
    said = say_as(ctx, echo, "echo echo", local_id="ignored")
    message = said.message
    assert (message.text, message.nickname, message.bot_id) == ("echo echo", "Echo", "echo")
    assert (message.occupant_id, message.user_id, message.username) == (echo.public_id, None, None)
    assert (message.type, message.client_type, message.local_id) == ("user", "automaton", None)
    news = watcher.observe(watcher.counter)
    assert isinstance(news, News)
    assert [(one.occupant_id, one.nickname) for one in news.messages] == [(echo.public_id, "Echo")]
    again = say_as(ctx, echo, "once", request_id="1")
    assert say_as(ctx, echo, "once", request_id="1") == again


def test_a_bot_is_silent_elsewhere_and_learns_of_no_closed_room(ctx, echo):
    rooms.create(ctx, id="library", name="Library")
    closed = rooms.create(ctx, id="club", name="C", members_only=True)
    with pytest.raises(LingrError, match="bot_not_here"):
        say_as(ctx, echo, "hello", "library")
    with pytest.raises(LingrError, match="invalid_room"):
        say_as(ctx, echo, "hello", "club")
    bots.invite(ctx, echo, closed)
    assert say_as(ctx, echo, "hello", "club").room == "club"


def test_a_bot_that_proves_nothing_is_refused(ctx, login, echo):
    for wrong in ({"bot_verifier": "0" * 40}, {"bot_verifier": None}, {"bot": "nobody"}, {"bot": "Echo"}):
        with pytest.raises(LingrError, match="invalid_bot"):
            say_as(ctx, echo, "hello", **wrong)
    with pytest.raises(LingrError, match="invalid_bot"):
        say(ctx, login(), "hello", bot="echo", bot_verifier="0" * 40)
    assert told(ctx) == []


def test_a_paused_bot_is_woken_by_its_own_words(ctx, clock, echo):
    ctx.store.engine.command("HSET", keys.bot_trouble("echo"), "paused", clock.now, "why", "gone", "tries", 9)
    speaking.answer(ctx, echo, ROOM, "hello", "1")
    assert ctx.store.deliveries.trouble(["echo"])[0].paused == clock.now
    before = ctx.store.bots.version()
    say_as(ctx, echo, "I am back")
    assert ctx.store.deliveries.trouble(["echo"])[0].paused == 0
    assert ctx.store.bots.version() > before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "hello"),
        ("hello\n", "hello"),
        ("hello\r\n", "hello"),
        ("one\ntwo\n\n", "one\ntwo\n"),
        (" 犬\x00 ", " 犬 "),
        ("語" * 1500, "語" * 1000),
        ("x" * 1000 + "\n", "x" * 1000),
        *((nothing, None) for nothing in ("", "\n", " \r\n", "\x07", "\u3000")),
    ],
)
def test_an_answer_is_what_a_program_wrote(ctx, echo, text, said):
    message = speaking.answer(ctx, echo, ROOM, text, "1")
    assert (None if message is None else message.text) == said
    assert told(ctx) == ([] if said is None else [said])


def test_an_answer_is_said_once(ctx, echo):
    assert speaking.answer(ctx, echo, ROOM, "hello", "1") is not None
    assert speaking.answer(ctx, echo, ROOM, "hello", "1") is None
    assert speaking.answer(ctx, echo, ROOM, "hello", "2") is not None
    bots.remove(ctx, echo, rooms.find(ctx, ROOM))
    with pytest.raises(LingrError, match="bot_not_here"):
        speaking.answer(ctx, echo, ROOM, "hello", "3")
    changing.delete(ctx, rooms.find(ctx, ROOM))
    with pytest.raises(LingrError, match="invalid_room"):
        speaking.answer(ctx, echo, ROOM, "hello", "4")
    assert not ctx.store.engine.command("KEYS", "*:answered:*")


def test_a_room_that_moved_is_spoken_in_by_its_new_id(ctx, login, echo):
    changing.change(ctx, rooms.find(ctx, ROOM), new_id="elsewhere")
    assert say(ctx, login(), "hello", "elsewhere").room == "elsewhere"
    assert say_as(ctx, echo, "hello", "elsewhere").room == "elsewhere"
    with pytest.raises(LingrError, match="invalid_room"):
        say_as(ctx, echo, "hello", ROOM)


@pytest.mark.parametrize("speaker", ["user", "bot", "answer"])
def test_what_is_said_in_an_empty_room_is_found(ctx, clock, login, echo, speaker):
    if speaker == "user":
        say(ctx, login(), "lonely tea")
    elif speaker == "bot":
        say_as(ctx, echo, "lonely tea")
    else:
        speaking.answer(ctx, echo, ROOM, "lonely tea", "1")
    assert ROOM in ctx.store.rounds.occupied(0, 10)[1]
    clock.pass_seconds(ctx.settings.ticket_seconds + 1)
    presence.sweep(ctx)
    assert hits(ctx, "tea") == [(ROOM, "lonely tea")]
    assert ctx.store.rounds.occupied(0, 10)[1] == []
    assert archives.index_room(ctx, ROOM) == 0
