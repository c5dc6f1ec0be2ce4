"""Who counts as the caller behind a proxy is the same with parking and without."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from support.twins import Seat, Twins, twins

pytestmark = pytest.mark.live

FORWARDED = (
    (b"X-Forwarded-For: 10.1.1.1",),
    (b"X-Forwarded-For: 10.9.9.9, 10.1.1.1",),
    (b"X-Forwarded-For: 10.9.9.9", b"X-Forwarded-For: 10.1.1.1"),
    (b"x-forwarded-for:10.1.1.1",),
    (b"X-Forwarded-For: 10.1.1.1, 10.2.2.2",),
    (b"X-Forwarded-For: 10.1.1.1 ",),
    (b"X-Forwarded-For: 10.1.1.1,",),
    (b"X-Forwarded-For:",),
    (b"X-Forwarded-For: [::1]:80",),
    (b"X-Forwarded-For: 10.1.1.1:80",),
    (b"X_Forwarded_For: 10.1.1.1",),
    (b"Forwarded: for=10.1.1.1",),
    (b"X-Real-IP: 10.1.1.1",),
    (),
)


@pytest.fixture(scope="module", params=["0", "1", "2"], ids=lambda count: f"{count} proxies")
def pair(request: pytest.FixtureRequest) -> Iterator[Twins]:
    limits = {
        "LINGR_RATE_LIMITS": "on",
        "LINGR_LIMIT_LOGIN": "2/hour",
        "LINGR_LIMIT_LOGIN_ADDRESS": "999/hour",
    }
    with twins(LINGR_PROXIES=request.param, **limits) as both:
        yield both


def attempt(seat: Seat, *headers: bytes) -> bytes:
    """One try to log in; what it is answered depends on those before it from the same address."""
    head = b"GET /api/auth/login?session=@session@&email=@room@&password=x&format=json HTTP/1.1"
    return seat.fill(b"\r\n".join([head, b"Host: a", *headers, b"", b""]))


def test_attempts_are_counted_against_the_same_address(pair: Twins) -> None:
    def script(headers: tuple[bytes, ...], seat: Seat) -> list[bytes]:
        known = b"X-Forwarded-For: 10.1.1.1"
        return [
            attempt(seat, *headers) * 2,
            attempt(seat, known, b"X-Forwarded-For: 10.3.3.3"),
            attempt(seat, *headers),
            attempt(seat, known) * 3,
        ]

    # A password takes a moment to check.
    pairs = pair.all({repr(headers): partial(script, headers) for headers in FORWARDED}, quiet=0.5)
    for name, told in pairs.items():
        assert told.plain.answers == 7, name
        assert b'"code":112' in told.plain.told, name
        assert told.parking.told == told.plain.told, name
