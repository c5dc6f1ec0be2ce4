"""Words to search by, made alike of what was said and of what is asked for.

Scripts that put spaces between words are read by the word. Of those that do not (kana, kanji, hangul, thai
and so on) every two neighbouring characters are a term, and every kanji by itself. A sign such as an emoji
is a term of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lingr.text import folded

_HAN = "々〇〻㐀-䶿一-鿿豈-\ufaff\U00020000-\U000323af"
_KANA = "ぁ-ゖ\u3099\u309aゝ-ゟァ-ヺー-ヿㇰ-ㇿ\U0001aff0-\U0001b16f"
_OTHERS = "ㄅ-ㄯㆠ-ㆿ가-힣ᄀ-ᇿㄱ-ㆎก-ฺเ-๎\u0e80-\u0ecf\u0f40-\u0fbc\u1000-\u103f\u1050-\u109f\u1780-\u17dd"
_UNSPACED = _HAN + _KANA + _OTHERS
_SIGNS = "☀-➿⬀-⯿\U0001f000-\U0001faff"
# Marks that belong to the letter before them; Python counts them as no part of a word.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0966-\u0dff"
)
_PART = re.compile(rf"([{_UNSPACED}]+)|([{_SIGNS}])|((?:(?![{_UNSPACED}{_SIGNS}])[^\W_]|[{_MARKS}])+)")
_KANJI = re.compile(f"[{_HAN}]")


def terms_of(text: str) -> set[str]:
    """Everything that a text can be found by."""
    terms: set[str] = set()
    for run, sign, word in _PART.findall(folded(text)):
        if run:
            terms.update(_of_run(run))
        else:
            terms.add(sign or word)
    return terms


def _of_run(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    else:
        yield from map("".join, pairwise(run))
        yield from _KANJI.findall(run)


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody searches for: every word, and every run of characters without spaces.

    ``phrase`` is the whole of it as it was typed, folded.
    """

    words: frozenset[str]
    runs: tuple[str, ...]
    phrase: str

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.runs

    def terms(self) -> tuple[str, ...]:
        """The terms that every text has that matches, without those of a kanji among others."""
        terms = set(self.words)
        for run in self.runs:
            terms.update(map("".join, pairwise(run)) if len(run) > 1 else run)
        # The longest words are the rarest.
        return tuple(sorted(terms, key=lambda term: (-len(term), term)))

    def matches(self, text: str) -> float:
        """How well a text matches, up to 1.0; 0.0 when anything is not in it.

        Best is what was typed in one piece, and nothing else.
        """
        said = folded(text)
        # To look for words is dear where one is not even part of another.
        if not all(part in said for part in (*self.words, *self.runs)):
            return 0.0
        if not self.words <= {sign or word for _, sign, word in _PART.findall(said)}:
            return 0.0
        share = min(1.0, len(self.phrase) / len(said))
        return 0.5 + 0.3 * (self.phrase in said) + 0.2 * share


def query_of(text: str) -> Query:
    """What a text asks for. Whatever is between words, commas and spaces among it, only parts them."""
    wanted = folded(text)
    parts = _PART.findall(wanted)
    words = frozenset(sign or word for run, sign, word in parts if not run)
    runs = tuple(dict.fromkeys(run for run, _, _ in parts if run))
    return Query(words, runs, " ".join(wanted.replace(",", " ").split()))
