"""A request that differs from the last one in what is said is read as if it had been read."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lingr.api.again import Repeat
from lingr.api.reading import Request, place_of, read
from lingr.render import Rendered
from lingr.serving.connection import BUSY, Connection
from lingr.serving.door import Call
from lingr.serving.ordinary import MOST_BYTES, recognise
from lingr.serving.sayings import MOST_MISSES, Sayings

HEAD = (
    b"POST /api/room/say HTTP/1.1\r\nHost: chat.example.org\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nAccept: */*\r\n\r\n"
)
BODY = b"session=abc&ticket=a-r-lobby-def&message=%b&format=json"
LAST = b"session=abc&ticket=a-r-lobby-def&format=json&message=%b"


def request(body: bytes, head: bytes = HEAD) -> bytes:
    return head % len(body) + body


def saying(words: bytes, body: bytes = BODY) -> bytes:
    return request(body.replace(b"%b", words))


class Talker:
    """A connection with sayings of its own; what is asked and answered is noted."""

    def __init__(self, first: bytes | None = None, *, logged: bool = False) -> None:
        self.requests = 0
        self.asked: list[str] = []
        self.answered: list[Rendered] = []
        self.begun: list[tuple[bytes, str]] = []
        self.dropped = 0
        door = SimpleNamespace(prepare=self.prepare)
        self.sayings = Sayings(door, self, lambda answer: answer(), MOST_BYTES, logged=logged)
        self.conn = Connection(None, None, "192.0.2.1", 0)
        if first is not None:
            self.learn(first)

    def prepare(self, call: Call) -> Repeat | None:
        place = place_of(Request(*call), "message")
        return None if place is None else Repeat(place, self, self.render)

    def learn(self, data: bytes) -> None:
        found = recognise(data)
        assert found is not None
        self.conn.close = found.close
        self.sayings.learn(self.conn, Call(*found[:5], "192.0.2.1"), data)

    def hears(self, data: bytes) -> str | None:
        """What is said by this request if it is one that needs no reading."""
        return self.asked[-1] if self.sayings.repeated(self.conn, data) else None

    def send(self, value, done):
        if value == "refused":
            return None
        self.asked.append(value)
        self.done = done
        return f"attempt {len(self.asked)}"

    def is_refused(self, told):
        return told == "refused"

    def outcome(self, told):
        if told == "refused":
            return None
        if told == "broken":
            raise ValueError
        return None if isinstance(told, Exception) else told

    def render(self, value):
        return Rendered(value, "text/plain")

    def respond(self, conn, rendered):
        self.answered.append(rendered)

    def begin_again(self, conn, data, attempt):
        self.begun.append((data, attempt))

    def drop(self, conn):
        self.dropped += 1


WORDS = {
    b"hello": "hello",
    b"": "",
    b"a+b%20c%2Bd": "a b c+d",
    b"%E5%A4%9C%e3%81%ae": "夜の",
    "夜".encode(): "夜",
    b"%F0%9F%8C%99": "\U0001f319",
    b"100%": "100%",
    b"%zz%4": "%zz%4",
    b"a=b;c": "a=b;c",
    b"%00%0d%0a": "\x00\r\n",
    b"message=x": "message=x",
    b"x" * 2000: "x" * 2000,
}


@pytest.mark.parametrize("body", [BODY, LAST, b"message=%b", b"message=%b&", b"&message=%b&&a"])
@pytest.mark.parametrize("words", WORDS)
def test_other_words_are_known_for_what_they_are(words, body):
    talker = Talker(saying(b"first", body))
    assert talker.hears(saying(words, body)) == WORDS[words]
    assert talker.requests == 1
    assert talker.conn.state is BUSY


FIRST = saying(b"first")
OTHERS = {
    "nothing": b"",
    "a part of it": FIRST[:-1],
    "more than it": FIRST + b"x",
    "two at once": FIRST + FIRST,
    "two at once, the first as long as both": request(b"%b" % (FIRST[FIRST.index(b"session") :] * 2)),
    "another session": FIRST.replace(b"abc", b"abd"),
    "another ticket": FIRST.replace(b"lobby", b"lobbx"),
    "another format": request(BODY.replace(b"json", b"xml") % b"first"),
    "another path": FIRST.replace(b"/say", b"/ask"),
    "a query": FIRST.replace(b"/say ", b"/say?occupant_id=a "),
    "another order": request(b"message=first&session=abc&ticket=a-r-lobby-def&format=json"),
    "one field more before": request(b"a=b&" + BODY % b"first"),
    "one field more behind": request(BODY % b"first" + b"&a=b"),
    "one field more between": request(BODY % b"first&occupant_id=a"),
    "the words twice": request(BODY % b"first&message=second"),
    "the name escaped": request(BODY.replace(b"message", b"%%6Dessage") % b"first"),
    "another encoding": saying(b"%ff"),
    "half a character": saying(b"%e3%81"),
    "a line feed": saying(b"a\nb"),
    "a carriage return": saying(b"a\r"),
    "refused words": saying(b"refused"),
    "another length": FIRST.replace(b"first", b"second"),
    "a signed length": FIRST.replace(b"Length: ", b"Length: +"),
    "a length of other digits": FIRST.replace(b"Length: 5", "Length: ٥".encode()),
    "no length": HEAD.replace(b"%d", b"") + BODY % b"first",
    "a long length": request(BODY % b"first", HEAD.replace(b"%d", b"00000%d")),
    "another type": FIRST.replace(b"x-www-form-urlencoded", b"json"),
    "one header more": FIRST.replace(b"Accept", b"Expect: 100-continue\r\nAccept"),
    "one header less": FIRST.replace(b"Accept: */*\r\n", b""),
    "chunks": FIRST.replace(b"Accept: */*", b"Transfer-Encoding: chunked"),
    "HTTP/1.0": FIRST.replace(b"HTTP/1.1", b"HTTP/1.0"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_any_other_difference_is_for_others_to_understand(what):
    talker = Talker(FIRST)
    assert talker.hears(OTHERS[what]) is None
    assert talker.requests == 0
    # And nothing is forgotten for it.
    assert talker.hears(saying(b"second")) == "second"


UNFIT = {
    "the words twice": request(BODY % b"a&message=b"),
    "the words in the query": request(b"session=abc", HEAD.replace(b"/say", b"/say?message=a")),
    "the words in both": request(BODY % b"a", HEAD.replace(b"/say", b"/say?message=a")),
    "the words in both, the name escaped": request(BODY % b"a", HEAD.replace(b"/say", b"/say?%%6Dessage=a")),
    "the name escaped": request(BODY.replace(b"message", b"%%6Dessage") % b"a"),
    "the name escaped the second time": request(BODY % b"a&m%65ssage=b"),
    "no words": request(b"session=abc&message"),
    "a line feed at the end": request(LAST % b"a\r\n"),
    "a line feed at the beginning": request(b"\nmessage=a"),
    "parts": request(
        b"message=a", HEAD.replace(b"application/x-www-form-urlencoded", b"multipart/form-data")
    ),
    "an end": request(BODY % b"a", HEAD.replace(b"Accept: */*", b"Connection: close")),
    "a space behind the length": request(BODY % b"a", HEAD.replace(b"%d", b"%d ")),
    "a long head": request(BODY % b"a", HEAD.replace(b"*/*", b"a" * (MOST_BYTES - len(HEAD)))),
}


@pytest.mark.parametrize("what", UNFIT)
def test_what_cannot_be_told_apart_is_not_learnt(what):
    talker = Talker(UNFIT[what])
    assert talker.conn.saying is None
    assert talker.hears(UNFIT[what]) is None


def test_nothing_is_learnt_where_requests_are_logged():
    assert Talker(FIRST, logged=True).conn.saying is None


def test_who_never_says_the_same_twice_is_not_learnt_from_for_ever():
    talker = Talker()
    bodies = [b"request_id=%d&message=a" % number for number in range(MOST_MISSES + 3)]
    for body in bodies:
        talker.learn(request(body))
    known = [talker.hears(request(body)) for body in bodies]
    assert known == [None] * MOST_MISSES + ["a", None, None]
    # It has been of use after all.
    talker.learn(request(bodies[-1]))
    assert talker.hears(request(bodies[-1])) == "a"


def test_an_answer_is_sent():
    talker = Talker(FIRST)
    talker.hears(saying(b"second"))
    talker.done(b"said")
    assert talker.answered == [Rendered(b"said", "text/plain")]
    assert talker.begun == []
    assert talker.hears(saying(b"third")) == "third"


@pytest.mark.parametrize("told", [ConnectionError(), "broken"])
def test_what_became_of_it_is_found_out_with_the_same_bytes_and_the_same_name(told):
    talker = Talker(FIRST)
    talker.hears(saying(b"second"))
    talker.done(told)
    assert talker.begun == [(saying(b"second"), "attempt 1")]
    assert talker.answered == []
    assert talker.conn.saying is None


def test_what_was_refused_is_asked_for_anew():
    talker = Talker(FIRST)
    talker.hears(saying(b"second"))
    talker.done("refused")
    assert talker.begun == [(saying(b"second"), "")]
    assert talker.conn.saying is None


def test_a_connection_that_fails_is_dropped():
    talker = Talker(FIRST)
    talker.respond = None
    talker.hears(saying(b"second"))
    talker.done(b"said")
    assert talker.dropped == 1


PIECES = st.sampled_from(
    [
        b"&",
        b"=",
        b"message=",
        b"&message=",
        b"%26",
        b"%6D",
        b"+",
        b"%",
        b"\r\n",
        b"\r\n\r\n",
        b"1",
        b"x",
        b"Z",
    ]
)


@given(
    words=st.binary(max_size=6) | st.lists(PIECES, max_size=4).map(b"".join),
    place=st.integers(0, len(FIRST)),
    length=st.integers(0, 12),
    inserted=st.lists(PIECES, max_size=4).map(b"".join) | st.binary(max_size=4),
    corrected=st.booleans(),
    body=st.sampled_from([BODY, LAST, b"message=%b", b"message=%b&message2=a"]),
)
@example(b"a", len(FIRST), 0, b"&message=b", True, LAST)
def test_it_means_what_it_would_mean_to_who_reads_it(words, place, length, inserted, corrected, body):
    first = saying(b"first", body)
    changed = saying(words, body)
    changed = changed[:place] + inserted + changed[place + length :]
    if corrected:
        head, end, rest = changed.partition(b"\r\n\r\n")
        head = b"\r\n".join(
            b"Content-Length: %d" % len(rest) if line.startswith(b"Content-Length:") else line
            for line in head.split(b"\r\n")
        )
        changed = head + end + rest
    said = Talker(first).hears(changed)
    if said is None:
        return
    former, found = recognise(first), recognise(changed)
    assert former is not None
    assert found is not None
    assert found._replace(body=b"") == former._replace(body=b"")
    raw = read(Request(*found[:5]), 1_000_000)
    assert raw.flaw is None
    assert raw.values == {**read(Request(*former[:5]), 1_000_000).values, "message": said}
