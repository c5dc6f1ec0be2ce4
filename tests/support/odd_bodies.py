"""Odd bodies, and lengths that do not fit them. ``@path@`` and ``@query@`` stand for what is called.

The query is in the body wherever a server could find it there. ``@length@`` is the body's true length.
"""

from __future__ import annotations

_HOST = b"Host: www.lingr.com\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
BOUNDARY = b"0xKhTmLbOuNdArY"

# A whole request, as one that is smuggled in the body of another would look.
INNER = b"GET /api/none?format=json HTTP/1.1\r\nHost: inner\r\n\r\n"


def request(head: bytes, body: bytes, line: bytes = b"POST @path@ HTTP/1.1", host: bytes = _HOST) -> bytes:
    return line + b"\r\n" + host + head + b"\r\n" + body


def chunks(*parts: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + end


def _form_field(name: bytes, value: bytes) -> bytes:
    head = b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n' % (BOUNDARY, name)
    return head + value + b"\r\n"


_TRUE = b"Content-Length: @length@\r\n"
_QUERY = b"@query@"
_MULTIPART = (
    _form_field(b"session", b"@session@")
    + _form_field(b"ticket", b"@ticket@")
    + _form_field(b"counter", b"@counter@")
    + _form_field(b"format", b"json")
    + b"--%b--\r\n" % BOUNDARY
)
_MULTIPART_KIND = b"Content-Type: multipart/form-data; boundary=%b\r\n" % BOUNDARY

KINDS = {
    "a form": request(FORM + _TRUE, _QUERY),
    "a form with a character set": request(FORM[:-2] + b"; charset=EUC-JP\r\n" + _TRUE, _QUERY),
    "a body without a type": request(_TRUE, _QUERY),
    "a body of two types": request(FORM + b"Content-Type: text/plain\r\n" + _TRUE, _QUERY),
    "text": request(b"Content-Type: text/plain\r\n" + _TRUE, _QUERY),
    "JSON": request(b"Content-Type: application/json\r\n" + _TRUE, b'{"session":"@session@"}'),
    "a type of nonsense": request(b"Content-Type: ;;=\xff\r\n" + _TRUE, _QUERY),
    "an empty type": request(b"Content-Type:\r\n" + _TRUE, _QUERY),
    "multipart": request(_MULTIPART_KIND + _TRUE, _MULTIPART),
    "multipart in capitals": request(
        _MULTIPART_KIND.upper().replace(BOUNDARY.upper(), BOUNDARY) + _TRUE, _MULTIPART
    ),
    "multipart without a boundary": request(b"Content-Type: multipart/form-data\r\n" + _TRUE, _MULTIPART),
    "multipart cut off": request(_MULTIPART_KIND + _TRUE, _MULTIPART[:-9]),
    "line ends around": request(FORM + _TRUE, b"\r\n@query@\r\n"),
    "bytes that are not UTF-8": request(FORM + _TRUE, b"@query@&x=\xff%fe"),
    "NUL": request(FORM + _TRUE, b"@query@&x=\0"),
    "1,001 fields": request(FORM + _TRUE, b"@query@" + b"&x=1" * 1001),
    "query and body": request(FORM + _TRUE, _QUERY, b"POST @path@?format=xml&counter=0 HTTP/1.1"),
    "query and a broken body": request(FORM + _TRUE, b"%ff=%ff", b"POST @path@?@query@ HTTP/1.1"),
    "the same in query and body": request(FORM + _TRUE, _QUERY, b"POST @path@?@query@ HTTP/1.1"),
    "20,000 bytes": request(FORM + _TRUE, b"@query@&x=" + b"y" * 20_000),
    "70,000 bytes": request(FORM + _TRUE, b"@query@&x=" + b"y" * 70_000),
    "more than a megabyte": request(FORM + _TRUE, b"@query@&x=" + b"y" * 1_100_000),
    "Content-Encoding": request(FORM + b"Content-Encoding: gzip\r\n" + _TRUE, _QUERY),
    "Connection: close": request(FORM + b"Connection: close\r\n" + _TRUE, _QUERY),
    "Expect": request(FORM + b"Expect: 100-continue\r\n" + _TRUE, _QUERY),
    "Expect of something else": request(FORM + b"Expect: x\r\n" + _TRUE, _QUERY),
    "a capital content-length": request(b"CONTENT-LENGTH: @length@\r\n", _QUERY),
    "HTTP/1.0": request(FORM + _TRUE, _QUERY, b"POST @path@ HTTP/1.0"),
    "HTTP/1.0, kept": request(FORM + _TRUE + b"Connection: keep-alive\r\n", _QUERY, b"POST @path@ HTTP/1.0"),
    "no host": request(FORM + _TRUE, _QUERY, host=b""),
    "an absolute target": request(FORM + _TRUE, _QUERY, b"POST http://www.lingr.com@path@ HTTP/1.1"),
    "a lower-case verb": request(FORM + _TRUE, _QUERY, b"post @path@ HTTP/1.1"),
    "PUT": request(FORM + _TRUE, _QUERY, b"PUT @path@ HTTP/1.1"),
    "HEAD": request(FORM + _TRUE, _QUERY, b"HEAD @path@ HTTP/1.1"),
    "a page": request(FORM + _TRUE, _QUERY, b"POST / HTTP/1.1"),
    "health": request(FORM + _TRUE, _QUERY, b"POST /healthz HTTP/1.1"),
    "a static file": request(FORM + _TRUE, _QUERY, b"POST /static/lingr.js HTTP/1.1"),
}

LENGTHS = (
    *(b"0", b"00", b"1", b"+1", b"-1", b"-0", b"+0", b"1 ", b"\t1", b"01", b"1.0", b"1e0", b"0x1", b"1_0"),
    *(b"1, 1", b"1,1", b"1 1", b"", b"x", b"\xb2", b"\xb9", b"\xd9\xa1", b"\xef\xbc\x91", b"1\x00", b"1;"),
    *(
        b"9" * 20,
        b"9" * 400,
        b"9" * 5000,
        b"18446744073709551617",
        b"4294967297",
        b"@length@",
        b"50",
        b"2000",
    ),
)

CODINGS = (
    *(b"chunked", b"Chunked", b"CHUNKED", b" chunked ", b"\tchunked", b"\x0bchunked", b"chunked\x0b"),
    *(b"identity", b"gzip", b"gzip, chunked", b"chunked, gzip", b"chunked, chunked", b"identity, chunked"),
    *(b"chunked, identity", b"xchunked", b"chunked;q=1", b"chunked,", b",chunked", b'"chunked"', b"", b"x"),
    *(b"deflate, chunked", b"trailers, chunked", b"chunk", b"chunked chunked", b"\xffchunked"),
)

CHUNKINGS = {
    "one chunk": chunks(_QUERY),
    "no chunk": chunks(),
    "many chunks": chunks(*(b"a=%d&" % number for number in range(50)), _QUERY),
    "chunks of one byte": chunks(*(b"%c" % byte for byte in b"format=json&session=x")),
    "a capital size": b"A\r\n" + b"a=b&c=d&e=" + b"\r\n0\r\n\r\n",
    "a size with zeros": b"00000003\r\na=b\r\n0\r\n\r\n",
    "a size with many zeros": b"0" * 40 + b"3\r\na=b\r\n0\r\n\r\n",
    "an end with zeros": b"3\r\na=b\r\n000\r\n\r\n",
    "an extension": b"3;x=y\r\na=b\r\n0;z\r\n\r\n",
    "an extension with a quote": b'3;x="a;b"\r\na=b\r\n0\r\n\r\n',
    "an extension with a bare LF": b"3;x\ny\r\na=b\r\n0\r\n\r\n",
    "an extension with a bare CR": b"3;x\ry\r\na=b\r\n0\r\n\r\n",
    "a very long extension": b"3;x=" + b"y" * 20_000 + b"\r\na=b\r\n0\r\n\r\n",
    "a space after the size": b"3 \r\na=b\r\n0\r\n\r\n",
    "a space before the size": b" 3\r\na=b\r\n0\r\n\r\n",
    "a size with a sign": b"+3\r\na=b\r\n0\r\n\r\n",
    "a negative size": b"-3\r\na=b\r\n0\r\n\r\n",
    "a size with a prefix": b"0x3\r\na=b\r\n0\r\n\r\n",
    "a size with an underscore": b"0_3\r\na=b\r\n0\r\n\r\n",
    "a size of nonsense": b"zz\r\na=b\r\n0\r\n\r\n",
    "an empty size": b"\r\na=b\r\n0\r\n\r\n",
    "a huge size": b"f" * 17 + b"\r\na=b\r\n0\r\n\r\n",
    "bare LF": b"3\na=b\n0\n\n",
    "no line end after a chunk": b"3\r\na=b0\r\n\r\n",
    "a chunk that is longer": b"3\r\na=bc\r\n0\r\n\r\n",
    "a chunk that is shorter": b"4\r\na=b\r\n0\r\n\r\n",
    "a trailer": b"3\r\na=b\r\n0\r\nX: y\r\n\r\n",
    "a trailer that says how long": b"3\r\na=b\r\n0\r\nContent-Length: 5\r\n\r\n",
    "a trailer that is none": b"3\r\na=b\r\n0\r\nnone\r\n\r\n",
    "a trailer with an underscore": b"3\r\na=b\r\n0\r\nSCRIPT_NAME: /x\r\n\r\n",
    "cut off": b"3\r\na=b\r\n",
    "cut off in the end": b"3\r\na=b\r\n0\r\n",
}

DISAGREEING = {
    "length, then chunked": _TRUE + CHUNKED,
    "chunked, then length": CHUNKED + _TRUE,
    "length 5, then chunked": b"Content-Length: 5\r\n" + CHUNKED,
    "chunked twice": CHUNKED + CHUNKED,
    "chunked and identity": CHUNKED + b"Transfer-Encoding: identity\r\n",
    "identity and chunked": b"Transfer-Encoding: identity\r\n" + CHUNKED,
    "identity and length": b"Transfer-Encoding: identity\r\n" + _TRUE,
    "two lengths, the same": _TRUE + _TRUE,
    "two lengths, 0 first": b"Content-Length: 0\r\n" + _TRUE,
    "two lengths, 0 last": _TRUE + b"Content-Length: 0\r\n",
    "three lengths": _TRUE * 3,
    "a length with a space before its colon": b"Content-Length : @length@\r\n",
    "a length, folded": b"Content-Length:\r\n @length@\r\n",
    "a length after a folded header": b"X: y\r\n Content-Length: 0\r\n" + _TRUE,
    "chunked with a space before its colon": b"Transfer-Encoding : chunked\r\n" + _TRUE,
    "chunked, folded": b"Transfer-Encoding:\r\n chunked\r\n" + _TRUE,
    "chunked after a bare LF": b"X: y\nTransfer-Encoding: chunked\r\n" + _TRUE,
    "chunked after a bare CR": b"X: y\rTransfer-Encoding: chunked\r\n" + _TRUE,
    "a length after a bare LF": b"X: y\nContent-Length: 0\r\n" + _TRUE,
    "lengths with an underscore and without": b"Content_Length: 0\r\n" + _TRUE,
    "neither": b"",
}


def bodies() -> dict[str, bytes]:
    """All of them, by what is odd about them."""
    get, post = b"GET @path@?@query@ HTTP/1.1", b"POST @path@ HTTP/1.1"
    found = dict(KINDS)
    for verb, line in (("GET", get), ("POST", post)):
        for length in LENGTHS:
            shown = f"{length[:30]!r} of {len(length)}" if len(length) > 30 else repr(length)
            found[f"{verb} with length {shown}"] = request(
                b"Content-Length: " + length + b"\r\n", INNER, line
            )
        for coding in CODINGS:
            head = b"Transfer-Encoding: " + coding + b"\r\n"
            found[f"{verb} with coding {coding!r}"] = request(head, chunks(INNER), line)
        for name, head in DISAGREEING.items():
            found[f"{verb} with {name}"] = request(head, chunks(INNER), line)
    found |= {f"POST, {name}": request(CHUNKED, body) for name, body in CHUNKINGS.items()}
    found["HTTP/1.0, chunked"] = request(CHUNKED, chunks(_QUERY), b"POST @path@ HTTP/1.0")
    found["GET, its query in its body"] = request(_TRUE, _QUERY, b"GET @path@ HTTP/1.1")
    return found
