"""What may be said, and how names and tags are read."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lingr.text import clean, folded, folded_tag, line, parse_tags, parse_terms
from lingr.values import Tag

anything = st.text(st.characters(codec=None, exclude_categories=()))
UNSAYABLE = [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xFFFE, 0xFFFF]
SAYABLE = [0x09, 0x0A, 0x0D, 0x20, 0x7F, 0x85, 0x2028, 0xD7FF, 0xE000, 0xFFFD, 0x10000, 0x1F600, 0x10FFFF]


@pytest.mark.parametrize("code", UNSAYABLE, ids=hex)
def test_clean_takes_out_what_xml_cannot_hold(code: int) -> None:
    assert clean(f"a{chr(code)}b{chr(code)}") == "ab"


@pytest.mark.parametrize("code", SAYABLE, ids=hex)
def test_clean_leaves_everything_else(code: int) -> None:
    assert clean(f"a{chr(code)}b") == f"a{chr(code)}b"


@settings(deadline=None)
@given(anything)
def test_cleaned_text_is_within_the_characters_of_xml(text: str) -> None:
    for character in clean(text):
        code = ord(character)
        assert code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Satoshi", "Satoshi"),
        ("  two \t words \r\n", "two words"),
        ("a\u2028b\u2029c\u0085d", "a b c d"),
        ("a\x7f\x9bb", "a b"),
        ("全角\u3000の\u00a0間", "全角 の 間"),
        ("\x00be\x1bll\x07", "bell"),
        (" \x00 \n", ""),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_line(typed: str, read: str) -> None:
    assert line(typed) == read


@settings(deadline=None)
@given(anything)
def test_a_line_is_one_line_and_stays_the_same(text: str) -> None:
    once = line(text)
    assert line(once) == once
    assert once == once.strip()
    assert len(once.splitlines()) == bool(once)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", []),
        ('  "" " " ', []),
        ('jazz "late night"', [("jazz", "jazz"), ("latenight", "late night")]),
        ('"Night Owls"', [("nightowls", "Night Owls")]),
        ('Jazz JAZZ "ja zz" blues', [("jazz", "Jazz"), ("blues", "blues")]),
        ("ｶﾝｼﾞ kanji ＫＡＮＪＩ", [("カンジ", "ｶﾝｼﾞ"), ("kanji", "kanji")]),
        ("Straße STRASSE", [("strasse", "Straße")]),
        ('jazz "late night', [("jazz", "jazz"), ("latenight", "late night")]),
        ('12" vinyl', [("12", "12"), ("vinyl", "vinyl")]),
        ('"', []),
        ('a"b c"d', [("a", "a"), ("bc", "b c"), ("d", "d")]),
        ("日本語\u3000雑談\nChat", [("日本語", "日本語"), ("雑談", "雑談"), ("chat", "Chat")]),
        ("nu\x00ll", [("null", "null")]),
    ],
)
def test_tags(typed: str, read: list[tuple[str, str]]) -> None:
    assert parse_tags(typed) == tuple(Tag(name, shown) for name, shown in read)


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters='"')), max_size=6))
def test_quoted_tags_come_back_as_typed(typed: list[str]) -> None:
    read = parse_tags(" ".join(f'"{text}"' for text in typed))
    shown = [line(text) for text in typed]
    assert {tag.display_name for tag in read} <= set(shown)
    assert {tag.name for tag in read} == {folded_tag(text) for text in shown if text}
    assert len({tag.name for tag in read}) == len(read)


@settings(deadline=None)
@given(anything)
@example("a \u0301")
@example("a\u00b4")
def test_what_is_folded_stays_as_it_is_when_folded_again(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert " " not in folded_tag(text)
    assert folded_tag(folded_tag(text)) == folded_tag(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jazz", "ｊａｚｚ"),
        ("STRASSE", "Straße"),
        ("ｶﾞｯｷ", "ガッキ"),
        ("é", "e\u0301"),
        ("a\u3000\n b", "A b"),
        ("①", "1"),
    ],
)
def test_what_is_folded_alike(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("jazz", ("jazz",)),
        ("jazz,Rock", ("jazz", "rock")),
        (" jazz ,, rock\u3000夜、ｂａｒ，x ", ("jazz", "rock", "夜", "bar", "x")),
        ('"Late  Night", jazz', ("late night", "jazz")),
        ('＂a, b＂ "c', ("a, b", "c")),
        ("JAZZ jazz", ("jazz",)),
        ('a"b"', ("a", "b")),
        ("\x00a\x1f,\ufffe", ("a",)),
        ("", ()),
        (' , 、 "" " ', ()),
    ],
)
def test_terms(typed: str, read: tuple[str, ...]) -> None:
    assert parse_terms(typed) == read
