"""How a request may come in: verbs, places of parameters, hosts, targets, bodies and connections."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from lingr.api.v1 import METHODS
from support.client import Answer
from support.forms import Speaker, read, refusal
from support.house import House
from support.polls import connected, exchange, receive

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "----------0xKhTmLbOuNdArY"


def request_bytes(line: str, *headers: str, body: bytes = b"") -> bytes:
    head = "\r\n".join([line, *headers, *([f"Content-Length: {len(body)}"] if body else []), "", ""])
    return head.encode("latin-1") + body


def says_ok(answer: Answer) -> bool:
    return bool(answer.status == 200 and answer.json["status"] == "ok")


@pytest.mark.parametrize("verb", ["GET", "POST"])
@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_every_method_is_there_for_get_and_for_post(house: House, verb: str, method: object) -> None:
    code = Speaker(house.client, "json").code(method.path, verb)
    assert code in (101, 102)


@pytest.mark.parametrize("verb", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "BREW"])
def test_another_verb_is_refused(house: House, form: str, verb: str) -> None:
    asked = urlencode(Speaker(house.client, form).asking(api_key=house.api_key))
    answer = house.client.request(verb, f"/api/session/create?{asked}")
    assert refusal(read(answer, form)) == 100


def test_head_is_answered_without_a_body_and_opens_no_session(house: House) -> None:
    answer = house.client.request("HEAD", f"/api/session/create?api_key={house.api_key}&format=json")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.body == b""


@pytest.mark.parametrize(
    "path", ["", "session", "session/createx", "room/search", "Room/Enter", "%E9", "a/b/c"]
)
def test_an_unknown_path_is_refused(house: House, form: str, path: str) -> None:
    assert Speaker(house.client, form).code(path, "GET", api_key=house.api_key) == 103


@pytest.mark.parametrize("path", ["session/create", "session/create/"])
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_slash_at_the_end_makes_no_difference(house: House, form: str, verb: str, path: str) -> None:
    assert Speaker(house.client, form).ok(path, verb, api_key=house.api_key)["session"]


def test_parameters_of_query_and_body_count_together_and_the_query_wins(house: House, room: str) -> None:
    body = urlencode({"session": house.session(), "id": "no-such-room", "nickname": "ann"}).encode()
    answer = house.client.request(
        "POST", f"/api/room/enter?format=json&id={room}", body, {"Content-Type": FORM}
    )
    assert answer.json["room"]["id"] == room
    assert answer.json["occupants"][0]["nickname"] == "ann"


def test_of_a_parameter_that_comes_twice_the_last_counts(house: House, room: str) -> None:
    target = f"/api/room/get_info?format=json&api_key={house.api_key}&id=no-such-room&id={room}"
    assert house.client.request("GET", target).json["room"]["id"] == room


def test_unknown_parameters_are_ignored_even_two_hundred_of_them(house: House, form: str) -> None:
    speaker = Speaker(house.client, form)
    unknown = {f"itempotent{number}": "true" for number in range(200)}
    for verb in ("GET", "POST"):
        assert speaker.ok("session/create", verb, api_key=house.api_key, **unknown)["session"]


def test_more_fields_than_anyone_means_are_refused_in_the_form_asked_for(house: House, form: str) -> None:
    speaker = Speaker(house.client, form)
    many = {f"p{number}": "" for number in range(1100)}
    assert speaker.code("session/create", api_key=house.api_key, **many) == 998


@pytest.mark.parametrize("kind", [None, FORM, f"{FORM}; charset=UTF-8", "text/plain", "application/json"])
def test_a_body_is_read_whatever_type_it_claims(house: House, kind: str | None) -> None:
    body = urlencode({"api_key": house.api_key, "format": "json"}).encode()
    headers = ["Host: www.lingr.com", *([f"Content-Type: {kind}"] if kind else [])]
    assert says_ok(
        exchange(house.port, request_bytes("POST /api/session/create HTTP/1.1", *headers, body=body))
    )


def test_a_body_in_chunks_is_read(house: House) -> None:
    body = urlencode({"api_key": house.api_key, "format": "json"}).encode()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    head = request_bytes("POST /api/session/create HTTP/1.1", "Host: x", "Transfer-Encoding: chunked")
    assert says_ok(exchange(house.port, head + chunks))


@pytest.mark.parametrize("query", ["", "format=json&callback=cb"])
def test_a_body_of_two_megabytes_is_refused_politely(house: House, query: str) -> None:
    body = b"message=" + b"x" * 2_000_000
    line = f"POST /api/room/say?{query} HTTP/1.1"
    answer = exchange(house.port, request_bytes(line, "Host: x", f"Content-Type: {FORM}", body=body))
    assert answer.status == 200
    assert b"998" in answer.body
    assert answer.body.startswith(b"/**/cb(" if query else b"<?xml")


@pytest.mark.parametrize(
    "host",
    [
        "37.www.lingr.com",
        "81o.www.lingr.com",
        "gotin.client_4711.www.lingr.com",
        "",
        "a..b",
        "x" * 70 + ".com",
    ],
)
def test_the_host_header_does_not_matter(house: House, host: str) -> None:
    line = f"GET /api/session/create?format=json&api_key={house.api_key} HTTP/1.1"
    assert says_ok(exchange(house.port, request_bytes(line, f"Host: {host}")))


def test_http_1_0_needs_no_host_header(house: House) -> None:
    line = f"GET /api/session/create?format=json&api_key={house.api_key} HTTP/1.0"
    assert says_ok(exchange(house.port, request_bytes(line)))


@pytest.mark.parametrize(
    "origin", ["http://www.lingr.com", "http://www.lingr.com:80", "http://42.www.lingr.com"]
)
def test_a_proxy_style_target_reaches_the_api(house: House, origin: str) -> None:
    asked = urlencode({"api_key": house.api_key, "format": "json"})
    get = request_bytes(f"GET {origin}/api/session/create?{asked} HTTP/1.1", "Host: www.lingr.com")
    post = request_bytes(
        f"POST {origin}/api/session/create/ HTTP/1.1", "Host: www.lingr.com", body=asked.encode()
    )
    assert says_ok(exchange(house.port, get))
    assert says_ok(exchange(house.port, post))


def test_many_calls_share_a_connection_also_after_refusals_and_large_bodies(house: House) -> None:
    asked = urlencode({"api_key": house.api_key, "format": "json"}).encode()
    create = request_bytes("POST /api/session/create HTTP/1.1", "Host: x", body=asked)
    refused = request_bytes("POST /api/session/verify?format=json HTTP/1.1", "Host: x", body=b"session=none")
    large = request_bytes("POST /api/session/create?format=json HTTP/1.1", "Host: x", body=b"x" * 1_500_000)
    with connected(house.port) as connection:
        codes = []
        for request in (create, refused, large, create):
            connection.sendall(request)
            codes.append(receive(connection).code)
    assert codes == [None, 102, 998, None]


def test_answers_are_neither_stored_nor_sniffed(house: House, form: str) -> None:
    headers = Speaker(house.client, form).send("session/create", api_key=house.api_key).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def multipart(fields: dict[str, str], *files: bytes) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    return b"".join([*parts, *files, f"--{BOUNDARY}--\r\n".encode()])


IMAGE = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="icon"; filename="icon.gif"\r\n'
    "Content-Transfer-Encoding: binary\r\nContent-Type: image/gif\r\n\r\n"
).encode() + b"GIF89a\x01\x00\xff\r\n--not it\r\n\r\n"


def test_text_parts_of_a_multipart_body_are_parameters(house: House) -> None:
    fields = {
        "session": house.session(house.user()),
        "name": "夜の部屋",
        "tags": 'jazz "late night"',
        "format": "json",
    }
    kind = {"Content-Type": f'multipart/form-data; boundary="{BOUNDARY}"'}
    told = house.client.request("POST", "/api/room/create", multipart(fields, IMAGE), kind).json
    assert told["room"]["name"] == "夜の部屋"
    assert [tag["name"] for tag in told["room"]["tags"]] == ["jazz", "latenight"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", multipart({"api_key": "x"})),
        (f"multipart/form-data; boundary={BOUNDARY}", b"no part at all"),
        (f"multipart/form-data; boundary={BOUNDARY}", multipart({"api_key": "x"})[:-9]),
        (f"multipart/form-data; boundary={BOUNDARY}", multipart({str(i): "" for i in range(1100)})),
    ],
    ids=["no boundary", "no part", "cut off", "too many parts"],
)
def test_a_broken_multipart_body_is_refused_in_the_form_asked_for(
    house: House, kind: str, body: bytes
) -> None:
    answer = house.client.request("POST", "/api/session/create?format=json", body, {"Content-Type": kind})
    assert (answer.status, answer.code) == (200, 998)


def test_every_answer_tells_urls_of_the_public_address(house: House, room: str) -> None:
    headers = {"Host": "37.www.lingr.com"}
    target = f"/api/room/get_info?format=json&api_key={house.api_key}&id={room}"
    told = house.client.request("GET", target, headers=headers).json
    assert told["room"]["url"] == f"{house.url}/room/{room}"
    assert re.fullmatch(rf"{house.url}/\S+", told["room"]["icon_url"])
