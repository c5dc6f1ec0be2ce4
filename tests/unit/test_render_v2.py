"""The shapes of the 2009 API: what is told of whom, and the recorded bodies byte for byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from lingr.errors import LingrError
from lingr.render import V2, answer, v2, v2_parts
from lingr.render.links import Links
from lingr.values import Message, Room, Session, Tag, User
from lingr.values_v2 import Bot, Event, Events, Login, Member, Numbered, ShownRoom

GOLDEN = Path(__file__).parent / "golden" / "2009"
LINKS = Links("http://chat.example.org")
MORNING = 1363505931999

ROOM = Room(
    id="4Pq9sXw2LbT",
    moved_to="computer_science",
    name='計算機 "Science" </script>',
    description="お茶 & 雑談 ☕\u2028二行目",
    tags=(Tag("latenight", "Late Night"),),
    timezone="Tokyo",
    listed=True,
    owner_id="Uo3kT9aWq0Z",
    password=None,
    created=MORNING - 86_400_000,
    counter=238,
    max_user_message_id=235,
    chatter_count=2,
    observer_count=1,
    roster=7,
)
CLOSED = replace(ROOM, id="SandBox", moved_to=None, name="SandBox", description="", members_only=True)
ALICE = User(
    "Uo3kT9aWq0Z", "alice", "alice@example.org", "$argon2id$secret", "アリス🐰", "", MORNING, "V4v4v4v4v4v"
)

SPEECH = Message(
    235, "user", MORNING, "こんにちは 😀 </script>\n\"quoted\" 'too' & a\u2028b + 100% \\ /",
    "Oa1a1a1a1a1", ALICE.id, ALICE.nickname, None, "api", "human",
    icon=ALICE.icon, username="alice", local_id="pending-Oa1a1a1a1a1-4",
)  # fmt: skip
GUEST = Message(236, "user", MORNING + 1000, "hi", "Ob2b2b2b2b2", None, "guest ボブ", None, "api", "human")
WHISPER = structs.replace(GUEST, id=237, type="private", text="秘密", to_occupant_id="Oa1a1a1a1a1")
ROBOT = Message(238, "user", MORNING, "pong", "Or0r0r0r0r0", None, "Ping! Pong!", bot_id="pingpong")
CAME = Message(
    239, "system:enter", MORNING, "アリス🐰 has joined", "Oa1a1a1a1a1", ALICE.id, ALICE.nickname,
    None, "api", "human", icon=ALICE.icon, username="alice", online=True,
)  # fmt: skip
WENT = Message(240, "presence", MORNING, "", "Oa1a1a1a1a1", ALICE.id, username="alice", online=False)
JOINED = Message(
    241, "membership", MORNING, "", None, ALICE.id, ALICE.nickname, username="alice",
    online=True, action="join", is_owner=False,
)  # fmt: skip
RAISED = structs.replace(JOINED, id=242, action="owner", is_owner=True, online=None)
QUIT = structs.replace(JOINED, id=243, action="quit", nickname=None, online=False)


def numbered(message: Message) -> Numbered:
    is_said = message.type in ("user", "private")
    return Numbered(640_000 + message.id if is_said else 0, ROOM.public_id, message)


SHOWN = ShownRoom(
    ROOM,
    (numbered(SPEECH), numbered(ROBOT)),
    (
        Member(ALICE.id, "alice", ALICE.nickname, ALICE.icon, is_owner=True, is_online=True, seen=MORNING),
        Member("Ub0b0b0b0b0", "bob", "bob"),
    ),
    (Bot("pingpong", "Ping! Pong!"),),
    (640_235,),
)
EVENTS = tuple(
    Event(13_934_721 + place, numbered(message))
    for place, message in enumerate((CAME, SPEECH, GUEST, WHISPER, ROBOT, WENT, JOINED, RAISED, QUIT))
)
SESSION = Session("7hQ2mZb0KdW1s2s3s4s5s6", "", "human", ALICE.id, username="alice", public_id="Oa1a1a1a1a1")
VALUES: dict[str, Any] = {
    "status": None,
    "login": Login(SESSION, ALICE),
    "room_ids": ("computer_science", "SandBox"),
    "rooms": (SHOWN, ShownRoom(CLOSED)),
    "messages": (numbered(SPEECH), numbered(ROBOT)),
    "message": numbered(SPEECH),
    "counter": 13_934_720,
    "events": Events(13_934_730, EVENTS),
}
TREES = {name: v2.SHAPES[name](value, LINKS) for name, value in VALUES.items()}
TREES["failure"] = v2.failure(LingrError("missing_parameter", parameter="名前<&>"))
CALLBACKS = {"json": None, "jsonp": "Lingr.callback12"}


def body(tree: v2_parts.Json) -> Any:
    return msgspec.json.decode(answer(tree, V2).body)


def told(message: Message) -> Any:
    """The whole event, as a client reads it."""
    return body(v2.events(Events(7, (Event(7, numbered(message)),)), LINKS))["events"][0]


def test_every_shape_of_2009_has_a_sample() -> None:
    assert VALUES.keys() == v2.SHAPES.keys()


@pytest.mark.parametrize("way", CALLBACKS)
@pytest.mark.parametrize("shape", TREES)
def test_golden_of_2009(shape: str, way: str) -> None:
    assert answer(TREES[shape], V2, CALLBACKS[way]).body == (GOLDEN / f"{shape}.{way}").read_bytes()


def test_every_golden_file_of_2009_is_compared() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {
        f"{shape}.{way}" for shape in TREES for way in CALLBACKS
    }


@pytest.mark.parametrize("shape", TREES)
def test_status_is_the_first_thing_told(shape: str) -> None:
    begins = b'{"status":"error"' if shape == "failure" else b'{"status":"ok"'
    assert answer(TREES[shape], V2).body.startswith(begins)


def test_answers_are_scripts_by_type() -> None:
    for callback in CALLBACKS.values():
        assert answer(TREES["status"], V2, callback).content_type == "application/javascript; charset=utf-8"
    assert answer(TREES["status"], V2, "fn").body == b'/**/fn({"status":"ok"})'


def test_a_refusal_tells_a_code_and_a_detail() -> None:
    assert body(v2.failure(LingrError("invalid_credentials"))) == {
        "status": "error",
        "code": "invalid_user_credentials",
        "detail": "invalid user and/or password",
    }
    assert body(v2.failure(LingrError("invalid_session")))["code"] == "invalid_session"
    assert body(v2.failure(LingrError("rate_limited", seconds=5)))["detail"] == "rate limited"


def test_a_message_has_every_key_always() -> None:
    for message in (SPEECH, GUEST, WHISPER, ROBOT):
        assert list(told(message)["message"]) == [
            "id", "room", "public_session_id", "icon_url", "type", "speaker_id", "nickname", "text",
            "timestamp", "local_id",
        ]  # fmt: skip
        assert isinstance(told(message)["message"]["id"], str)


def test_an_account_speaks_under_its_username() -> None:
    spoken = told(SPEECH)["message"]
    assert spoken["speaker_id"] == "alice"
    assert spoken["nickname"] == "アリス🐰"
    assert spoken["text"] == SPEECH.text
    assert spoken["timestamp"] == "2013-03-17T07:38:51Z"
    assert spoken["icon_url"] == f"http://chat.example.org/images/user/{ALICE.id}/{ALICE.icon}/48x48.png"


def test_a_bot_speaks_for_no_session() -> None:
    spoken = told(ROBOT)["message"]
    assert (spoken["type"], spoken["speaker_id"], spoken["nickname"]) == ("bot", "pingpong", "Ping! Pong!")
    assert spoken["public_session_id"] is None
    assert spoken["local_id"] is None


@pytest.mark.parametrize(
    ("nickname", "speaker"),
    [
        ("bob", "bob_Ob2b"),
        ("guest ボブ", "guest_Ob2b"),
        ("ボブ", "guest_Ob2b"),
        (None, "guest_Ob2b"),
        ("a.b-c d", "abcd_Ob2b"),
        ("x" * 80, "x" * 27 + "_Ob2b"),
    ],
)
def test_who_has_no_account_is_told_apart(nickname: str | None, speaker: str) -> None:
    assert v2_parts.speaker_of(structs.replace(GUEST, nickname=nickname)) == speaker


@given(st.text(max_size=60))
def test_any_nickname_makes_a_name_that_irc_can_use(nickname: str) -> None:
    speaker = v2_parts.speaker_of(structs.replace(GUEST, nickname=nickname))
    assert speaker.endswith("_Ob2b")
    assert speaker.isascii()
    assert speaker.replace("_", "").isalnum()
    assert len(speaker) <= 32


def test_coming_and_going_are_presences() -> None:
    came, went = told(CAME), told(WENT)
    assert list(came) == ["event_id", "presence"]
    assert came["presence"]["status"] == "online"
    assert came["presence"]["text"] == "アリス🐰 is now online"
    assert went["presence"]["status"] == "offline"
    assert went["presence"]["text"] == "alice is now offline"
    assert set(went["presence"]) == {
        "room", "public_session_id", "icon_url", "username", "nickname", "timestamp", "status", "text",
    }  # fmt: skip


def test_memberships_are_members_with_an_action() -> None:
    texts = [told(one)["membership"]["text"] for one in (JOINED, RAISED, QUIT)]
    assert texts == ["アリス🐰 has joined", "アリス🐰 is now an owner", "alice has left"]
    lowered = structs.replace(RAISED, is_owner=False)
    assert told(lowered)["membership"]["text"] == "アリス🐰 is no longer an owner"
    assert told(RAISED)["membership"] == {
        "room": "computer_science",
        "icon_url": LINKS.occupant_icon,
        "username": "alice",
        "name": "アリス🐰",
        "is_owner": True,
        "is_online": False,
        "pokeable": False,
        "timestamp": "2013-03-17T07:38:51Z",
        "action": "owner",
        "text": "アリス🐰 is now an owner",
    }
    assert told(JOINED)["membership"]["is_online"] is True


def test_an_event_that_is_told_again_is_made_once() -> None:
    one = numbered(SPEECH)
    first = answer(v2.events(Events(7, (Event(7, one),)), LINKS), V2).body
    made = one.made["json"]
    assert bytes(made) in first
    assert bytes(made) in answer(v2.events(Events(9, (Event(9, one),)), LINKS), V2).body
    assert one.made["json"] is made
    assert one == numbered(SPEECH)


def test_nothing_new_has_both_keys() -> None:
    assert answer(v2.events(Events(5), LINKS), V2).body == b'{"status":"ok","counter":5,"events":[]}'


def test_a_room_tells_what_was_asked_for() -> None:
    shown, bare = body(TREES["rooms"])["rooms"]
    assert shown["id"] == "computer_science"
    assert shown["faved_message_ids"] == [640_235]
    assert shown["is_public"] is True
    assert list(bare) == ["id", "name", "blurb", "is_public", "faved_message_ids"]
    assert bare["blurb"] is None
    assert bare["is_public"] is False
    assert (
        body(v2.rooms([ShownRoom(replace(ROOM, password="hash"))], LINKS))["rooms"][0]["is_public"] is False
    )
    empty = body(v2.rooms([ShownRoom(ROOM, (), (), ())], LINKS))["rooms"][0]
    assert empty["messages"] == []
    assert empty["roster"] == {"members": [], "bots": []}


def test_members_are_told_as_seven_things() -> None:
    roster = body(TREES["rooms"])["rooms"][0]["roster"]
    assert [list(one) for one in roster["members"]] == [
        ["username", "name", "icon_url", "is_owner", "is_online", "pokeable", "timestamp"]
    ] * 2
    assert roster["members"][1]["timestamp"] == "2013-03-16T07:38:51Z", "not seen yet: since the room began"
    assert roster["bots"] == [
        {"id": "pingpong", "name": "Ping! Pong!", "icon_url": LINKS.occupant_icon, "status": "online"}
    ]


def test_passwords_and_addresses_are_not_told() -> None:
    for tree in TREES.values():
        assert b"argon2" not in answer(tree, V2).body
        assert b"@example" not in answer(tree, V2).body
