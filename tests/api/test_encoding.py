"""Parameters as bytes: percent signs, plus signs, what is not UTF-8, and callbacks."""

from __future__ import annotations

import pytest

from lingr.api.method import Method
from lingr.api.v1 import METHODS
from support.client import Answer
from support.forms import CALLBACK, Speaker, read, refusal
from support.house import House
from support.polls import exchange

NOT_UTF_8 = [
    pytest.param(b"%FF", id="no byte of UTF-8"),
    pytest.param(b"caf%E9", id="latin-1"),
    pytest.param(b"%83%65%83%58%83%67", id="Shift_JIS"),
    pytest.param(b"%ED%A0%80", id="lone surrogate"),
    pytest.param(b"%C0%80", id="overlong NUL"),
    pytest.param(b"%E3%81", id="cut off"),
    pytest.param(b"caf\xe9", id="raw latin-1"),
]
JSONP = f"format=json&callback={CALLBACK}".encode()


def raw_get(house: House, path: str, query: bytes) -> Answer:
    request = b"GET /api/%b?%b HTTP/1.1\r\nHost: www.lingr.com\r\n\r\n" % (path.encode(), query)
    return exchange(house.port, request)


def raw_post(house: House, path: str, query: bytes, body: bytes) -> Answer:
    head = b"POST /api/%b?%b HTTP/1.1\r\nHost: www.lingr.com\r\nContent-Length: %d\r\n\r\n"
    return exchange(house.port, head % (path.encode(), query, len(body)) + body)


def message_said(house: House, room: str, encoded: bytes) -> str:
    """What others read of a message sent in exactly these bytes."""
    ann = house.enter(room, "ann")
    who = f"format=json&session={ann.session}&ticket={ann.ticket}&message=".encode()
    answer = raw_get(house, "room/say", who + encoded).json
    assert answer["status"] == "ok", answer
    text: str = house.info(room, counter=-1)["messages"][0]["text"]
    return text


@pytest.mark.parametrize("bad", NOT_UTF_8)
def test_what_is_not_utf_8_is_refused_in_the_form_asked_for(house: House, bad: bytes) -> None:
    key = b"&api_key=" + house.api_key.encode()
    assert refusal(read(raw_get(house, "session/create", JSONP + key + b"&x=" + bad), "jsonp")) == 120
    assert refusal(read(raw_post(house, "session/create", JSONP, key + b"&x=" + bad), "jsonp")) == 120
    assert refusal(read(raw_post(house, "session/create", b"", key + b"&x=" + bad), "xml")) == 120


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_bad_utf_8_in_any_parameter_of_any_method_is_refused_first(house: House, method: Method) -> None:
    # Without key, session or ticket, so that another order of checks would show.
    for name in ("api_key", "session", "ticket", "unknown", *(param.name for param in method.params)):
        answer = raw_get(house, method.path, JSONP + b"&" + name.encode() + b"=%FF")
        assert refusal(read(answer, "jsonp")) == 120, name


def test_bad_utf_8_in_a_name_is_refused(house: House) -> None:
    assert raw_get(house, "session/create", b"format=json&%FF=1").code == 120
    part = b'--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nv\r\n--b--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    assert house.client.request("POST", "/api/session/create?format=json", part, kind).code == 120


@pytest.mark.parametrize("bad", [b"js%FFon", b"%ff", b"json%ff"])
def test_a_format_that_is_not_utf_8_is_unknown(house: House, bad: bytes) -> None:
    assert refusal(read(raw_get(house, "session/create", b"format=" + bad), "xml")) == 104
    assert refusal(read(raw_post(house, "session/create", b"", b"format=" + bad), "xml")) == 104
    assert raw_post(house, "session/create", b"format=json", b"format=" + bad).code == 120


def test_a_bad_format_is_found_before_bad_utf_8(house: House) -> None:
    assert refusal(read(raw_get(house, "session/create", b"format=yaml&x=%FF"), "xml")) == 104


@pytest.mark.parametrize("wanted", ["yaml", "XML", "Json", "json ", "jsonp", "1"])
def test_an_unknown_format_is_refused_in_xml(house: House, wanted: str) -> None:
    for method in METHODS.values():
        answer = house.client.get(method.path, format=wanted, callback="cb", api_key=house.api_key)
        assert refusal(read(answer, "xml")) == 104


def test_xml_is_the_default_also_when_the_format_is_empty_or_a_callback_is_there(house: House) -> None:
    for asked in ("", "format=&", "callback=cb&", "format=xml&callback=cb&", "format=xml&callback=alert(1)&"):
        answer = house.client.request("GET", f"/api/session/create?{asked}api_key={house.api_key}")
        assert read(answer, "xml")["status"] == "ok"


@pytest.mark.parametrize(
    ("encoded", "text"),
    [
        (b"a+b", "a b"),
        (b"a%2Bb", "a+b"),
        (b"100%", "100%"),
        (b"%zz", "%zz"),
        (b"%4", "%4"),
        (b"%u3042", "%u3042"),
        (b"a=b=c", "a=b=c"),
        (b"a;b", "a;b"),
        (b"%26amp%3B", "&amp;"),
        (b"%E3%81%8a", "お"),
        ("お茶".encode(), "お茶"),
        (b"a#b", "a"),
        (b"%23", "#"),
        (b"a%00b", "ab"),
    ],
)  # fmt: skip
def test_a_message_in_the_query_is_decoded_once(house: House, room: str, encoded: bytes, text: str) -> None:
    assert message_said(house, room, encoded) == text


@pytest.mark.parametrize("callback", ["cb", "Lingr.callback12", "$", "_a.b$[0]", "x" * 128])
def test_a_callback_is_called_with_the_answer(house: House, callback: str) -> None:
    for code, key in ((b'"ok"', house.api_key), (b"101", "")):
        body = house.client.get("session/create", api_key=key, callback=callback).body
        assert body.startswith(b"/**/" + callback.encode() + b'({"status":')
        assert body.endswith(b"});")
        assert code in body


def test_an_empty_callback_is_none(house: House) -> None:
    answer = house.client.get("session/create", api_key=house.api_key, callback="")
    assert read(answer, "json")["status"] == "ok"


@pytest.mark.parametrize(
    "callback",
    [
        "alert(1)",
        "a;b",
        "<script>",
        "a b",
        "1a",
        ".a",
        "a\n",
        "a\u2028",
        "あ",
        "a-b",
        "x" * 129,
        "*/alert(1)/*",
    ],
)
def test_a_hostile_callback_is_refused_and_not_repeated(house: House, callback: str) -> None:
    answer = house.client.get("session/create", api_key=house.api_key, callback=callback)
    assert refusal(read(answer, "json")) == 998
    assert callback not in answer.body.decode()


def test_a_request_line_of_twelve_kilobytes_carries_a_thousand_emoji(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    who = {"session": ann.session, "ticket": ann.ticket}
    for verb in ("GET", "POST"):
        Speaker(house.client, "jsonp").ok("room/say", verb, message="😀" * 1000, **who)
    assert [message["text"] for message in house.info(room, counter=-2)["messages"]] == ["😀" * 1000] * 2
