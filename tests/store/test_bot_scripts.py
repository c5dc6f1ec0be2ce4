"""The scripts of bots, and of what is said without a ticket, each through its function."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.rates import Allowance
from lingr.store.speaking import DELIVERIES, Speech
from lingr.values import User
from lingr.values_v2 import Bot, OwnBot
from support.cuts import WAYS, cut
from support.fakes import MIDNIGHT
from support.lobby import UNLIMITED, blank


def bot_of(id: str = "echo", **fields: Any) -> OwnBot:
    given = {"name": id.title(), "public_id": f"{id:0>11}", "created": MIDNIGHT, "secret": f"secret of {id}"}
    return OwnBot(id=id, **{**given, **fields})


def public(bot: OwnBot) -> Bot:
    return Bot(**{name: getattr(bot, name) for name in Bot.__struct_fields__})


def speech_of(text: str, **fields: Any) -> Speech:
    given = {"occupant_id": "0000000echo", "nickname": "Echo", "client_type": "automaton"}
    return Speech(**{**given, "timestamp": MIDNIGHT, "text": text, "bot_id": "echo", **fields})


@pytest.fixture
def echo(store, lobby):
    """A bot in the lobby."""
    bot = bot_of()
    store.bots.create(bot)
    store.bots.invite(bot.id, "lobby")
    return bot


def speak(store, text, name="once", allowance=UNLIMITED, remember=100_000, **fields):
    speech = speech_of(text, **fields)
    return store.speaking.speak("lobby", speech, by="echo", name=name, remember=remember, allowance=allowance)


def test_a_bot_is_kept_as_it_was_made(store):
    bot = bot_of(endpoint="http://bots.example/echo", owner_id="u", icon="v")
    store.bots.create(bot)
    store.bots.create(bot_of("another"))
    assert store.bots.find("echo") == bot
    assert store.bots.find("Echo") is None
    assert [one.id for one in store.bots.all()] == ["another", "echo"]


def test_bots_and_users_share_their_names(store):
    store.bots.create(bot_of())
    store.bots.create(bot_of())
    with pytest.raises(LingrError, match="id_unavailable"):
        store.bots.create(bot_of("ECHO"))
    with pytest.raises(LingrError, match="id_unavailable"):
        store.bots.create(bot_of(secret="another"))
    store.accounts.create_user(User("1", "Ann", "ann@example.org", "hash", "Ann", "", MIDNIGHT))
    with pytest.raises(LingrError, match="id_unavailable"):
        store.bots.create(bot_of("aNN"))
    with pytest.raises(LingrError, match="id_unavailable"):
        store.accounts.create_user(User("2", "eCHo", "e@example.org", "hash", "E", "", MIDNIGHT))
    assert store.accounts.user_named("e@example.org") is None


def test_a_bot_has_other_fields_where_they_are_given(store):
    with pytest.raises(LingrError, match="bot"):
        store.bots.edit("echo", {"name": "X"})
    store.bots.create(bot_of(endpoint="http://bots.example/"))
    changed = store.bots.edit("echo", {"name": "エコー", "endpoint": "", "secret": "new"})
    assert changed == store.bots.find("echo") == bot_of(name="エコー", secret="new")
    assert store.bots.edit("echo", {}) == changed


def test_where_bots_are(store, lobby):
    store.rooms.create(blank("library"), "epoch")
    for bot in (bot_of("zed"), bot_of("echo"), bot_of("idle")):
        store.bots.create(bot)
    assert store.bots.present([]) == store.bots.rooms_of([]) == []
    assert store.bots.present(["lobby", "library"]) == [(), ()]
    assert store.bots.invite("zed", "lobby")
    assert store.bots.invite("echo", "lobby")
    assert store.bots.invite("echo", "library")
    assert not store.bots.invite("echo", "library")
    assert store.bots.rooms_of(["echo", "zed", "idle", "nobody"]) == [
        {"lobby", "library"},
        {"lobby"},
        set(),
        set(),
    ]
    echo, zed = public(bot_of("echo")), public(bot_of("zed"))
    assert store.bots.present(["library", "nowhere", "lobby"]) == [(echo,), (), (echo, zed)]
    assert store.bots.remove("echo", "lobby")
    assert not store.bots.remove("echo", "lobby")
    assert store.bots.rooms_of(["echo"]) == [{"library"}]
    assert store.bots.present(["lobby"]) == [(zed,)]


def test_who_or_what_is_not_there_is_not_invited(store, lobby):
    with pytest.raises(LingrError, match="parameter: bot"):
        store.bots.invite("nobody", "lobby")
    store.bots.create(bot_of())
    with pytest.raises(LingrError, match="invalid_room"):
        store.bots.invite("echo", "nowhere")
    assert store.bots.rooms_of(["echo", "nobody"]) == [set(), set()]


@pytest.mark.parametrize("way", WAYS)
def test_a_bot_hears_no_room_that_it_is_not_in(store, lobby, way):
    """Whatever dies in between; and to be invited again, or sent away again, mends it."""
    store.bots.create(bot_of())

    def stands() -> tuple[bool, bool]:
        return "lobby" in store.bots.rooms_of(["echo"])[0], bool(store.bots.present(["lobby"])[0])

    for act, end in ((store.bots.invite, (True, True)), (store.bots.remove, (False, False))):
        for at in count():
            (store.bots.remove if end[0] else store.bots.invite)("echo", "lobby")
            with cut(at, way) as knife:
                act("echo", "lobby")
            assert stands() != (True, False)
            if not knife.fell:
                break
            act("echo", "lobby")
            assert stands() == end
        assert at > 1


def test_every_change_has_the_bots_looked_at_again(store, lobby):
    seen = [store.bots.version()]

    def is_newer() -> bool:
        seen.append(store.bots.version())
        return seen[-1] > seen[-2]

    store.bots.create(bot_of())
    assert is_newer()
    store.bots.edit("echo", {"name": "E"})
    assert is_newer()
    store.bots.invite("echo", "lobby")
    assert is_newer()
    store.bots.present(["lobby"])
    assert not is_newer()
    store.bots.remove("echo", "lobby")
    assert is_newer()
    store.bots.remove("echo", "lobby")
    assert not is_newer()
    store.bots.delete("echo")
    assert is_newer()
    assert store.bots.find("echo") is None
    store.bots.create(bot_of("ECHO"))


def test_a_room_that_is_gone_is_heard_by_nobody(store, echo):
    store.bots.create(bot_of("zed"))
    store.bots.invite("zed", "lobby")
    assert sorted(store.bots.forget_room("lobby")) == ["echo", "zed"]
    store.bots.forget_invited("lobby")
    assert store.bots.rooms_of(["echo", "zed"]) == [set(), set()]
    assert store.bots.forget_room("lobby") == []
    assert not store.engine.command("EXISTS", keys.bots_invited("lobby"))


def test_what_is_said_is_numbered_kept_and_announced(store, lobby, hearing, echo):
    spoken = speak(store, "こんにちは <&>\n", icon="v")
    message = spoken.message
    assert spoken.present == 0
    assert (message.id, message.type, message.source, message.text) == (1, "user", "api", "こんにちは <&>\n")
    assert (message.bot_id, message.user_id, message.local_id, message.icon) == ("echo", None, None, "v")
    assert lobby.log() == [(1, "user", "こんにちは <&>\n")]
    room = lobby.room()
    assert (room.counter, room.max_user_message_id) == (1, 1)
    assert [(one.announcement.counter, one.announcement.event) for one in hearing.heard()] == [(1, message)]
    lobby.enter("ann", "Ann")
    lobby.enter("bob")
    assert speak(store, "again", "twice").present == 2
    assert lobby.say("ann", "hello").id == 4


def test_what_is_said_twice_under_a_name_is_said_once(store, lobby, echo):
    first = speak(store, "hello").message
    assert speak(store, "something else").message == first
    assert speak(store, "hello", "other").message.id == 2
    speak(store, "forgotten", "short", remember=1)
    while store.engine.command("EXISTS", keys.said("lobby", "echo", "short")):
        pass
    speak(store, "forgotten", "short")
    assert [text for _, _, text in lobby.log()] == ["hello", "hello", "forgotten", "forgotten"]


def test_who_speaks_too_often_waits(store, lobby, echo):
    twice = Allowance(2, 60_000)
    for name in ("a", "b", "a"):
        speak(store, name, name, twice)
    with pytest.raises(LingrError, match="rate_limited") as refusal:
        speak(store, "c", "c", twice)
    assert 0 < int(refusal.value.fields["seconds"]) <= 60
    assert [text for _, _, text in lobby.log()] == ["a", "b"]


def test_bots_speak_where_they_are_and_users_anywhere(store, lobby, echo):
    store.bots.remove("echo", "lobby")
    with pytest.raises(LingrError, match="bot_not_here"):
        speak(store, "hello")
    with pytest.raises(LingrError, match="bot_not_here"):
        store.speaking.answer("lobby", speech_of("hello"), delivery_id="1")
    for call in (store.speaking.answer, store.speaking.speak):
        named = {"delivery_id": "1"}
        if call == store.speaking.speak:
            named = {"by": "echo", "name": "n", "remember": 1000, "allowance": UNLIMITED}
        with pytest.raises(LingrError, match="invalid_room"):
            call("nowhere", speech_of("hello"), **named)
    assert speak(store, "hello", bot_id=None, user_id="u").message.user_id == "u"
    assert len(lobby.log()) == 1


def test_a_delivery_is_answered_once(store, lobby, echo):
    def answer(delivery: int, text: str) -> str | None:
        message = store.speaking.answer("lobby", speech_of(text), delivery_id=f"lobby-{delivery}").message
        return None if message is None else message.text

    assert answer(1, "one") == "one"
    assert answer(1, "one") is None
    assert answer(2, "two") == "two"
    assert answer(1, "one") is None
    for number in range(3, 3 * DELIVERIES):
        assert answer(number, str(number)) == str(number)
        assert answer(number - 1, "?") is None
    key = keys.answered("lobby", "echo")
    assert store.engine.command("LLEN", key) == DELIVERIES
    assert store.engine.command("PTTL", key) > 0
    store.bots.remove("echo", "lobby")
    assert answer(number, "said already") is None
