"""Which slices of the directory a text is in.

A room's bit is set in the slice of every run of one, two and three letters of its words, and of every tag.
There are so many slices and no more, so several runs share one: what all slices of a search name are rooms
that may contain it, and their texts tell. Runs of letters serve every script, with or without spaces.
"""

from __future__ import annotations

import re
from zlib import crc32

SLICES = 4096
LONGEST_RUN = 3
ENOUGH_SLICES = 64
"""A search that names so many is narrow enough."""

TAG_MARK = "\x1f"
"""Stands around each tag in a text. Texts of rooms have no such character."""

_WORD = re.compile(rf"[^\s,、{TAG_MARK}]+")
_TAG = re.compile(rf"{TAG_MARK}([^{TAG_MARK}]+)(?={TAG_MARK})")


def slices_of(text: str) -> set[int]:
    """The slices of a room that is found by this text."""
    runs = {
        word[start : start + length]
        for word in set(_WORD.findall(text))
        for length in range(1, LONGEST_RUN + 1)
        for start in range(len(word) - length + 1)
    }
    return {_slice(run) for run in runs} | {_slice(marked(tag)) for tag in tags_in(text)}


def slices_for(needles: tuple[str, ...]) -> list[int]:
    """Slices that a room must be in to contain all needles, each a term or a marked tag."""
    found = {number for needle in needles for number in _slices_for(needle)}
    return sorted(found)[:ENOUGH_SLICES]


def marked(*tags: str) -> str:
    """Tags as they stand in a text, each between two marks."""
    return TAG_MARK + "".join(tag + TAG_MARK for tag in tags)


def tags_in(text: str) -> list[str]:
    """The tags of a room that is found by this text."""
    return _TAG.findall(text)


def _slices_for(needle: str) -> set[int]:
    if needle.startswith(TAG_MARK):
        return {_slice(needle)}
    found = set()
    for word in _WORD.findall(needle):
        length = min(len(word), LONGEST_RUN)
        found |= {_slice(word[start : start + length]) for start in range(len(word) - length + 1)}
    return found


def _slice(run: str) -> int:
    return crc32(run.encode()) % SLICES
