"""What texts are found by: words, and two characters where there are no spaces."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingr.domain.terms import query_of, terms_of

KANA = st.characters(min_codepoint=0x3041, max_codepoint=0x3096)
KATAKANA = st.characters(min_codepoint=0x30A1, max_codepoint=0x30FA)
KANJI = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
JAPANESE = st.text(st.one_of(KANA, KATAKANA, KANJI, st.just("ー")), min_size=2, max_size=30)
ANYTHING = st.text(st.characters(codec="utf-8"), max_size=60)


def found(text: str, query: str) -> bool:
    """As the index and then the comparison with what was said find it."""
    wanted = query_of(query)
    assert not wanted.is_empty
    return set(wanted.terms()) <= terms_of(text) and wanted.matches(text) > 0


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("The Night Owls meet at nine.", "night"),
        ("The Night Owls meet at nine.", "OWLS,meet"),
        ("Straße", "STRASSE"),
        ("un café à Orléans", "cafe\u0301"),
        ("Привет, мир", "привет"),
        ("Ελλάδας", "ΕΛΛΆΔΑΣ"),
        ("ＡＢＣ１２３", "abc123"),
        ("ｶﾞｷﾞ", "ガギ"),
        ("か\u3099くせい", "がく"),
        ("東京タワーに行く", "東京"),
        ("東京タワーに行く", "タワー"),
        ("東京タワーに行く", "京タ"),
        ("東京タワーに行く", "京"),
        ("東京タワーに行く", "行く、タワー"),
        ("Python入門を読む", "python入門"),
        ("佐々木さん", "佐々"),
        ("𠮷野家", "𠮷野"),
        ("서울에서 만나요", "서울"),
        ("สวัสดีครับ", "สวัส"),
        ("हिन्दी में", "हिन्दी"),
        ("so happy 😀😀", "😀"),
        ("see http://example.com/a_b?c=1", "example b"),
        ("あ", "あ"),
        ("１０,０００円", "円"),
    ],
)
def test_what_is_found(text: str, query: str) -> None:
    assert found(text, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("concatenate", "cat"),
        ("The Night Owls", "night day"),
        ("東京都", "京東"),
        ("東の京", "東京"),
        ("京都と東京", "京東"),
        ("日本、本語", "日本語"),
        ("東京タワー", "東京 大阪"),
    ],
)
def test_what_is_not_found(text: str, query: str) -> None:
    assert not found(text, query)


@pytest.mark.parametrize("nothing", ["", " ", ",, ,", "!?", "。、「」", "\u3000", "\u200d", "_", "…"])
def test_a_search_for_nothing(nothing: str) -> None:
    assert query_of(nothing).is_empty
    assert terms_of(nothing) == set()


@settings(deadline=None)
@given(ANYTHING, JAPANESE, ANYTHING, st.data())
def test_two_japanese_characters_find_any_text_they_are_in(
    before: str, text: str, after: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    assert found(f"{before} {text} {after}", text[start : start + 2])


@settings(deadline=None)
@given(ANYTHING)
def test_every_text_with_words_is_found_by_itself(text: str) -> None:
    if not query_of(text).is_empty:
        assert found(text, text)
        assert query_of(text).matches(text) <= 1.0


@settings(deadline=None)
@given(ANYTHING, ANYTHING)
def test_what_matches_has_every_term(text: str, query: str) -> None:
    wanted = query_of(query)
    if not wanted.is_empty and wanted.matches(text) and not any(len(run) == 1 for run in wanted.runs):
        assert set(wanted.terms()) <= terms_of(text)


def test_the_closer_match_is_the_better_one() -> None:
    wanted = query_of("green tea")
    exact, within, apart = map(
        wanted.matches, ("green tea", "a cup of green tea, please", "tea in a cup, and the cup is green")
    )
    assert 1.0 == exact > within > apart > 0


def test_nothing_is_hard_to_read() -> None:
    for text in ("あ" * 100_000, "a" * 100_000, "a\u0301" * 50_000, "😀" * 50_000, "_" * 100_000):
        terms_of(text)


def test_what_was_typed_in_one_piece_may_be_said_over_two_lines() -> None:
    assert query_of("night owls").matches("the night\n  owls") > query_of("owls night").matches(
        "the night\n  owls"
    )
