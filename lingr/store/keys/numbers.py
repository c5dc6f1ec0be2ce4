"""Keys of message ids: which blocks of them have been leased, and to which rooms."""

from __future__ import annotations


def number_counter() -> str:
    """String, the last block of message ids that was leased to a room; kept. number_lease."""
    return "lingr:{numbers}:counter"


def number_places() -> str:
    """Sorted set, room id, first stretch of its counter, how many, first block leased, by that block; kept.

    A lease that the room did not take, because another one was faster, leads nowhere. number_lease and
    number_forget.
    """
    return "lingr:{numbers}:places"


def number_leases() -> str:
    """Hash, room id to the first block of each of its leases, a space after each; kept. As number_places."""
    return "lingr:{numbers}:leases"
