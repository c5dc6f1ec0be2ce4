"""Odd first lines of requests, and odd ends of lines.

``@path@`` and ``@query@`` stand for what is called. Each is a whole head, or as much of one as there is.
"""

from __future__ import annotations

_HOST = b"Host: www.lingr.com\r\n\r\n"


def _line(line: bytes) -> bytes:
    return line + b"\r\n" + _HOST


def _target(target: bytes) -> bytes:
    return _line(b"GET " + target + b" HTTP/1.1")


def _version(version: bytes) -> bytes:
    return _line(b"GET @path@?@query@ " + version)


def _verb(verb: bytes) -> bytes:
    return _line(verb + b" @path@?@query@ HTTP/1.1")


VERSIONS = (
    *(b"HTTP/1.0", b"HTTP/1.1", b"HTTP/1.2", b"HTTP/1.9", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/2", b"HTTP/3"),
    *(b"HTTP/1.10", b"HTTP/11", b"HTTP/1.", b"HTTP/.1", b"HTTP/1,1", b"HTTP/1.1x", b"HTTP/ 1.1", b"HTTP 1.1"),
    *(b"http/1.1", b"Http/1.1", b"HTTPS/1.1", b"ICY/1.1", b"HTTP/1.\xb2", b"HTTP/1.1 x", b"HTTP/01.1"),
)

VERBS = (
    *(b"GET", b"POST", b"HEAD", b"OPTIONS", b"PUT", b"DELETE", b"PATCH", b"TRACE", b"CONNECT", b"PRI"),
    *(b"get", b"Get", b"post", b"GETX", b"G", b"GE", b"XGET", b"M-SEARCH", b"GET#", b"GET\x00", b"GET\x80"),
    *(b"G\xc9T", b"A" * 20, b"A" * 21, b"GET,POST", b'"GET"', b"", b"123", b"GET\x0b", b"BREW"),
)

TARGETS = (
    b"@path@",
    b"@path@?",
    b"@path@?@query@&",
    b"@path@?&&@query@",
    b"@path@??@query@",
    b"@path@?@query@?@query@",
    b"@path@?@query@#fragment",
    b"@path@#fragment?@query@",
    b"@path@#",
    b"@path@;x=1?@query@",
    b"@path@?@query@;format=xml",
    b"@path@?@query@&format=xml",
    b"@path@?format=xml&@query@",
    b"@path@?@query@&format=",
    b"@path@?@query@&format",
    b"@path@?@query@&format=yaml",
    b"@path@?@query@&format=JSON",
    b"@path@?@query@&callback=Lingr.cb",
    b"@path@?@query@&callback=alert(1)",
    b"@path@?@query@&callback=",
    b"@path@?@query@&format=xml&callback=cb",
    b"@path@?@query@&session=",
    b"@path@?@query@&counter=",
    b"@path@?@query@&counter=+1",
    b"@path@?@query@&counter=%201",
    b"@path@?@query@&counter=01",
    b"@path@?@query@&counter=-1",
    b"@path@?@query@&counter=-0",
    b"@path@?@query@&counter=%EF%BC%91",
    b"@path@?@query@&counter=1e0",
    b"@path@?@query@&counter=9999999999999999",
    b"@path@?@query@&%63ounter=1",
    b"@path@?@query@&counter%3D1",
    b"@path@?@query@&COUNTER=1",
    b"@path@?@query@&x=%",
    b"@path@?@query@&x=%4",
    b"@path@?@query@&x=%zz",
    b"@path@?@query@&format=%6Ason",
    b"@path@?@query@&format=js%6fn",
    b"@path@?@query@&x=%e3%81%82",
    b"@path@?@query@&x=%e3%81",
    b"@path@?@query@&x=%ff",
    b"@path@?@query@&%ff=x",
    b"@path@?@query@&x=%00",
    b"@path@?@query@&x=%0d%0aX:%20y",
    b"@path@?@query@&x=a+b",
    b"@path@?@query@&=x",
    b"@path@?@query@&==",
    b"@path@?@query@&x=<>\"'{}|\\^`[]",
    b"@path@?@query@&x=\xe3\x81\x82",
    b"@path@?@query@&x=\xff\xfe",
    b"@path@?@query@&x=\xa0",
    b"@path@?@query@&x=\x85",
    b"@path@?@query@&x=\x00",
    b"@path@?@query@&x=\x7f",
    b"@path@?@query@&x=\x01",
    b"@path@?@query@&x=\t",
    b"@path@?@query@&x=\x0b",
    b"@path@?@query@&x=\x0c",
    b"@path@?@query@&x= y",
    b"@path@/?@query@",
    b"@path@//?@query@",
    b"@path@/x?@query@",
    b"/@path@?@query@",
    b"//@path@?@query@",
    b"/.@path@?@query@",
    b"/api/..@path@?@query@",
    b"/api/@path@?@query@",
    b"/API@path@?@query@",
    b"@path@%2F?@query@",
    b"@path@%20?@query@",
    b"@path@%00?@query@",
    b"@path@\xff?@query@",
    b"@path@%3F@query@",
    b"@path@.json?@query@",
    b"\\@path@?@query@",
    b"%2F@path@?@query@",
    b"/api%2Fsession%2Fverify?@query@",
    b"/%61pi/session/verify?@query@",
    b"/api/session%2fverify?@query@",
    b"/api/session/%76erify?@query@",
    b"/api//session/verify?@query@",
    b"/api/session//verify?@query@",
    b"/api/session/Verify?@query@",
    b"/api/session\\verify?@query@",
    b"/api/room/observe;?@query@",
    b"/api",
    b"/api/",
    b"/api//",
    b"/api?@query@",
    b"/apix/session/verify?@query@",
    b"/ap",
    b"/",
    b"//",
    b"///",
    b"/?@query@",
    b"/healthz",
    b"/healthz?x",
    b"/healthz/",
    b"//healthz",
    b"/static/lingr.js",
    b"/static/../lingr.js",
    b"/static/none.js",
    b"/static",
    b"/room/lobby",
    b"/room/%zz",
    b"/favicon.ico",
    b"/none",
    b"*",
    b"?@query@",
    b"#",
    b"api/session/verify?@query@",
    b"www.lingr.com:80",
    b"http:",
    b"http:/",
    b"http://",
    b"http:@path@?@query@",
    b"http://www.lingr.com",
    b"http://www.lingr.com?@query@",
    b"http://www.lingr.com@path@?@query@",
    b"http://www.lingr.com:80@path@?@query@",
    b"http://www.lingr.com:x@path@?@query@",
    b"http://[::1]@path@?@query@",
    b"http://[::1@path@?@query@",
    b"http://user:password@www.lingr.com@path@?@query@",
    b"https://www.lingr.com@path@?@query@",
    b"HTTP://WWW.LINGR.COM@path@?@query@",
    b"ftp://www.lingr.com@path@?@query@",
    b"http://www.lingr.com//api/session/verify?@query@",
    b"@path@?@query@" + b"&x=1" * 990,
    b"@path@?@query@" + b"&x=1" * 1001,
    b"@path@?@query@&x=" + b"y" * 4000,
    b"@path@?@query@&x=" + b"y" * 8200,
    b"@path@?@query@&x=" + b"y" * 31_000,
    b"@path@?@query@&x=" + b"y" * 40_000,
)

_USUAL = b"GET @path@?@query@ HTTP/1.1\r\n" + _HOST

ENDS = {
    "as usual": _USUAL,
    "bare LF everywhere": _USUAL.replace(b"\r\n", b"\n"),
    "bare LF after the request line": _USUAL.replace(b"\r\n", b"\n", 1),
    "bare LF after the header": _USUAL[:-4] + b"\n\r\n",
    "bare LF at the end": _USUAL[:-2] + b"\n",
    "bare CR everywhere": _USUAL.replace(b"\r\n", b"\r"),
    "bare CR after the request line": _USUAL.replace(b"\r\n", b"\r", 1),
    "CR CR LF after the request line": _USUAL.replace(b"\r\n", b"\r\r\n", 1),
    "CR CR LF at the end": _USUAL[:-2] + b"\r\r\n",
    "LF CR at the end": _USUAL[:-4] + b"\n\r\n\r",
    "CR LF before": b"\r\n" + _USUAL,
    "two CR LF before": b"\r\n\r\n" + _USUAL,
    "three CR LF before": b"\r\n\r\n\r\n" + _USUAL,
    "LF before": b"\n" + _USUAL,
    "CR before": b"\r" + _USUAL,
    "space before": b" " + _USUAL,
    "tab before": b"\t" + _USUAL,
    "NUL before": b"\0" + _USUAL,
    "byte order mark before": b"\xef\xbb\xbf" + _USUAL,
    "CR LF after": _USUAL + b"\r\n",
    "LF after": _USUAL + b"\n",
    "four CR LF after": _USUAL + b"\r\n" * 4,
    "NUL after": _USUAL + b"\0",
    "two spaces before the target": _USUAL.replace(b"GET ", b"GET  "),
    "two spaces after the target": _USUAL.replace(b" HTTP", b"  HTTP"),
    "tab before the target": _USUAL.replace(b"GET ", b"GET\t"),
    "tab after the target": _USUAL.replace(b" HTTP", b"\tHTTP"),
    "no-break space before the target": _USUAL.replace(b"GET ", b"GET\xa0"),
    "vertical tab after the target": _USUAL.replace(b" HTTP", b"\x0bHTTP"),
    "space after the version": _USUAL.replace(b"1.1\r\n", b"1.1 \r\n"),
    "tab after the version": _USUAL.replace(b"1.1\r\n", b"1.1\t\r\n"),
    "no version": _USUAL.replace(b" HTTP/1.1", b""),
    "no version but a space": _USUAL.replace(b"HTTP/1.1", b""),
    "no target": _line(b"GET HTTP/1.1"),
    "no target but spaces": _line(b"GET   HTTP/1.1"),
    "a verb alone": b"GET\r\n\r\n",
    "HTTP/0.9": b"GET @path@?@query@\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "TLS": b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(range(64)),
    "PROXY protocol": b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + _USUAL,
    "PROXY protocol, version 2": b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12) + _USUAL,
    "SSH": b"SSH-2.0-OpenSSH_9.0\r\n",
    "nothing but line ends": b"\r\n" * 8,
    "a head that stops in the request line": b"GET @path@",
    "a head that stops after the request line": b"GET @path@?@query@ HTTP/1.1\r\n",
    "a head that stops in a header": b"GET @path@?@query@ HTTP/1.1\r\nHo",
    "a head that stops before its end": _USUAL[:-2],
    "a head that stops in its end": _USUAL[:-1],
}


def lines() -> dict[str, bytes]:
    """All of them, by what is odd about them."""
    found = dict(ENDS)
    for prefix, make, oddities in (
        ("version", _version, VERSIONS),
        ("verb", _verb, VERBS),
        ("target", _target, TARGETS),
    ):
        for oddity in oddities:
            length = f" of {len(oddity)} bytes" if len(oddity) > 60 else ""
            found[f"{prefix} {oddity[:60]!r}{length}"] = make(oddity)
    return found
