"""An ordinary request is read as gunicorn would read it; anything else is left to gunicorn."""

from __future__ import annotations

import pytest
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lingr.serving.ordinary import MOST_BYTES, Ordinary, recognise

POLL = (
    b"GET /api/room/observe?session=abc&ticket=a-r-lobby-def&counter=12&format=json HTTP/1.1\r\n"
    b"Host: chat.example.org\r\nUser-Agent: Old/1.0\r\nConnection: Keep-Alive\r\n\r\n"
)
SAY = (
    b"POST /api/room/say HTTP/1.1\r\nHost: chat.example.org\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 15\r\n\r\nmessage=hello%21"
)[:-1]

REFUSED = {
    "nothing": b"",
    "a part of one": POLL[:-2],
    "two at once": POLL + POLL,
    "a body that has not come": SAY[:-1],
    "more than the body": SAY + b"x",
    "a body with GET": POLL.replace(b"Host:", b"Content-Length: 0\r\nHost:"),
    "POST without a length": SAY.replace(b"Content-Length: 15\r\n", b""),
    "a signed length": SAY.replace(b": 15", b": +15"),
    "two lengths": SAY.replace(b"Content-Length: 15", b"Content-Length: 15\r\nContent-Length: 15"),
    "chunks": SAY.replace(b"Content-Length: 15", b"Transfer-Encoding: chunked"),
    "HTTP/1.0": POLL.replace(b"HTTP/1.1", b"HTTP/1.0"),
    "another verb": POLL.replace(b"GET", b"PUT"),
    "a small verb": POLL.replace(b"GET", b"get"),
    "an absolute target": POLL.replace(b"/api", b"http://chat.example.org/api"),
    "another path": POLL.replace(b"/api/", b"/apis/"),
    "an escaped path": POLL.replace(b"room/", b"room%2F"),
    "raw bytes": POLL.replace(b"12&", b"12&a=\xc3\xa4&"),
    "a fragment": POLL.replace(b"&format", b"#format"),
    "two spaces": POLL.replace(b"GET /", b"GET  /"),
    "bare line feeds": POLL.replace(b"\r\n", b"\n"),
    "an empty line first": b"\r\n" + POLL,
    "a folded header": POLL.replace(b"Old/1.0", b"Old\r\n 1.0"),
    "a space before the colon": POLL.replace(b"Host:", b"Host :"),
    "an underscore": POLL.replace(b"User-Agent", b"Script_Name"),
    "two hosts": POLL.replace(b"User-Agent", b"Host"),
    "an expectation": SAY.replace(b"Host:", b"Expect: 100-continue\r\nHost:"),
    "an upgrade": POLL.replace(b"User-Agent: Old/1.0", b"Upgrade: websocket"),
    "a connection that does more": POLL.replace(b"Keep-Alive", b"TE, close"),
    "a tab": POLL.replace(b"Old/1.0", b"Old\t1.0"),
    "a control character": POLL.replace(b"Old/1.0", b"Old\x01"),
    "two schemes": POLL.replace(b"User-Agent: Old/1.0", b"X-Forwarded-Proto: http\r\nX-Forwarded-Ssl: on"),
    "too many bytes": POLL.replace(b"Old", b"o" * MOST_BYTES),
    "too many headers": POLL.replace(b"User-Agent: Old/1.0", b"\r\n".join([b"A: b"] * 101)),
}


def test_a_poll():
    assert recognise(POLL) == Ordinary(
        "GET",
        "room/observe",
        b"session=abc&ticket=a-r-lobby-def&counter=12&format=json",
        b"",
        "",
        close=False,
        forwarded=None,
    )


def test_words_in_a_body():
    request = recognise(SAY)
    assert request is not None
    assert (request.verb, request.path, request.body) == ("POST", "room/say", b"message=hello%2")
    assert request.content_type == "application/x-www-form-urlencoded"


def test_a_connection_that_is_to_end_and_an_address_that_was_forwarded():
    request = recognise(
        POLL.replace(b"Keep-Alive", b"Close").replace(
            b"User-Agent: Old/1.0", b"X-Forwarded-For: 1.2.3.4, 5.6.7.8"
        )
    )
    assert request is not None
    assert (request.close, request.forwarded) == (True, "1.2.3.4, 5.6.7.8")


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_is_left_to_gunicorn(data):
    assert recognise(data) is None


def test_bounds_of_gunicorns_are_kept():
    assert recognise(POLL, most_bytes=len(POLL) - 1) is None
    assert recognise(POLL, most_headers=2) is None
    assert recognise(POLL, most_bytes=len(POLL), most_headers=3) is not None


MUTATIONS = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.sampled_from(["drop", "double", "flip"]),
        st.sampled_from([*b"\r\n \t:,/?#&=%+-_\x00\x7f\x80\xffAz09"]),
    ),
    max_size=4,
)


def mutated(data: bytes, mutations: list[tuple[int, str, int]]) -> bytes:
    for place, change, byte in mutations:
        at = place % len(data)
        middle = {"drop": b"", "double": data[at : at + 1] * 2, "flip": bytes([byte])}[change]
        data = data[:at] + middle + data[at + 1 :]
    return data


@settings(max_examples=500, deadline=None, derandomize=True)
@given(seed=st.sampled_from([POLL, SAY]), mutations=MUTATIONS)
@example(seed=POLL, mutations=[])
@example(seed=SAY, mutations=[])
def test_what_is_accepted_is_read_as_gunicorn_reads_it(seed, mutations):
    data = mutated(seed, mutations)
    request = recognise(data)
    if request is None:
        return
    parser = RequestParser(Config(), iter([data]), ("127.0.0.1", 1))
    theirs = next(parser)
    headers = dict(theirs.headers)
    assert (request.verb, "/api/" + request.path) == (theirs.method, theirs.path)
    assert request.query.decode("latin-1") == theirs.query
    assert request.body == theirs.body.read()
    assert request.content_type == headers.get("CONTENT-TYPE", "")
    assert request.close == theirs.should_close()
    assert request.forwarded == headers.get("X-FORWARDED-FOR")
    assert theirs.unreader.read() == b""
    with pytest.raises(StopIteration):
        next(parser)
