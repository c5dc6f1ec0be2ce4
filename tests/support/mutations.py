"""Requests that are nearly right, cut and joined anyhow: strategies for hypothesis."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from support.odd_bodies import BOUNDARY, CHUNKED, chunks

_SEAT = b"session=@session@&ticket=@ticket@&format=json"
_HEAD = b"Host: www.lingr.com\r\nUser-Agent: lig.rb\r\nConnection: keep-alive\r\n"

MOST_REQUESTS = 5
LONGEST_PAUSE = 5


def _get(target: bytes) -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\n" + _HEAD + b"\r\n"


def _post(target: bytes, body: bytes, head: bytes = b"Content-Length: @length@\r\n") -> bytes:
    return b"POST " + target + b" HTTP/1.1\r\n" + _HEAD + head + b"\r\n" + body


_MULTIPART = b'--%b\r\nContent-Disposition: form-data; name="session"\r\n\r\n@session@\r\n--%b--\r\n'

RIGHT = (
    _get(b"/api/room/observe?" + _SEAT + b"&counter=0"),
    _get(b"/api/room/observe?" + _SEAT + b"&counter=1&callback=Lingr.cb"),
    _get(b"/api/room/observe?" + _SEAT + b"&counter=@counter@"),
    _get(b"/api/room/observe?session=@session@&ticket=@ticket@&counter="),
    _post(b"/api/room/observe", _SEAT + b"&counter=2"),
    _get(b"/api/room/say?" + _SEAT + b"&message=hello"),
    _post(b"/api/room/say", _SEAT + b"&message=%E5%A4%9C+%E3%81%AE"),
    _get(b"/api/session/verify?" + _SEAT),
    _post(b"/api/session/verify?format=xml", _SEAT),
    _post(b"/api/session/verify", chunks(_SEAT[:20], _SEAT[20:]), CHUNKED),
    _post(
        b"/api/session/verify",
        _MULTIPART % (BOUNDARY, BOUNDARY),
        b"Content-Type: multipart/form-data; boundary=%b\r\nContent-Length: @length@\r\n" % BOUNDARY,
    ),
    _get(b"/api/room/get_info?api_key=@key@&id=@room@&counter=0"),
    _get(b"/api/none"),
    _get(b"/healthz"),
    _get(b"/static/lines.js"),
    _get(b"/api/session/verify?" + _SEAT).replace(b"HTTP/1.1", b"HTTP/1.0"),
    _get(b"/api/session/verify?" + _SEAT).replace(b"keep-alive", b"close"),
    _get(b"http://www.lingr.com/api/session/verify?" + _SEAT),
    _get(b"/api/session/verify?" + _SEAT).replace(b"GET", b"HEAD"),
    b"\r\n",
)

# A mutation is a kind, a place and a byte; what they mean depends on the request they meet.
KINDS = (
    *("flip", "drop", "double", "insert", "CR", "LF", "CR LF", "space"),
    *("case", "header twice", "header gone", "line ends"),
)
_MUTATION = st.tuples(st.sampled_from(KINDS), st.integers(0, 10_000), st.integers(0, 255))
_REQUEST = st.tuples(
    st.sampled_from(RIGHT),
    st.lists(_MUTATION, max_size=2) | st.just([]),
)

requests = st.lists(_REQUEST, min_size=1, max_size=MOST_REQUESTS)
cuts = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, LONGEST_PAUSE)), max_size=8)


def mutated(request: bytes, mutations: list[tuple[str, int, int]]) -> bytes:
    """A request after what befell it."""
    for kind, place, byte in mutations:
        request = _mutated(request, kind, place % len(request), byte)
    return request


def _mutated(request: bytes, kind: str, place: int, byte: int) -> bytes:
    before, at, after = request[:place], request[place : place + 1], request[place + 1 :]
    inserted = {"CR": b"\r", "LF": b"\n", "CR LF": b"\r\n", "space": b" ", "insert": bytes([byte])}
    if kind in inserted:
        return before + inserted[kind] + at + after
    if kind == "line ends":
        return before + (at + after).replace(b"\r\n", b"\n", 1)
    if kind.startswith("header"):
        lines = request.split(b"\r\n")
        number = place % len(lines)
        lines[number : number + 1] = [lines[number]] * (2 if kind == "header twice" else 0)
        return b"\r\n".join(lines) or b"\r\n"
    changed = {"flip": bytes([at[0] ^ (1 << byte % 8)]), "drop": b"", "double": at * 2, "case": at.swapcase()}
    return before + changed[kind] + after or b"\r\n"


def packets(data: bytes, where: list[tuple[int, int]]) -> list[tuple[bytes, float]]:
    """The bytes in pieces, each with the pause after it in seconds."""
    pauses = {place % (len(data) + 1): pause / 1000 for place, pause in where}
    edges = sorted({0, *pauses, len(data)})
    return [(data[start:end], pauses.get(end, 0.0)) for start, end in pairwise(edges)]
