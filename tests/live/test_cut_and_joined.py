"""However requests are bent, joined and cut into packets: parking changes nothing of what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.mutations import cuts, mutated, packets, requests
from support.odd_scripts import with_length
from support.streams import Heard, pour
from support.twins import Seat, Twins, twins

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

HOLD_SECONDS = 0.2
# A poll that still waits when its client leaves may or may not hear of what was said just before.
QUIET_SECONDS = 0.4

# gunicorn names the first fault that it meets, and which one that is depends on how much it has read.
FAULT = re.compile(rb"(<h1><p>[^<]*</p></h1>)[^<]*")
FAULT_LENGTH = re.compile(rb"Content-Length: \d+(?=\r\n\r\n<html>)")


@pytest.fixture(scope="module")
def pair() -> Iterator[Twins]:
    with twins(LINGR_HOLD_SECONDS=str(HOLD_SECONDS)) as both:
        yield both


def joined(requested: list, seat: Seat) -> bytes:
    """The requests as one run of bytes; what befell them did so after they had been filled in."""
    return b"".join(mutated(with_length(seat.fill(request)), bent) for request, bent in requested)


def told(data: bytes) -> bytes:
    return FAULT_LENGTH.sub(b"<length>", FAULT.sub(rb"\1", Heard(data, None).told))


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(requests, cuts), min_size=1, max_size=8))
def test_requests_bent_cut_and_joined_are_answered_alike(pair: Twins, connections: list) -> None:
    sent = [packets(joined(requested, pair.seat()), where) for requested, where in connections]
    ports = [port for port in pair.ports for _ in sent]
    with ThreadPoolExecutor(len(ports)) as threads:
        heard = [told(data) for data in threads.map(pour, ports, sent * 2, repeat(QUIET_SECONDS))]
    for poured, parking, plain in zip(sent, heard[: len(sent)], heard[len(sent) :], strict=True):
        assert parking == plain, poured
