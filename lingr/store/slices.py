"""Which slices of the directory a text is in.

A room's bit is set in the slices of the runs of letters of its words, and of its tags. There are so many
slices and no more, so several runs share one: what all slices of a search name are rooms that may well
contain it, and their texts tell. Runs are of one and two letters, and in scripts with few letters of three as
well. A search in the others names fewer runs, and so these, and tags, have two slices each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from zlib import crc32

SLICES = 4096
ENOUGH_SLICES = 64
"""A search that names so many is narrow enough."""

TAG_MARK = "\x1f"
"""Stands around each tag in a text. Texts of rooms have no such character."""

_SLICE_BITS = SLICES.bit_length() - 1
_WORD = re.compile(rf"[^\s,、{TAG_MARK}]+")
_TAG = re.compile(rf"{TAG_MARK}([^{TAG_MARK}]+)(?={TAG_MARK})")
# Alphabets. Two letters of a script with hundreds or thousands of them say as much as three of these.
_FEW_LETTERS = re.compile("[ -\u0fff\u1e00-\u1fff]+")


def slices_of(text: str) -> set[int]:
    """The slices of a room that is found by this text."""
    found = {number for tag in tags_in(text) for number in _slices(marked(tag))}
    for run in {run for word in _WORD.findall(text) for run in _runs(word)}:
        found |= _slices(run)
    return found


def slices_for(needles: tuple[str, ...]) -> list[int]:
    """Slices that a room must be in to contain all needles, each a term or a marked tag."""
    found: set[int] = set()
    for needle in needles:
        runs = [needle] if needle.startswith(TAG_MARK) else _telling(needle)
        found = found.union(*map(_slices, runs))
    return sorted(found)[:ENOUGH_SLICES]


def marked(*tags: str) -> str:
    """Tags as they stand in a text, each between two marks."""
    return TAG_MARK + "".join(tag + TAG_MARK for tag in tags)


def tags_in(text: str) -> list[str]:
    """The tags of a room that is found by this text."""
    return _TAG.findall(text)


def _telling(needle: str) -> list[str]:
    """The runs of a term, without single letters of longer words."""
    return [run for word in _WORD.findall(needle) for run in _runs(word) if len(run) > 1 or len(word) == 1]


def _runs(word: str) -> Iterator[str]:
    yield from word
    yield from map(str.__add__, word, word[1:])
    for part in _FEW_LETTERS.findall(word):
        yield from (part[start : start + 3] for start in range(len(part) - 2))


def _slices(run: str) -> set[int]:
    mark = crc32(run.encode())
    first = mark % SLICES
    return {first} if _FEW_LETTERS.fullmatch(run) else {first, (mark >> _SLICE_BITS) % SLICES}
