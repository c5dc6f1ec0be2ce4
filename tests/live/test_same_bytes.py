"""Nobody is answered differently, and nothing is smuggled, because polls are parked.

Odd requests go to two servers that know the same, one with parking and one without. All that comes back on
the connection must be the same, byte for byte, and so must its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from support.odd_bodies import bodies
from support.odd_headers import headers
from support.odd_lines import lines
from support.odd_scripts import Odd
from support.twins import Pair, Twins, twins

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

KINDS = {"lines": lines(), "headers": headers(), "bodies": bodies()}
ODD = {
    (kind, name): Odd(template).scripts(number)
    for kind, templates in KINDS.items()
    for number, (name, template) in enumerate(templates.items())
}
Tried = Callable[[str, str, str], Pair]


@pytest.fixture(scope="module")
def pair() -> Iterator[Twins]:
    with twins() as both:
        yield both


@pytest.fixture(scope="module")
def tried(pair: Twins) -> Tried:
    """What came of one script. The scripts of one kind of oddities are all played together."""

    @cache
    def all_of(kind: str) -> dict[str, Pair]:
        return pair.all(
            {
                f"{name}: {how}": script
                for (of_kind, name), scripts in ODD.items()
                if of_kind == kind
                for how, script in scripts.items()
            }
        )

    return lambda kind, name, how: all_of(kind)[f"{name}: {how}"]


@pytest.mark.parametrize(("kind", "name"), ODD, ids=[f"{kind}: {name!a}" for kind, name in ODD])
def test_an_odd_request_and_those_around_it_are_answered_alike(tried: Tried, kind: str, name: str) -> None:
    for how in ODD[kind, name]:
        pair = tried(kind, name, how)
        assert pair.parking.told == pair.plain.told, how
        assert pair.parking.closed_after == pair.plain.closed_after, how


def test_an_ordinary_connection_is_answered_as_often_as_it_asks(tried: Tried) -> None:
    # Lest nothing be compared with nothing.
    for how in ODD["lines", "as usual"]:
        pair = tried("lines", "as usual", how)
        assert pair.parking.answers == pair.plain.answers >= 3
        assert pair.plain.closed_after is None
