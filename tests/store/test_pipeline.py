"""The engine's protocol, byte for byte and whatever the pieces it comes in."""

from __future__ import annotations

from itertools import pairwise

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from redis.connection import Connection, PythonRespSerializer

from lingr.store.channel import CutOff
from lingr.store.pipeline import Pipeline, Replies, pack

texts = st.text(st.characters(exclude_categories=["Cs"]))
arguments = st.one_of(texts, st.binary(), st.integers(), st.floats())
names = st.from_regex(r"[A-Z]{1,12}", fullmatch=True)
commands = st.builds(lambda name, rest: (name, *rest), names, st.lists(arguments, max_size=8))

REPLIES: list[tuple[bytes, object]] = [
    (b"+OK\r\n", b"OK"),
    (b":-7\r\n", -7),
    (b"$-1\r\n", None),
    (b"$0\r\n\r\n", b""),
    (b"$6\r\na\r\nb\r\n\r\n", b"a\r\nb\r\n"),
    (b"*-1\r\n", None),
    (b"*2\r\n$1\r\na\r\n*1\r\n:1\r\n", [b"a", [1]]),
]


@pytest.fixture(scope="module")
def serializer() -> PythonRespSerializer:
    return PythonRespSerializer(6000, Connection().encoder.encode)


@given(st.lists(commands, min_size=1, max_size=5))
def test_commands_are_packed_as_redis_py_packs_them(serializer, asked):
    expected = b"".join(b"".join(serializer.pack(*command)) for command in asked)
    assert pack(asked) == expected
    assert pack([list(command) for command in asked]) == expected
    assert b"".join(Connection().pack_commands(asked)) == expected


@pytest.mark.parametrize("argument", [None, True, [], "\ud800", object()])
def test_what_cannot_be_said(argument):
    with pytest.raises(redis.DataError):
        pack([("ECHO", argument)])
    with pytest.raises(redis.DataError):
        pack([("PING",), ("ECHO", argument)])


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(places)]


@given(
    st.lists(st.lists(st.sampled_from(REPLIES), min_size=1, max_size=4), min_size=1, max_size=8),
    st.lists(st.integers(0, 10_000), max_size=12),
)
def test_replies_reach_those_who_asked_however_the_bytes_are_cut(exchanges, cuts):
    pipeline = Pipeline()
    got: list[tuple[int, list[object]]] = []
    for number, replies in enumerate(exchanges):
        pipeline.ask(0, len(replies), lambda outcome, number=number: got.append((number, outcome)))
    data = b"".join(raw for replies in exchanges for raw, _ in replies)
    for piece in pieces(data, cuts):
        for done, outcome in pipeline.answered(piece):
            done(outcome)
    assert got == [(number, [value for _, value in replies]) for number, replies in enumerate(exchanges)]
    assert len(pipeline) == 0


@pytest.mark.parametrize(
    ("text", "kind", "misplaced"),
    [
        ("NOSCRIPT No matching script.", redis.exceptions.NoScriptError, False),
        ("OOM command not allowed when used memory > 'maxmemory'.", redis.OutOfMemoryError, False),
        ("LOADING Valkey is loading the dataset in memory", redis.BusyLoadingError, False),
        ("MASTERDOWN Link with MASTER is down", redis.exceptions.MasterDownError, False),
        ("NOPERM this user has no permissions", redis.exceptions.NoPermissionError, False),
        ("MISCONF Errors writing to the AOF file", redis.ResponseError, False),
        ("ERR value is not an integer or out of range", redis.ResponseError, False),
        ("READONLY You can't write against a read only replica.", redis.ReadOnlyError, True),
        ("NOAUTH Authentication required.", redis.AuthenticationError, True),
    ],
)
def test_a_refusal_is_the_exception_that_redis_py_has_for_it(text, kind, misplaced):
    replies = Replies()
    alone, (inner,) = replies.fed(f"-{text}\r\n*1\r\n-{text}\r\n".encode())
    assert type(alone) is type(inner) is kind
    assert replies.misplaced is misplaced


def test_a_refusal_among_several_replies_stands_in_its_place():
    pipeline = Pipeline()
    pipeline.ask(0, 3, list)
    ((_, replies),) = pipeline.answered(b"+OK\r\n-ERR no\r\n:1\r\n")
    assert (replies[0], str(replies[1]), replies[2]) == (b"OK", "no", 1)


@pytest.mark.parametrize("data", [b"?\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"$x\r\n"])
def test_bytes_that_are_no_replies(data):
    pipeline = Pipeline()
    pipeline.ask(0, 1, list)
    with pytest.raises(CutOff):
        pipeline.answered(data)


def test_a_reply_that_nobody_asked_for():
    pipeline = Pipeline()
    pipeline.ask(0, 1, list)
    with pytest.raises(CutOff):
        pipeline.answered(b"+OK\r\n+OK\r\n")


def test_what_was_sent_is_told_from_what_was_not():
    pipeline = Pipeline()
    for start in (0, 10, 20, 30):
        pipeline.ask(start, 1, list)
    assert [was_sent for _, was_sent in pipeline.give_up(21)] == [True, True, True, False]
    assert len(pipeline) == 0
    assert list(pipeline.give_up(99)) == []
