"""How often each method goes to the engine, from the request to the answer."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from lingr.api import v1
from lingr.api.dispatch import Dispatcher
from lingr.api.reading import Request
from lingr.domain import accounts, passwords, rooms
from lingr.render import Rendered
from lingr.render.links import Links
from support.people import ROOM, account
from support.trips import counted

NONE = "1000000/minute"
PASSWORD = "sesame"


class Desk:
    """Sends requests to a dispatcher of one process."""

    def __init__(self, ctx):
        self._dispatcher = Dispatcher(ctx, v1.METHODS, Links("http://chat.example.org"))

    def body(self, path, **params):
        body = urlencode({**params, "format": "json"}).encode()
        answer = self._dispatcher.begin(Request("POST", path, body=body, address="there"))
        assert isinstance(answer, Rendered)
        assert b'"status":"ok"' in answer.body, answer.body
        return answer.body.decode()

    def told(self, name, path, **params):
        return self.body(path, **params).split(f'"{name}":"')[1].split('"')[0]


@pytest.fixture
def desk(open_ctx, lobby):
    """A process that has served each script once, with limits on everything."""
    limits = dict.fromkeys(("get_info", "get_messages", "enter", "say", "login", "room_password"), NONE)
    ctx = open_ctx(rate_limits=True, **{f"limit_{name}": figures for name, figures in limits.items()})
    rooms.create(ctx, id="cellar", name="Cellar", password=PASSWORD)
    account(ctx, "ann")
    return Desk(ctx)


@pytest.fixture
def given(desk, ctx):
    """Whatever any method asks for."""
    key = accounts.create_api_key(ctx, name="tests").id
    session = desk.told("session", "session/create", api_key=key)
    ticket = desk.told("ticket", "room/enter", session=session, id=ROOM, nickname="Ann")
    known = {"api_key": key, "session": session, "ticket": ticket, "id": ROOM}
    for path, params in WARM:
        desk.body(path, **{**known, **params})
    return known


WARM = (
    ("room/enter", {"id": "cellar", "password": PASSWORD}),
    ("room/say", {"message": "hello"}),
    ("room/get_messages", {"counter": 0}),
    ("room/get_info", {}),
    ("room/set_nickname", {"nickname": "Anne"}),
    ("auth/login", {"email": "ann", "password": "secret"}),
    ("auth/logout", {}),
)


@pytest.mark.parametrize(
    ("most", "path", "params"),
    [
        (1, "session/create", {}),
        (1, "session/verify", {}),
        (2, "session/destroy", {}),
        (5, "auth/login", {"email": "ann", "password": "secret"}),
        (2, "room/enter", {}),
        (2, "room/enter", {"nickname": "Ann"}),
        (2, "room/enter", {"nickname": "Ann", "idempotent": "true"}),
        (2, "room/enter", {"id": "cellar", "password": PASSWORD}),
        (1, "room/say", {"message": "hello"}),
        (1, "room/get_messages", {"counter": 0}),
        (2, "room/get_messages", {"counter": -5}),
        (1, "room/get_info", {}),
        (1, "room/get_info", {"counter": 1}),
        (2, "room/get_info", {"counter": -5}),
        (2, "room/get_info", {"id": "cellar", "password": PASSWORD, "counter": 1}),
        (1, "room/set_nickname", {"nickname": "Bob"}),
        (1, "room/exit", {}),
    ],
)
def test_a_call_goes_to_the_engine_so_often(desk, given, most, path, params):
    # Exit and destroy have not been called yet, and what the engine does not know it is told in full.
    if path == "room/exit":
        desk.body(path, **{**given, "ticket": desk.told("ticket", "room/enter", **given)})
    if path == "session/destroy":
        another = desk.told("session", "session/create", api_key=given["api_key"])
        desk.told("ticket", "room/enter", session=another, id=ROOM)
        desk.body(path, session=another)
    with counted() as trips:
        desk.body(path, **{**given, **params})
    assert len(trips) <= most, trips


def test_who_is_logged_in_enters_and_logs_out_in_two(desk, given):
    desk.body("auth/login", session=given["session"], email="ann", password="secret")
    with counted() as trips:
        desk.body("room/enter", **given)
    assert len(trips) == 2
    with counted() as trips:
        desk.body("auth/logout", **given)
    assert len(trips) == 2


@pytest.mark.parametrize(("path", "most"), [("room/enter", 3), ("room/get_info", 3)])
def test_a_password_that_is_to_be_checked_costs_one_more(desk, given, monkeypatch, path, most):
    monkeypatch.setattr(passwords, "_known", type(passwords._known)())
    desk.body(path, **{**given, "id": "cellar", "password": PASSWORD})
    passwords._known.clear()
    with counted() as trips:
        desk.body(path, **{**given, "id": "cellar", "password": PASSWORD})
    assert len(trips) == most
