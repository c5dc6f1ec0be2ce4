"""Both generations at one address: which answers what, and every way that parameters come in."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest

from lingr.api.v1 import METHODS as FIRST
from lingr.api.v2 import METHODS as SECOND
from lingr.render.jsonp import LONGEST
from support import forms
from support.house import Account, House
from support.member import CALLBACK, WAYS, Member, asked, call, logging_in, read, refusal

TEXT = "夜 & <b> +%2B \"'\\ 100% \U0001f319\nzwei\u2028"
DEAD = "0123456789aBcDeFgHiJkL"


@pytest.fixture(scope="module")
def account(house: House) -> Account:
    return house.user(nickname="アン")


@pytest.fixture(params=WAYS)
def member(request: pytest.FixtureRequest, house: House, account: Account) -> Member:
    """Somebody who calls in one of the ways of real clients."""
    return Member.log_in(house, account, request.param)


@pytest.fixture
def ann(house: House, account: Account) -> Member:
    return Member.log_in(house, account)


def test_every_way_of_calling_does(house: House, account: Account, room: str, member: Member) -> None:
    told = member.ok("session/verify")
    assert list(told) == ["status", "session", "public_id", "nickname", "user"]
    assert (told["session"], told["public_id"]) == (member.session, member.public_id)
    assert told["nickname"] == told["user"]["name"] == "アン"
    counter = member.ok("room/subscribe", room=room, reset="true")["counter"]
    said = member.ok("room/say", room=room, text=TEXT, local_id="pending-1-1", nickname="")["message"]
    assert (said["text"], said["local_id"], said["nickname"]) == (TEXT, "pending-1-1", "アン")
    heard = []
    while not heard:
        news = member.ok("event/observe", counter=counter)
        counter = news["counter"]
        heard = [one["message"] for one in news["events"] if "message" in one]
    assert heard == [said]
    shown = member.ok("room/show", room=room)["rooms"]
    assert [one["id"] for one in shown] == [room]
    assert shown[0]["messages"] == [said]
    assert member.ok("room/get_archives", room=room, before=99999999, limit=1)["messages"] == [said]
    assert member.ok("favorite/add", message=said["id"])["message"]["id"] == said["id"]
    assert member.ok("room/show", rooms=room)["rooms"][0]["faved_message_ids"] == [int(said["id"])]
    assert member.ok("session/set_presence", presence="offline", nickname="x") == {"status": "ok"}
    member.ok("room/unsubscribe", room=room)
    assert member.ok("session/destroy") == {"status": "ok"}
    assert member.code("session/verify") == "invalid_session"


def test_json_bodies_may_have_flags_numbers_lists_and_nothing(house: House, account: Account) -> None:
    member = Member.log_in(house, account, "json", api_key=None, app_secret={"any": ["thing"]})
    rooms = [house.room(), house.room()]
    assert isinstance(member.ok("room/subscribe", rooms=rooms, reset=True)["counter"], int)
    for number in (1, 2, 3):
        member.ok("room/say", room=rooms[0], text=number)
    told = member.ok("room/get_archives", room=rooms[0], before=99999999, limit=2.0)["messages"]
    assert [one["text"] for one in told] == ["2", "3"]
    shown = member.ok("room/show", rooms=",".join(rooms), **{"with": ["roster"]})["rooms"]
    assert [one["id"] for one in shown] == rooms


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("application/json", b'{"user": ', "invalid_parameter"),
        ("application/json", b"[1]", "missing"),
        ("application/json", b'"user"', "missing"),
        ("application/json", b'{"user": "x", "password": ' + b"[" * 5000, "invalid_parameter"),
        ("application/json", b'{"user": "\xff"}', "invalid_encoding"),
        ("application/json", b'{"user": 1e999, "password": "x"}', "invalid_parameter"),
        ("application/json", b'{"user": %s, "password": "x"}' % (b"1" * 9000), "invalid_parameter"),
        ("text/json", b'{"user": "x", "password": "y"}', "invalid_user_credentials"),
        ("APPLICATION/JSON; charset=utf-8", b' \n{"user": "x", "password": "y"}', "invalid_user_credentials"),
        ("application/json", b"user=x&password=y", "invalid_user_credentials"),
        ("", b"user=x&password=y\r\n", "invalid_user_credentials"),
        ("text/plain", b"user=x&password=y", "invalid_user_credentials"),
        ("application/json", b'{"user": {"a": 1}, "password": true}', "missing"),
        ("application/json", b'{"user": "\\ud800", "password": ""}', "invalid_parameter"),
    ],
)
def test_odd_bodies(house: House, kind: str, body: bytes, code: str) -> None:
    answer = house.client.request("POST", "/api/session/create", body, {"Content-Type": kind} if kind else {})
    if code == "missing":
        # What cannot be read names no user: for all that anybody knows it is a client of 2007.
        assert forms.read(answer, "xml")["status"] == "fail"
    else:
        assert refusal(read(answer)) == code


def test_query_and_body_are_merged_and_the_query_wins(house: House, account: Account) -> None:
    body = urlencode({"user": account.email, "password": "wrong"}).encode()
    target = f"/api/session/create?{urlencode({'password': account.password})}"
    assert read(house.client.request("POST", target, body))["status"] == "ok"


@pytest.mark.parametrize("path", ["session/create", "session/create/", "/session/create//"])
def test_slashes_around_a_path_do_no_harm(house: House, account: Account, path: str) -> None:
    told = asked(house.client, path, "query", **logging_in(account))
    assert told["status"] == "ok"


@pytest.mark.parametrize("path", [path for path in SECOND if path != "session/create"])
def test_a_dead_session_is_told_so_by_every_method(house: House, path: str) -> None:
    params = {"room": "x", "text": "x", "before": 1, "message": 1, "counter": 0, "presence": "online"}
    for session in (DEAD, "a1B2c3"):
        told = asked(house.client, path, session=session, **params)
        assert refusal(told) == "invalid_session", path


@pytest.mark.parametrize("path", [path for path in SECOND if path not in FIRST])
def test_what_only_2009_knows_is_answered_in_its_manner(house: House, path: str) -> None:
    assert refusal(asked(house.client, path, "query")) == "invalid_session"
    assert refusal(asked(house.client, path, "query", format="xml")) == "invalid_session"
    assert refusal(read(house.client.request("PUT", f"/api/{path}"))) == "invalid_method"


@pytest.mark.parametrize("path", ["none", "room", "room/none", "", "event/observe/more"])
def test_what_neither_knows_is_refused_in_the_manner_of_2007(house: House, path: str) -> None:
    assert forms.refusal(forms.read(call(house.client, path, "query"), "xml")) == 103


def test_colliding_paths_go_by_what_is_sent(house: House, account: Account, ann: Member) -> None:
    first = house.session()

    def told(path: str, **params: object) -> str:
        body = call(house.client, path, **params).body
        return "first" if body.startswith(b"<?xml") or b'"fail"' in body else str(json.loads(body)["status"])

    assert told("session/create", user="", password="") == "error"
    assert told("session/create", **logging_in(account), api_key=house.api_key) == "ok"
    assert told("session/create", api_key=house.api_key) == "first"
    assert told("session/create") == "first"
    for path in ("session/verify", "session/destroy"):
        assert told(path, session="a1B2c3") == "error"
        assert told(path, session="a1B2c3", format="json") == "first"
        assert told(path, session=DEAD, format="json") == "error"
        assert told(path, session="0123456789a") == "first"
        assert told(path, session="") == told(path) == "first"
    assert told("session/verify", session=first) == "first"
    assert told("session/verify", session=ann.session, format="xml") == "ok"
    room = house.room()
    assert told("room/say", session=ann.session, room=room, text="x") == "ok"
    assert told("room/say", session=first, room=room, text="x") == "error"
    assert told("room/say", bot="x", bot_verifier="x", room=room, text="x") == "error"
    assert told("room/say", room=room, text="x") == "error"
    assert told("room/say", session=ann.session, text="x") == "error"
    assert told("room/say", session=ann.session, ticket="x", message="x") == "first"
    assert told("room/say", session=first, message="x") == "first"
    assert told("room/get_archives", session=ann.session, room=room, before=1) == "ok"
    assert told("room/get_archives", session=ann.session) == "error"
    assert told("room/get_archives", id=room, api_key=house.api_key) == "first"
    assert told("room/get_archives") == "first"


def test_a_session_of_one_generation_is_none_of_the_others(house: House, ann: Member, room: str) -> None:
    first = house.session(house.user())
    assert refusal(asked(house.client, "room/show", session=first, room=room)) == "invalid_session"
    told = house.client.post("room/enter", session=ann.session, id=room, nickname="x").json
    assert forms.refusal(told) == 102
    told = house.client.post("auth/login", session=ann.session, email="x", password="x").json
    assert forms.refusal(told) == 102


def test_answers_can_be_scripts(house: House, account: Account, ann: Member, room: str) -> None:
    for path, params in (
        ("session/create", logging_in(account)),
        ("session/verify", {"session": ann.session}),
        ("session/verify", {"session": DEAD}),
        ("room/show", {"session": ann.session, "room": room}),
        ("room/say", {"session": ann.session, "room": room, "text": "a\u2028b"}),
    ):
        answer = call(house.client, path, "query", **params, callback=CALLBACK)
        assert answer.headers["content-type"] == "application/javascript; charset=utf-8"
        start = f"/**/{CALLBACK}(".encode()
        assert answer.body.startswith(start)
        assert answer.body.endswith(b"})")
        assert "\u2028".encode() not in answer.body
        assert json.loads(answer.body[len(start) : -1])["status"] in ("ok", "error")


@pytest.mark.parametrize("callback", ["a b", "alert(1)//", "<script>", "夜", "x" * (LONGEST + 1)])
def test_what_cannot_be_called_is_refused_in_json(house: House, ann: Member, callback: str) -> None:
    told = asked(house.client, "session/verify", "query", session=ann.session, callback=callback)
    assert refusal(told) == "invalid_parameter"
    assert "callback" in told["detail"]
    assert ann.ok("session/verify", callback="")["session"] == ann.session


def test_faults_of_transport_are_told_in_the_manner_of_2009(house: House, ann: Member) -> None:
    client, session = house.client, ann.session
    answer = client.request("GET", f"/api/room/show?session={session}&room=%ff")
    assert refusal(read(answer)) == "invalid_encoding"
    answer = client.request("POST", f"/api/room/show?session={session}&room=x", b"x" * 1_100_000)
    assert refusal(read(answer)) == "request_too_large"
    for verb in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = client.request(verb, f"/api/room/show?session={session}&room=x")
        assert refusal(read(answer)) == "invalid_method"


def test_text_that_is_not_escaped_is_understood(house: House, ann: Member, room: str) -> None:
    target = f"/api/room/say?session={ann.session}&room={room}&text=夜+の"
    answer = house.client.request("GET", quote(target, safe="/?&=+"))
    assert read(answer)["message"]["text"] == "夜 の"
    raw = house.client.request("POST", "/api/room/say", target.partition("?")[2].encode())
    assert read(raw)["message"]["text"] == "夜 の"


def test_names_of_rooms_may_be_given_in_several_ways(house: House, ann: Member) -> None:
    one, other = house.room(), house.room()
    for params in (
        {"rooms": f"{one},{other}"},
        {"room": f"{one},{other}"},
        {"rooms": f",{one}, {other},,"},
        {"rooms": one, "room": other},
        {"rooms": f"{one},{other},{one}"},
    ):
        told = ann.ok("room/show", **params)["rooms"]
        assert [room["id"] for room in told] == [one, other]
        ann.ok("room/subscribe", reset="1", **params)
        ann.ok("room/unsubscribe", **params)
    for path in ("room/show", "room/subscribe", "room/unsubscribe"):
        assert ann.code(path) == ann.code(path, rooms=", ,") == "invalid_parameter"
    assert ann.code("room/show", rooms=f"{one},none") == "not_found"


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("session/set_presence", {}),
        ("session/set_presence", {"presence": "away"}),
        ("room/say", {"room": "@room@"}),
        ("room/say", {"text": "x"}),
        ("room/say", {"room": "@room@", "text": "  "}),
        ("room/get_archives", {"room": "@room@"}),
        ("room/get_archives", {"room": "@room@", "before": "x"}),
        ("room/get_archives", {"room": "@room@", "before": "1", "limit": "0"}),
        ("room/get_archives", {"before": "1"}),
        ("favorite/add", {}),
        ("favorite/add", {"message": "x"}),
        ("favorite/remove", {"message": "-1"}),
        ("event/observe", {"counter": "x"}),
    ],
)
def test_what_is_missing_or_no_good(
    house: House, ann: Member, room: str, path: str, params: dict[str, str]
) -> None:
    sent = {name: value.replace("@room@", room) for name, value in params.items()}
    assert ann.code(path, **sent) == "invalid_parameter"


def test_logging_in_too_often(strict: House) -> None:
    account = strict.user()
    codes = []
    for _ in range(11):
        answer = call(strict.client, "session/create", user=account.email, password="wrong")
        codes.append(refusal(read(answer)))
    assert codes == ["invalid_user_credentials"] * 10 + ["rate_limited"]
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.json["detail"] == "rate limited"


def test_what_a_wrong_password_is_told(house: House, account: Account) -> None:
    told = asked(house.client, "session/create", user=account.email, password="x")
    assert told == {
        "status": "error",
        "code": "invalid_user_credentials",
        "detail": "invalid user and/or password",
    }
