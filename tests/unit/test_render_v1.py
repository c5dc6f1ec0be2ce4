"""The shapes of the 2007 API: which fields are told, and the recorded bodies byte for byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from lingr.archived import Archive, Hit
from lingr.errors import LingrError
from lingr.render import answer, json, v1, xml
from lingr.render.links import Links
from lingr.render.tree import Tree
from lingr.timezones import DEFAULT
from lingr.values import (
    Entrance,
    Message,
    News,
    Occupant,
    Room,
    RoomInfo,
    Said,
    Session,
    Tag,
    User,
    UserIcon,
)
from lingr.values_user import Observation, UserInfo

GOLDEN = Path(__file__).parent / "golden"
LINKS = Links("http://chat.example.org")
NOON = 1204513544000

ROOM = Room(
    id="4Pq9sXw2LbT",
    name='夜の "Night Owls" </script>',
    description="お茶 & 雑談 ☕\u2028二行目",
    tags=(Tag("latenight", "Late Night"), Tag("雑談", "雑談")),
    timezone=DEFAULT,
    listed=True,
    owner_id="Uo3kT9aWq0Z",
    password="$argon2id$secret",
    created=NOON - 86_400_000,
    counter=238,
    max_user_message_id=235,
    chatter_count=2,
    observer_count=1,
    roster=7,
)
PLAIN_ROOM = replace(
    ROOM,
    id="plain",
    name="Plain",
    description="",
    tags=(),
    timezone="Tokyo",
    password=None,
    counter=0,
    max_user_message_id=0,
)
ALICE = Occupant("Oa1a1a1a1a1", "human", "browser", "Uo3kT9aWq0Z", "アリス🐰", 'likes "tea"')
ROBOT = Occupant("Ob2b2b2b2b2", "automaton", nickname="bot </script>", description="")
NOBODY = Occupant("Oc3c3c3c3c3", "human", "browser")
SHY = Occupant("Od4d4d4d4d4", "human", "browser", "Uz9z9z9z9z9")
ROSTER = (ALICE, ROBOT, NOBODY, SHY)

SPEECH = Message(
    235, "user", NOON, "こんにちは 😀 </script>\n\"quoted\" 'too' & a\u2028b\u2029c \\ /",
    ALICE.id, ALICE.user_id, ALICE.nickname, None, ALICE.source, ALICE.client_type,
)  # fmt: skip
WHISPER = Message(
    236,
    "private",
    NOON + 1500,
    "秘密",
    ROBOT.id,
    None,
    ROBOT.nickname,
    None,
    "api",
    "automaton",
    ALICE.id,
    ALICE.user_id,
)
RENAMED = Message(
    237,
    "system:nickname_change",
    NOON + 2000,
    "bot is now known as Robō",
    ROBOT.id,
    None,
    "bot",
    "Robō",
    "api",
    "automaton",
)
BROADCAST = Message(238, "system:broadcast", NOON + 3000, "Back at 12:00.")
MESSAGES = (SPEECH, WHISPER, RENAMED, BROADCAST)

USER = User(
    "Uo3kT9aWq0Z",
    "alice",
    "alice@example.org",
    "$argon2id$secret",
    "アリス🐰",
    'likes "tea" & </script>',
    NOON - 172_800_000,
    "V4v4v4v4v4v",
)

VALUES: dict[str, object] = {
    "status": None,
    "session": Session("7hQ2mZb0KdW", "0" * 32, "human"),
    "entrance": Entrance(ALICE.id, "a-r-4Pq9sXw2LbT-Tk5k5k5k5k5", 47, ROOM, ROSTER),
    "news": News(238, MESSAGES, ROSTER, DEFAULT),
    "room_info": RoomInfo(ROOM, ROSTER, MESSAGES),
    "said": Said(SPEECH, "Tokyo"),
    "room": PLAIN_ROOM,
    "user_icon": UserIcon("Uo3kT9aWq0Z", "V4v4v4v4v4v"),
    "rooms": (ROOM, PLAIN_ROOM),
    "archive": Archive(ROOM, (SPEECH, RENAMED)),
    "hits": (Hit(PLAIN_ROOM, SPEECH, 1.0), Hit(ROOM, SPEECH, 0.4271)),
    "user_info": UserInfo(USER, 12, (ROOM,), (PLAIN_ROOM, ROOM), (), (PLAIN_ROOM,), (ROOM,)),
    "observation": Observation("a-u-Uo3kT9aWq0Z-Tk5k5k5k5k5", 12, 47),
    "tags": (Tag("latenight", "Late Night"), Tag("雑談/猫", "雑談/猫")),
}
TREES: dict[str, Tree] = {name: v1.SHAPES[name](value, LINKS) for name, value in VALUES.items()}
TREES["failure"] = v1.failure(LingrError("missing_parameter", parameter="名前<&>"))
WAYS = {"xml": ("xml", None), "json": ("json", None), "jsonp": ("json", "Lingr.callback12")}


def fields(tree: Tree, name: str) -> list[dict[str, object]]:
    found = tree[name]
    assert isinstance(found, list)
    return [dict(one) for one in found if isinstance(one, dict)]


def test_every_shape_has_a_sample() -> None:
    assert VALUES.keys() == v1.SHAPES.keys()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shape", TREES)
def test_golden(shape: str, way: str) -> None:
    assert answer(TREES[shape], *WAYS[way]).body == (GOLDEN / f"{shape}.{way}").read_bytes()


def test_every_golden_file_is_compared() -> None:
    assert {path.name for path in GOLDEN.iterdir() if path.is_file()} == {
        f"{shape}.{way}" for shape in TREES for way in WAYS
    }


@pytest.mark.parametrize("shape", TREES)
def test_status_comes_first(shape: str) -> None:
    assert next(iter(TREES[shape])) == "status"
    assert TREES[shape]["status"] == ("fail" if shape == "failure" else "ok")


def test_an_entrance_has_no_counter_of_its_own() -> None:
    assert list(TREES["entrance"]) == [
        "status",
        "occupant_id",
        "ticket",
        "max_observe_time",
        "room",
        "occupants",
    ]


def test_news_without_a_roster() -> None:
    tree = v1.news(News(5, (), None, DEFAULT), LINKS)
    assert json.write(tree) == b'{"status":"ok","counter":5,"messages":[]}'
    assert xml.write(tree).endswith(b"<counter>5</counter><messages/></response>")


def test_news_of_an_empty_room() -> None:
    tree = v1.news(News(5, (), (), DEFAULT), LINKS)
    assert json.write(tree) == b'{"status":"ok","counter":5,"messages":[],"occupants":[]}'


def test_room_info_tells_messages_only_when_asked() -> None:
    assert list(v1.room_info(RoomInfo(ROOM, (), None), LINKS)) == ["status", "room", "occupants"]
    assert v1.room_info(RoomInfo(ROOM, (), ()), LINKS)["messages"] == []


def test_anonymous_occupants_in_json() -> None:
    nobody, shy = fields(TREES["news"], "occupants")[2:]
    assert nobody == {"id": NOBODY.id, "source": "browser", "client_type": "human"}
    assert shy == {"id": SHY.id, "user_id": SHY.user_id, "source": "browser", "client_type": "human"}
    assert b'{"id":"Oc3c3c3c3c3","source":"browser","client_type":"human"}' in json.write(TREES["news"])


def test_anonymous_occupants_in_xml() -> None:
    assert (
        b"<occupant><id>Oc3c3c3c3c3</id><source>browser</source><client_type>human</client_type>"
        b"<nickname/><description/><icon_url/></occupant>"
    ) in xml.write(TREES["news"])


def test_a_named_occupant_has_a_description_even_if_empty() -> None:
    undescribed = Occupant("x", "human", nickname="x")
    tree = v1.news(News(1, (), (ROBOT, undescribed), DEFAULT), LINKS)
    assert [one["description"] for one in fields(tree, "occupants")] == ["", ""]
    assert all("user_id" not in one for one in fields(tree, "occupants"))


def test_messages_leave_out_what_they_do_not_have() -> None:
    speech, whisper, renamed, broadcast = fields(TREES["news"], "messages")
    assert list(speech) == [
        "id", "type", "occupant_id", "user_id", "nickname", "source", "client_type", "icon_url",
        "timestamp", "text",
    ]  # fmt: skip
    assert "user_id" not in whisper
    assert renamed["new_nickname"] == "Robō"
    assert list(broadcast) == ["id", "type", "timestamp", "text"]


def test_a_new_nickname_belongs_to_changes_only() -> None:
    tree = v1.said(Said(structs.replace(RENAMED, type="system:enter"), DEFAULT), LINKS)
    assert "new_nickname" not in str(tree["message"])


def test_who_a_private_message_is_for_is_not_told() -> None:
    whispered = v1.said(Said(WHISPER, DEFAULT), LINKS)
    for body in (json.write(whispered), xml.write(whispered)):
        assert b"to_" not in body
        assert b"Oa1a1a1a1a1" not in body


def test_times_are_told_in_the_rooms_zone() -> None:
    assert fields(TREES["news"], "messages")[0]["timestamp"] == "2008-03-02T19:05:44-08:00"
    assert fields(TREES["room_info"], "messages")[0]["timestamp"] == "2008-03-02T19:05:44-08:00"
    assert b"2008-03-03T12:05:44+09:00" in json.write(TREES["said"])


def test_a_password_is_told_as_a_flag_only() -> None:
    for shape, flag in (("entrance", b"true"), ("room_info", b"true"), ("room", b"false")):
        assert b'"requires_password":' + flag in json.write(TREES[shape])
        assert b"argon2" not in json.write(TREES[shape]) + xml.write(TREES[shape])


def test_links_are_ascii_and_cannot_leave_their_place() -> None:
    assert LINKS.room("a/../b?c#d") == "http://chat.example.org/room/a%2F..%2Fb%3Fc%23d"
    assert LINKS.tag("雑談") == "http://chat.example.org/tag/%E9%9B%91%E8%AB%87"


def test_who_has_an_icon_is_told_with_it() -> None:
    version = "V4v4v4v4v4v"
    alice = structs.replace(ALICE, icon=version)
    speech = structs.replace(SPEECH, icon=version)
    tree = v1.room_info(
        RoomInfo(replace(ROOM, icon=version), (alice, ROBOT, NOBODY), (speech, WHISPER)), LINKS
    )
    pictures = "http://chat.example.org/images"
    shown = dict(tree["room"])  # type: ignore[arg-type]
    assert shown["icon_url"] == f"{pictures}/room/{ROOM.id}/{version}/16x16.png"
    assert [one.get("icon_url") for one in fields(tree, "occupants")] == [
        f"{pictures}/user/{ALICE.user_id}/{version}/48x48.png",
        LINKS.occupant_icon,
        None,
    ]
    assert [one["icon_url"] for one in fields(tree, "messages")] == [
        f"{pictures}/user/{ALICE.user_id}/{version}/26x26.png",
        LINKS.message_icon,
    ]
    assert TREES["user_icon"]["icon_url"] == f"{pictures}/user/{ALICE.user_id}/{version}/80x80.png"


@pytest.mark.parametrize(
    "url", [LINKS.user_picture(None, None, "80x80"), LINKS.room_icon, LINKS.occupant_icon, LINKS.message_icon]
)
def test_icons_are_there(url: str) -> None:
    picture = Path(__file__).parents[2] / url.removeprefix("http://chat.example.org/")
    width, height = picture.stem.rpartition("-")[2].split("x")
    head = picture.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(head[16:20]), int.from_bytes(head[20:24])) == (int(width), int(height))
