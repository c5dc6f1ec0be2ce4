"""What an operator does with bots, and what they then say over HTTP, among clients of both generations."""

from __future__ import annotations

import hashlib
import json
import re
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from lingr.cli import main
from lingr.domain import deliveries, speaking
from lingr.store import keys
from support import photos
from support.uploads import shown

pytestmark = pytest.mark.live


@pytest.fixture
def lingr(house):
    """Runs ``lingr bot``; returns the exit status, and what was answered or complained about."""
    runner = CliRunner(env=house.served.environment)

    def lingr(*arguments, **options):
        done = runner.invoke(main, ["bot", *arguments], **options)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.exit_code, (done.stdout or done.stderr).strip()

    return lingr


@pytest.fixture
def made(lingr):
    """Makes a bot; returns what the operator was told."""

    def made(bot_id, *options):
        status, told = lingr("create", bot_id, "--name", bot_id.title(), *options, "--json")
        assert status == 0, told
        return json.loads(told)

    return made


def say(house, **fields):
    """What room/say answers."""
    return json.loads(house.client.request("GET", "/api/room/say?" + _query(fields)).body)


def _query(fields):
    return urlencode(fields)


def proof(bot):
    return {
        "bot": bot["bot"],
        "bot_verifier": hashlib.sha1((bot["bot"] + bot["secret"]).encode()).hexdigest(),
    }


def test_a_bot_made_here_speaks_there(house, lingr, made):
    room, user = house.room(id="workshop"), house.user(username="ann2009", nickname="Ann")
    ann = house.enter(room, "Watcher")
    bot = made("deploy", "--owner", "ann2009")
    assert bot["verifier"] == proof(bot)["bot_verifier"]
    assert bot["endpoint"] is None
    refused = say(house, room=room, text="too early", **proof(bot))
    assert (refused["status"], refused["code"]) == ("error", "not_found")
    assert lingr("invite", "deploy", room) == (0, "deploy is in workshop")
    answer = say(house, room=room, text="配備 <done> & so on\n", **proof(bot))
    message = answer["message"]
    assert next(iter(answer)) == "status"
    assert (message["type"], message["speaker_id"], message["nickname"]) == ("bot", "deploy", "Deploy")
    assert (message["public_session_id"], message["local_id"]) == (None, None)
    assert message["text"] == "配備 <done> & so on\n"
    told = ann.observe()["messages"]
    assert [(one["text"], one["nickname"], one["client_type"]) for one in told] == [
        ("配備 <done> & so on\n", "Deploy", "automaton")
    ]
    login = house.client.post("session/create", user=user.email, password=user.password).json
    spoken = say(house, session=login["session"], room=room, text="thanks", nickname="Nobody", local_id="1")
    assert spoken["message"]["nickname"] == "Ann"
    assert (spoken["message"]["type"], spoken["message"]["local_id"]) == ("user", "1")
    assert spoken["message"]["public_session_id"] == login["public_id"]
    assert int(spoken["message"]["id"]) > int(message["id"])
    assert lingr("remove", "deploy", room) == (0, "deploy is not in workshop")
    assert say(house, room=room, text="too late", **proof(bot))["code"] == "not_found"


def test_every_form_of_a_call_is_a_bots(house, lingr, made):
    room, bot = house.room(), made("forms")
    lingr("invite", "forms", room)
    asked = {"room": room, "text": "語 + &", **proof(bot)}
    form, head = _query(asked).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    bodies = (
        ("POST", "/api/room/say", form, head),
        ("POST", "/api/room/say", form, {}),
        ("POST", "/api/room/say", json.dumps(asked).encode(), {"Content-Type": "application/json"}),
        ("POST", f"/api/room/say?{_query(asked)}", b"", {}),
        ("GET", f"/api/room/say/?{_query(asked)}", None, {}),
    )
    for request in bodies:
        answer = house.client.request(*request)
        assert answer.body.startswith(b'{"status":"ok"'), request
        assert answer.json["message"]["text"] == "語 + &"


def test_who_cannot_prove_it_is_refused(house, lingr, made):
    room, bot = house.room(), made("proven")
    lingr("invite", "proven", room)
    for wrong in ({"bot_verifier": "0" * 40}, {"bot_verifier": bot["secret"]}, {"bot": "nobody"}):
        answer = say(house, **{"room": room, "text": "x", **proof(bot), **wrong})
        assert (answer["status"], answer["code"]) == ("error", "invalid_bot_credentials")
        assert isinstance(answer["detail"], str)
    status, told = lingr("secret", "proven", "--json")
    renewed = json.loads(told)
    assert status == 0
    assert say(house, room=room, text="x", **proof(bot))["status"] == "error"
    assert say(house, room=room, text="x", **proof(renewed))["status"] == "ok"


def test_a_secret_is_shown_once_and_in_words_too(lingr):
    status, told = lingr("create", "wordy", "--name", "Wordy", "--endpoint", "https://192.0.2.1/hook")
    assert status == 0
    assert re.search(r"^secret: [0-9A-Za-z]{27}$", told, re.MULTILINE)
    secret = re.search(r"secret: (\S+)", told)[1]
    for command in (["list"], ["list", "--json"], ["log", "wordy", "--json"], ["change", "wordy", "--json"]):
        assert secret not in lingr(*command)[1]


def test_bots_are_listed_with_where_they_are(house, lingr, made):
    rooms = [house.room(id=name) for name in ("zoo", "attic")]
    house.user(username="owner2009")
    made("lister", "--owner", "owner2009")
    for room in rooms:
        lingr("invite", "lister", room)
    assert lingr("change", "lister", "--name", "Lister 2", "--endpoint", "http://192.0.2.1/")[0] == 0
    row = {
        "bot": "lister",
        "name": "Lister 2",
        "owner": "owner2009",
        "endpoint": "http://192.0.2.1/",
        "rooms": ["attic", "zoo"],
        "paused": None,
        "why": None,
    }
    assert row in json.loads(lingr("list", "--json")[1])["bots"]
    assert [one["bot"] for one in json.loads(lingr("list", "--room", "zoo", "--json")[1])["bots"]] == [
        "lister"
    ]
    assert "lister  (Lister 2)  http://192.0.2.1/  in attic, zoo" in lingr("list")[1].splitlines()
    assert lingr("list", "--room", house.room()) == (0, "no bots")
    assert lingr("delete", "lister", input="n\n")[0] == 1
    assert lingr("delete", "lister", "--yes") == (0, "bot lister is deleted")
    assert "lister" not in lingr("list")[1]


def test_a_paused_bot_is_seen_and_woken(house, lingr, made):
    made("tired", "--endpoint", "http://192.0.2.1/")
    trouble = keys.bot_trouble("tired")
    assert lingr("log", "tired") == (0, "nothing yet")
    house.ctx.store.engine.command(
        "HSET", trouble, "paused", 1_200_000_000_000, "why", "status 500", "tries", 5
    )
    assert lingr("log", "tired")[1].splitlines()[-1] == "paused since 2008-01-10T21:20:00Z: status 500"
    state = json.loads(lingr("log", "tired", "--json")[1])
    assert (state["paused"], state["why"], state["attempts"]) == ("2008-01-10T21:20:00Z", "status 500", [])
    assert lingr("list")[1].count("paused since 2008-01-10T21:20:00Z: status 500") == 1
    assert lingr("wake", "tired") == (0, "tired is awake")
    assert lingr("wake", "tired") == (0, "tired is awake already")
    assert deliveries.troubles(house.ctx, ["tired"])[0].paused == 0


def test_a_bot_has_an_icon_in_every_answer(house, lingr, made, tmp_path):
    room, bot = house.room(), made("pretty")
    lingr("invite", "pretty", room)
    picture = tmp_path / "icon.png"
    picture.write_bytes(photos.png())
    status, url = lingr("icon", "pretty", str(picture))
    assert (status, shown(house.client, url, 80)) == (0, True)
    watcher = house.enter(room, "Watcher")
    message = say(house, room=room, text="look", **proof(bot))["message"]
    assert shown(house.client, message["icon_url"], 48)
    assert shown(house.client, watcher.observe()["messages"][0]["icon_url"], 26)
    assert lingr("icon", "pretty", "--off")[0] == 0
    assert not shown(
        house.client, say(house, room=room, text="again", **proof(bot))["message"]["icon_url"], 48
    )


def test_what_an_operator_may_get_wrong(house, lingr, made):
    room = house.room()
    made("right")
    house.user(username="taken")
    for refused in (
        ("create", "a b", "--name", "X"),
        ("create", "RIGHT", "--name", "X"),
        ("create", "Taken", "--name", "X"),
        ("create", "new", "--name", " "),
        ("create", "new", "--name", "X", "--owner", "nobody"),
        ("create", "new", "--name", "X", "--endpoint", "bots.example"),
        ("change", "nobody", "--name", "X"),
        ("change", "right", "--endpoint", "ftp://bots.example/"),
        ("invite", "nobody", room),
        ("invite", "right", "nowhere"),
        ("remove", "right", "nowhere"),
        ("list", "--room", "nowhere"),
        ("wake", "nobody"),
        ("log", "nobody"),
        ("secret", "nobody"),
        ("delete", "nobody", "--yes"),
    ):
        status, told = lingr(*refused)
        assert (status, told[:7]) == (1, "Error: "), refused


def test_what_a_webhook_answers_reaches_clients_of_2007(house, lingr, made):
    room = house.room()
    made("hooked")
    lingr("invite", "hooked", room)
    watcher = house.enter(room, "Watcher")
    bot = house.ctx.store.bots.find("hooked")
    for _ in range(2):
        speaking.answer(house.ctx, bot, room, "pong\n", "msg_1_hooked")
    assert [one["text"] for one in watcher.observe()["messages"]] == ["pong"]
