"""Connections by their descriptors."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lingr.serving.connection import Connections


def opened(fd: int) -> SimpleNamespace:
    return SimpleNamespace(fd=fd)


def test_they_are_found_by_descriptors_with_gaps_between() -> None:
    here, (low, high) = Connections(), (opened(3), opened(9))
    here.add(high)
    here.add(low)
    assert (here.by_fd[3], here.by_fd[9], here.by_fd[5]) == (low, high, None)
    assert (list(here), len(here)) == ([low, high], 2)


def test_they_may_be_removed_while_one_goes_through_them() -> None:
    here, conns = Connections(), [opened(fd) for fd in range(5)]
    for conn in conns:
        here.add(conn)
    assert [here.remove(conn) for conn in here] == [0, 1, 2, 3, 4]
    assert (list(here), len(here)) == ([], 0)


def test_a_descriptor_is_another_ones_after_it_was_given_away() -> None:
    here, first, second, last = Connections(), opened(3), opened(3), opened(4)
    by_fd = here.by_fd
    here.add(first)
    here.add(last)
    assert (here.remove(first), first.fd) == (3, -1)
    here.add(second)
    with pytest.raises(LookupError):
        here.remove(first)
    assert list(here) == [second, last] == by_fd[3:]


def test_no_two_have_one_descriptor() -> None:
    here, first, second = Connections(), opened(3), opened(3)
    here.add(first)
    with pytest.raises(LookupError):
        here.add(second)
    with pytest.raises(LookupError):
        here.remove(second)
    assert (list(here), len(here)) == ([first], 1)
