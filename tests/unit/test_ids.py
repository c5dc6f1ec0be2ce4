"""Random ids."""

from __future__ import annotations

from collections import Counter

from lingr.ids import ALPHABET, LENGTH, random_id


def test_ids_are_eleven_characters_each_as_likely_as_the_others():
    ids = [random_id() for _ in range(20_000)]
    assert {len(one) for one in ids} == {LENGTH}
    assert len(set(ids)) == len(ids)
    times = Counter("".join(ids))
    assert set(times) == set(ALPHABET)
    usual = len(ids) * LENGTH / len(ALPHABET)
    assert all(0.85 * usual < count < 1.15 * usual for count in times.values())
