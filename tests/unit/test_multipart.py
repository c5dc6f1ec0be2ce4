"""Multipart forms: read alike however they come in, bounded, and of use up to their faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingr.api.forms import CutOff, File, Form, read_form
from support.uploads import BOUNDARY, Upload, form

MOST_TEXT, MOST_FILE = 1000, 5000
names = st.sampled_from(["a", "image", "名前", "session", "x y"])
fields = st.dictionaries(
    names,
    st.one_of(
        st.text(max_size=50).filter(lambda text: "\r" not in text and "\n" not in text),
        st.builds(Upload, st.binary(max_size=300), st.sampled_from(["", "a.png", "写真.png"])),
    ),
)


def cut(body: bytes, sizes: list[int]) -> Iterator[bytes]:
    """The body in pieces of these sizes, over and over."""
    at, number = 0, 0
    while at < len(body):
        size = sizes[number % len(sizes)]
        yield body[at : at + size]
        at, number = at + size, number + 1


def read(body: bytes, sizes: list[int] | None = None) -> Form:
    return read_form(cut(body, sizes or [65_536]), BOUNDARY, MOST_TEXT, MOST_FILE)


def flaw(form: Form) -> str | None:
    return None if form.flaw is None else form.flaw.name


@given(fields, st.lists(st.integers(1, 80), min_size=1, max_size=20))
def test_a_form_is_read_as_it_was_sent_however_it_comes_in(sent: dict[str, object], sizes: list[int]) -> None:
    found = read(form(sent), sizes)
    assert found.flaw is None
    texts = [(name.encode(), value.encode()) for name, value in sent.items() if isinstance(value, str)]
    assert found.fields == texts
    assert found.files == {
        name: File(value.name, value.content) for name, value in sent.items() if isinstance(value, Upload)
    }


@given(st.binary(max_size=400), st.lists(st.integers(1, 80), min_size=1, max_size=5))
def test_anything_else_is_a_flaw_and_not_a_fault(body: bytes, sizes: list[int]) -> None:
    assert flaw(read(body, sizes)) in ("invalid_parameter", "invalid_encoding")
    start = f"--{BOUNDARY}\r\n".encode()
    assert flaw(read(start + body, sizes)) in ("invalid_parameter", "invalid_encoding")


@given(fields.filter(bool), st.data())
def test_what_came_before_the_end_of_half_a_form_counts(sent: dict[str, object], data: st.DataObject) -> None:
    body = form({"format": "json", **sent})
    whole = read(body)
    kept = data.draw(st.integers(body.index(b"json") + 4 + len(BOUNDARY) + 6, len(body) - 3))
    half = read(body[:kept])
    assert flaw(half) in (None, "invalid_parameter")
    assert half.fields[0] == (b"format", b"json")
    assert half.fields == whole.fields[: len(half.fields)]
    assert half.files.items() <= whole.files.items()


@pytest.mark.parametrize("piece", [1, 7, 65_536])
def test_of_a_file_that_is_too_large_only_the_name_is_kept(piece: int) -> None:
    body = form({"a": "1", "image": Upload(b"\r\n-" * 2000, "x.png"), "b": "2"})
    found = read(body, [piece])
    assert found.files == {"image": File("x.png", None)}
    assert found.fields == [(b"a", b"1"), (b"b", b"2")]
    assert found.flaw is None
    exact = read(form({"image": Upload(b"x" * MOST_FILE)}), [piece])
    assert exact.files["image"].content == b"x" * MOST_FILE
    assert read(form({"image": Upload(b"x" * (MOST_FILE + 1))}), [piece]).files["image"].content is None


def test_files_are_bounded_together() -> None:
    found = read(form({str(number): Upload(b"x" * 2000) for number in range(9)} | {"format": "json"}))
    assert [file.content is not None for file in found.files.values()] == [True, True, *[False] * 7]
    assert (found.fields, found.flaw) == ([(b"format", b"json")], None)


def test_texts_are_bounded_together_and_what_comes_after_is_still_of_use() -> None:
    found = read(form({"a": "x" * 600, "b": "x" * 600, "format": "json"}))
    assert found.fields == [(b"a", b"x" * 600), (b"format", b"json")]
    assert flaw(found) == "request_too_large"
    assert read(form({"a": "x" * 600, "b": "x" * 400})).flaw is None


def test_of_parts_with_one_name_the_last_file_counts() -> None:
    twice = form({"image": Upload(b"1")})[: -len(BOUNDARY) - 6] + form({"image": Upload(b"2", "second")})
    assert read(twice).files == {"image": File("second", b"2")}


@pytest.mark.parametrize(
    ("inside", "name"), [(Upload(b"x" * 3000), "image_too_large"), ("x" * 900, "request_too_large")]
)
def test_a_body_that_nobody_reads_to_its_end(inside: object, name: str) -> None:
    def chunks() -> Iterator[bytes]:
        yield form({"format": "json", "image": inside})[:800]
        raise CutOff

    found = read_form(chunks(), BOUNDARY, MOST_TEXT, MOST_FILE)
    assert found.fields == [(b"format", b"json")]
    assert flaw(found) == name


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"", "invalid_parameter"),
        (b"nothing of the kind", "invalid_parameter"),
        (f"--{BOUNDARY}\r\nno disposition: x\r\n\r\nx\r\n--{BOUNDARY}--\r\n".encode(), "invalid_parameter"),
        (f"--{BOUNDARY}\r\n".encode() + b"X: \xff\r\n\r\nx", "invalid_encoding"),
        (f"--{BOUNDARY}\r\n".encode() + b"X: " + b"y" * 300_000, "invalid_parameter"),
        (form({str(number): "x" for number in range(1001)}), "invalid_parameter"),
    ],
    ids=["nothing", "text", "no name", "bytes that are no text", "an endless header", "1,001 parts"],
)
def test_a_form_with_a_fault(body: bytes, name: str) -> None:
    assert flaw(read(body)) == name


@pytest.mark.parametrize("boundary", ["", "あ"])
def test_a_boundary_that_can_be_none(boundary: str) -> None:
    assert flaw(read_form([form({"a": "1"})], boundary, MOST_TEXT, MOST_FILE)) == "invalid_parameter"


def test_a_part_without_a_name_is_passed_over() -> None:
    body = f"--{BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\nx\r\n".encode() + form({"a": "1"})
    found = read(body)
    assert (found.fields, found.flaw) == ([(b"a", b"1")], None)
