"""room.getInfo of a quiet room: made once and told to all who ask the same, until anything is otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lingr.api import v1
from lingr.api.dispatch import Dispatcher
from lingr.api.reading import Request
from lingr.domain import accounts, changing, presence, retention, rooms
from lingr.domain.context import Context
from lingr.render import Rendered
from lingr.render import v1 as shapes
from lingr.render.links import Links
from support.people import ROOM, Person
from support.photos import png

Ask = Callable[..., bytes]
MESSAGES = 60


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What has been made into answers of room.getInfo so far."""
    found: list[object] = []
    make = shapes.room_info

    def noted(value, links):
        found.append(value)
        return make(value, links)

    monkeypatch.setitem(shapes.SHAPES, "room_info", noted)
    return found


@pytest.fixture(params=["xml", "json", "jsonp"])
def ask(ctx: Context, request: pytest.FixtureRequest) -> Ask:
    dispatcher = Dispatcher(ctx, v1.METHODS, Links("http://chat.example.org"))
    key = accounts.create_api_key(ctx, name="tests").id
    manner = "format=json&callback=f" if request.param == "jsonp" else f"format={request.param}"

    def ask(counter: int | str = 1, **others: str) -> bytes:
        asked = "".join(f"&{name}={value}" for name, value in {"id": ROOM, **others}.items())
        query = f"{manner}&api_key={key}&counter={counter}{asked}"
        answer = dispatcher.begin(Request("GET", "room/get_info", query.encode()))
        assert isinstance(answer, Rendered)
        return answer.body

    return ask


@pytest.fixture
def ann(person) -> Person:
    ann = person("Ann")
    for number in range(MESSAGES):
        ann.say(f"お茶 {number} ☕ <&>")
    return ann


@pytest.mark.parametrize("counter", [1, 5, -50, 0])
@pytest.mark.parametrize("only", ["false", "true"])
def test_a_quiet_room_is_told_once_made(ctx, ann, ask, made, counter, only):
    bodies = {ask(counter, user_messages_only=only) for _ in range(5)}
    assert (len(bodies), len(made)) == (1, 1)


def test_who_asks_for_something_else_gets_something_else(ctx, ann, ask, made):
    rooms.create(ctx, id="den", name="Lobby")
    asked = [{"counter": 1}, {"counter": 3}, {"counter": -1}, {"user_messages_only": "true"}, {"id": "den"}]
    assert len({ask(**one) for one in asked}) == len(made) == len(asked)


def test_without_messages_nothing_is_kept(ctx, ann, ask, made):
    assert ask("") == ask("")
    assert len(made) == 2


@pytest.mark.parametrize("counter", [1, 30, -50])
def test_whatever_happens_is_told_at_once(ctx, ann, person, ask, counter):
    bob, before = Person(ctx), ask(counter)
    deeds = [
        lambda: ann.say("news"),
        lambda: ann.say("a secret", to=ann.occupant_id),
        lambda: ann.rename("Anna"),
        lambda: bob.enter("Bob"),
        lambda: bob.exit(),
        lambda: bob.enter(),
        lambda: presence.leave_all(ctx, bob.session.id, [bob.ticket], None),
        lambda: changing.change(ctx, rooms.find(ctx, ROOM), name="The lobby"),
        lambda: changing.change(ctx, rooms.find(ctx, ROOM), description="茶"),
        lambda: changing.change(ctx, rooms.find(ctx, ROOM), tags="tea"),
        lambda: changing.change(ctx, rooms.find(ctx, ROOM), timezone="Hawaii"),
        lambda: changing.change(ctx, rooms.find(ctx, ROOM), image=png()),
    ]
    for number, deed in enumerate(deeds):
        deed()
        after = ask(counter)
        assert after != before, number
        assert after == ask(counter)
        before = after


def test_what_is_forgotten_is_not_told_any_more(ctx, ann, ask):
    assert "お茶 0 ☕".encode() in ask(1)
    retention.keep(ctx, ROOM, events=10, days=None)
    retention.turn(ctx)
    assert "お茶 0 ☕".encode() not in ask(1)
    assert f"お茶 {MESSAGES - 1} ☕".encode() in ask(1)


def test_a_password_is_asked_for_however_often_it_was_told(ctx, ann, ask):
    open_body = ask(1)
    changing.change(ctx, rooms.find(ctx, ROOM), password="開けゴマ")
    assert b"fail" in ask(1)
    told = ask(1, password="%E9%96%8B%E3%81%91%E3%82%B4%E3%83%9E")
    assert told != open_body
    assert told == ask(1, password="%E9%96%8B%E3%81%91%E3%82%B4%E3%83%9E")
    assert b"fail" in ask(1, password="wrong")


def test_calls_are_counted_though_the_answer_is_at_hand(ctx, ann, ask, made):
    limited = replace(ctx, settings=ctx.settings.model_copy(update={"rate_limits": True}))
    dispatcher = Dispatcher(limited, v1.METHODS, Links("http://chat.example.org"))
    key = accounts.create_api_key(ctx, name="tests").id
    call = Request("GET", "room/get_info", f"format=json&api_key={key}&id={ROOM}&counter=1".encode())
    assert b'"ok"' in dispatcher.begin(call).body
    assert b"112" in dispatcher.begin(call).body
    assert len(made) == 1


def test_a_room_of_the_same_id_is_another_one(ctx, ann, ask):
    before = ask(1)
    changing.delete(ctx, rooms.find(ctx, ROOM))
    again = rooms.create(ctx, id=ROOM, name="Lobby")
    assert again.id
    after = ask(1)
    assert after != before
    assert "お茶".encode() not in after
