"""Files of rooms: what is read from them, and which line is blamed when something is wrong."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from PIL import Image

from lingr.domain.room_file import LINE_BYTES, BadFile, RoomFile, head_line
from support import photos


def icon(version: str = "Pa1a1a1a1a1", **others: bytes) -> dict[str, Any]:
    """An icon; pictures of other widths (``w80``) or contents may be given."""
    made = {f"w{size}": photos.saved(Image.new("RGB", (size, size))) for size in (48, 32, 16)}
    squares = {name[1:]: b64encode(content).decode() for name, content in {**made, **others}.items()}
    return {"icon": {"version": version, "squares": squares}}


def hashed(memory: int = 19_456, rounds: int = 2, lanes: int = 1) -> dict[str, str]:
    """The hash of a password, made at that cost."""
    salted = "f60/ZWKxsvhjy3zm5x/oCA$Y7CF1Yhet89od1D8TuLZVtCPcwg9fBI3a1xOCfKbuXU"
    return {"password": f"$argon2id$v=19$m={memory},t={rounds},p={lanes}${salted}"}


HEAD: dict[str, Any] = {
    "format": "lingr room 1",
    "id": "den",
    "name": "夜の部屋 ☕",
    "description": "お茶 & 雑談\n二行目",
    "tags": [{"name": "latenight", "display_name": "Late Night"}],
    "timezone": "Tokyo",
    "listed": True,
    "owner_id": "Uo3kT9aWq0Z",
    **hashed(),
    "created": 1204513544000,
    "counter": 9,
    "max_user_message_id": 7,
    "active": 1204513545000,
    "keep_days": 30,
    **icon(),
    "events": 3,
}
EVENTS = [
    b'{"id":2,"type":"system:enter","timestamp":1204513544000,"text":"bob has joined","nickname":"bob"}',
    '{"id":7,"type":"user","timestamp":1204513544001,"text":"こんにちは😀"}'.encode(),
    b'{"id":9,"type":"private","timestamp":1204513544002,"text":"a\\/b \\u3042","to_occupant_id":"x"}',
]


def head(**other: Any) -> bytes:
    told = {name: value for name, value in {**HEAD, **other}.items() if value is not None}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def lines(*events: bytes, first: bytes | None = None) -> list[bytes]:
    return [line + b"\n" for line in (head() if first is None else first, *events)]


def blamed(written: list[bytes]) -> tuple[int, str]:
    with pytest.raises(BadFile) as refused:
        list(RoomFile(iter(written)).events())
    return refused.value.line, refused.value.why


def test_a_file_is_read_as_it_was_written() -> None:
    file = RoomFile(iter(lines(*EVENTS)))
    assert head_line(file.head) == head()
    assert list(file.events()) == list(zip((2, 7, 9), EVENTS, strict=True))


def test_a_room_without_events_and_with_little_else_has_a_file() -> None:
    none = dict.fromkeys(("owner_id", "password", "active", "keep_days", "icon"))
    first = head(**none, tags=[], counter=0, max_user_message_id=0, events=0, description="")
    file = RoomFile(iter(lines(first=first)))
    assert (head_line(file.head), list(file.events())) == (first, [])


def test_the_last_line_need_not_end() -> None:
    written = lines(*EVENTS)
    written[-1] = written[-1].rstrip(b"\n")
    assert [number for number, _ in RoomFile(iter(written)).events()] == [2, 7, 9]


@pytest.mark.parametrize(
    "first", [b"", b"{}", b"[]", b"null", b"\xff", b"hello", b"\xff\xfe{\x00}\x00", b"{" * 9999]
)
def test_what_does_not_begin_as_a_room_is_refused(first: bytes) -> None:
    assert blamed(lines(*EVENTS, first=first))[0] == 1


@pytest.mark.parametrize(
    "other",
    [
        {"format": "lingr room 2"},
        {"format": None},
        {"id": "a/b"},
        {"id": "あ"},
        {"id": "x" * 33},
        {"id": "new"},
        {"name": ""},
        {"name": " den"},
        {"name": "x" * 101},
        {"name": 5},
        {"description": "x" * 1001},
        {"description": "\x00"},
        {"tags": ["jazz"]},
        {"tags": [{"name": "a\x01", "display_name": "a"}]},
        {"tags": [{"name": "jazz", "display_name": "Blues"}]},
        {"tags": [{"name": "a", "display_name": "a"}] * 2},
        {"tags": [{"name": f"t{number}", "display_name": f"t{number}"} for number in range(21)]},
        {"tags": [{"name": "x" * 51, "display_name": "x" * 51}]},
        {"tags": [{"name": "", "display_name": ""}]},
        {"owner_id": ""},
        {"members_only": 1},
        {"members": [{"user_id": "a/b", "owner": True, "since": 1}]},
        {"members": [{"user_id": "ann", "owner": True, "since": -1}]},
        {"members": [{"user_id": "ann", "owner": True, "since": 1, "seen": 10**15}]},
        {"members": [{"user_id": "ann", "since": 1}]},
        {"members": [{"user_id": "ann", "owner": True, "since": 1}] * 2},
        {"members": {}},
        {"owner_id": "} {x"},
        {"password": ""},
        {"password": "sesame"},
        {"password": hashed()["password"] + "A" * 1000},
        hashed(memory=1_048_576),
        hashed(memory=-1),
        hashed(rounds=100_000),
        hashed(lanes=1000),
        {"timezone": "Atlantis"},
        {"listed": "yes"},
        {"created": -1},
        {"created": 1.5},
        {"created": 10**15},
        {"active": 253_402_300_800_000},
        {"counter": 10**14},
        {"counter": 2},
        {"max_user_message_id": 10},
        {"events": -1},
        {"events": 10},
        {"keep_days": -1},
        {"keep_events": 0},
        icon("../.."),
        icon("abc"),
        icon(w80=photos.png()),
        icon(w48=photos.bomb()),
        icon(w48=photos.png()[:150]),
        icon(w16=photos.saved(Image.new("RGB", (16, 16)), "GIF")),
        {"occupants": []},
    ],
    ids=lambda other: str(other)[:60],
)
def test_a_room_such_as_cannot_be_made_is_refused(other: dict[str, Any]) -> None:
    line, why = blamed(lines(*EVENTS, first=head(**other)))
    assert line == 1
    assert why


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b'{"id":7,"type":"user","times', "truncated"),
        (b"\xe3\x81", "malformed"),
        (b"[7]", "Expected `object`"),
        (b'{"id":7,"type":"user","timestamp":1}', "missing required field `text`"),
        (b'{"id":"7","type":"user","timestamp":1,"text":"x"}', "Expected `int`"),
        (b'{"id":7,"type":"poke","timestamp":1,"text":"x"}', "there are no events of the type 'poke'"),
        (b'{"id":2,"type":"user","timestamp":1,"text":"x"}', "should be greater than the one before, 2"),
        (b'{"id":10,"type":"user","timestamp":1,"text":"x"}', "greater than the room's counter, 9"),
        (b'{"id":7,"type":"user","timestamp":1,"text":"\\u0001"}', "cannot be told in XML"),
        (b'{"id":7,"type":"user","timestamp":1,"text":"x","nickname":"\\ufffe"}', "cannot be told in XML"),
        (b'{"id":7,"type":"user","timestamp":1,"text":"x","source":"\\u0000"}', "cannot be told in XML"),
        (b'{"id":7,"type":"user","timestamp":1,"text":"x","occupant_id":"\\u0000"}', "has an id that nobody"),
        (b'{"id":7,"type":"user","timestamp":1,"text":"x","user_id":"../x"}', "has an id that nobody"),
        (b'{"id":7,"type":"user","timestamp":1,"text":"x","icon":"x y"}', "has an id that nobody"),
        (b'{"id":7,"type":"user","timestamp": 1,"text":"x"}', "is not written as a room's log has it"),
        (b'{"id":7,"type":"user","timestamp":-1,"text":"x"}', "is not written as a room's log has it"),
        (b'{"id":7,"type":"user","timestamp":1,"timestamp":2,"text":"x"}', "is not written as"),
        (b'{"id":7,"type":"user","timestamp":1000000000000000,"text":"x"}', "is in no calendar"),
        (b'{"id":7,"type":"user","timestamp":1,"text":"' + b"x" * LINE_BYTES + b'"}', "longer than"),
    ],
)
def test_an_event_that_cannot_be_told_is_refused(event: bytes, why: str) -> None:
    line, said = blamed(lines(EVENTS[0], event, EVENTS[2]))
    assert line == 3
    assert why in said


def test_a_file_that_breaks_off_is_refused() -> None:
    assert blamed([]) == (1, "the file is empty")
    assert blamed(lines(*EVENTS[:2])) == (4, "the file ends here, 2 of 3 events are there")
    assert blamed(lines()) == (2, "the file ends here, 0 of 3 events are there")


def test_a_file_that_goes_on_is_refused() -> None:
    assert blamed(lines(*EVENTS, EVENTS[2])) == (5, "there are more than the 3 events that line 1 promises")
    assert blamed(lines(*EVENTS, b""))[0] == 5


def test_a_file_is_read_no_further_than_its_fault() -> None:
    written = iter(lines(EVENTS[0], b"{", EVENTS[2]))
    with pytest.raises(BadFile, match=r"^line 3: "):
        list(RoomFile(written).events())
    assert next(written) == EVENTS[2] + b"\n"
