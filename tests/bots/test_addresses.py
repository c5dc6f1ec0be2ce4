"""Which endpoints may be called, and at what addresses."""

from __future__ import annotations

import pytest

from lingr.bots.addresses import NotCallable, Rules, Unresolved, endpoint_of, resolve, rules_of
from lingr.settings import Settings

PUBLIC = ["8.8.8.8", "192.88.99.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"]
PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.1.2.3",
    "192.0.2.1",
    "198.18.0.1",
    "240.0.0.1",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fd00::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
]
NEVER = ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "::ffff:0.0.0.0"]

HERE = endpoint_of("http://here.example/")


def found(rules: Rules, *addresses: str) -> list[str]:
    return resolve(HERE, rules, lambda host, port: addresses)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_called(address):
    assert found(Rules(), address) == [address]


@pytest.mark.parametrize("address", PRIVATE + NEVER)
def test_others_are_not(address):
    with pytest.raises(NotCallable, match=r"here\.example is at a private address"):
        found(Rules(), address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_ones_are_where_that_is_allowed(address):
    assert found(Rules(allow_private=True), address) == [address]


@pytest.mark.parametrize("address", NEVER)
def test_some_never_are(address):
    with pytest.raises(NotCallable):
        found(Rules(allow_private=True), address)


def test_networks_are_allowed_one_by_one():
    rules = rules_of(Settings(bot_networks="10.1.0.0/16, ::1"))
    assert found(rules, "10.1.2.3", "10.2.2.3", "::1", "8.8.8.8", "::ffff:10.1.0.1") == [
        "10.1.2.3",
        "::1",
        "8.8.8.8",
        "::ffff:10.1.0.1",
    ]
    with pytest.raises(NotCallable):
        found(rules, "10.2.2.3")


def test_of_several_addresses_only_those_are_taken_that_may_be_called():
    assert found(Rules(), "127.0.0.1", "8.8.8.8", "8.8.8.8", "::1") == ["8.8.8.8"]


@pytest.mark.parametrize("fault", [OSError("no"), UnicodeError("no")])
def test_a_name_that_leads_nowhere_may_be_tried_again(fault):
    def look_up(host, port):
        raise fault

    with pytest.raises(Unresolved):
        resolve(HERE, Rules(), look_up)
    with pytest.raises(Unresolved):
        found(Rules())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.example", ("http", "a.example", 80, "a.example", "/")),
        ("https://A.example:443/b?c=d#e", ("https", "a.example", 443, "a.example", "/b?c=d")),
        ("https://a.example:80/b", ("https", "a.example", 80, "a.example:80", "/b")),
        ("http://[::1]:8080/", ("http", "::1", 8080, "[::1]:8080", "/")),
        ("http://例え.jp/ボ ト?q=あ%20", ("http", "xn--r8jz45g.jp", 80, "xn--r8jz45g.jp", None)),
        ("http://a_b.example/", ("http", "a_b.example", 80, "a_b.example", "/")),
    ],
)
def test_an_endpoint_is_read_as_it_goes_over_the_wire(url, expected):
    one = endpoint_of(url)
    target = "/%E3%83%9C%20%E3%83%88?q=%E3%81%82%20" if expected[4] is None else expected[4]
    assert (one.scheme, one.host, one.port, one.authority, one.target) == (*expected[:4], target)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.example",
        "ftp://a.example/",
        "file:///etc/passwd",
        "http://",
        "http:///path",
        "http://user:secret@a.example/",
        "http://user@a.example/",
        "http://a.example:99999/",
        "http://a.example:x/",
        "http://[::1/",
        f"http://{'a' * 70}.example/",
    ],
)
def test_what_is_no_endpoint_is_refused(url):
    with pytest.raises(NotCallable):
        endpoint_of(url)


def test_line_breaks_in_an_endpoint_cannot_add_headers():
    one = endpoint_of("http://a.example/x\r\nEvil: 1")
    assert "\r" not in one.target + one.authority
    assert "\n" not in one.target + one.authority
