"""Which addresses may be called.

Whoever has a bot says where it is called, and must not have this server call what only this server can
reach. A name is resolved once; what is connected to is the address that was looked at.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from lingr.settings import Settings

Address = IPv4Address | IPv6Address

PORTS = {"http": 80, "https": 443}
MOST_ADDRESSES = 4
"""How many of a name's addresses are tried."""

_NAT64 = ip_network("64:ff9b::/96")
# Of no use any more, and translations that every network makes by itself.
_UNFIT = (ip_network("::/96"), ip_network("64:ff9b:1::/48"))


class NotCallable(Exception):
    """The endpoint cannot be called as it is, however often it is tried; the text says why."""


class Unresolved(Exception):
    """The name of the endpoint's host leads nowhere at present."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a bot is called: ``target`` is the path and query, ``authority`` what the Host header says."""

    scheme: str
    host: str
    port: int
    authority: str
    target: str


@lru_cache(4096)
def endpoint_of(url: str) -> Endpoint:
    """The endpoint that a URL names. Raises NotCallable."""
    try:
        parts = urlsplit(url)
        port = parts.port
        # As it goes over the wire: names in other scripts have an ASCII form.
        host = (parts.hostname or "").encode("idna").decode() if not _is_address(parts.hostname) else ""
    except ValueError:
        raise NotCallable("the address cannot be read") from None
    host = host or parts.hostname or ""
    if parts.scheme not in PORTS or not host:
        raise NotCallable("the address must begin with http:// or https:// and name a host")
    if parts.username is not None or parts.password is not None:
        raise NotCallable("the address must not have a user name")
    shown = f"[{host}]" if ":" in host else host
    usual = PORTS[parts.scheme]
    target = _quoted(parts.path or "/") + (f"?{_quoted(parts.query)}" if parts.query else "")
    authority = shown if port in (None, usual) else f"{shown}:{port}"
    return Endpoint(parts.scheme, host, port or usual, authority, target)


def _is_address(host: str | None) -> bool:
    try:
        ip_address(host or "")
    except ValueError:
        return False
    return True


def _quoted(text: str) -> str:
    # What is quoted already stays so; spaces, control characters and all that is not ASCII are.
    return "".join(
        one if "!" <= one <= "~" else "".join(f"%{byte:02X}" for byte in one.encode("utf-8", "replace"))
        for one in text
    )


@dataclass(frozen=True, slots=True)
class Rules:
    """Which addresses may be called: public ones, all private ones if so allowed, and these ``networks``."""

    allow_private: bool = False
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def allow(self, address: Address) -> bool:
        """Whether it may be called."""
        if address.is_multicast or address.is_unspecified or address == IPv4Address("255.255.255.255"):
            return False
        if self.allow_private or any(address in one for one in self.networks):
            return True
        return _is_public(address)


def rules_of(settings: Settings) -> Rules:
    """The operator's rules."""
    named = filter(None, map(str.strip, settings.bot_networks.split(",")))
    return Rules(settings.bot_allow_private, tuple(map(ip_network, named)))


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_reserved
    inner = _inner(address)
    if inner is not None:
        return _is_public(inner)
    return address.is_global and not address.is_site_local and not any(address in one for one in _UNFIT)


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The address that is really called, where one of IPv4 is written as one of IPv6."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


Lookup = Callable[[str, int], Iterable[str]]
"""Returns the addresses of a host name as texts; the number is a port. Raises OSError."""


def resolve(endpoint: Endpoint, rules: Rules, look_up: Lookup) -> list[str]:
    """The addresses to connect to, in order of preference.

    Raises NotCallable if none of those it has may be called, Unresolved if it has none.
    """
    try:
        found = list(dict.fromkeys(look_up(endpoint.host, endpoint.port)))
    except (OSError, UnicodeError) as error:
        raise Unresolved(_why(error)) from None
    if not found:
        raise Unresolved("the host name is unknown")
    allowed = [one for one in found if rules.allow(_parsed(one))]
    if not allowed:
        raise NotCallable(f"{endpoint.host} is at a private address, which may not be called")
    return allowed[:MOST_ADDRESSES]


def _parsed(text: str) -> Address:
    address = ip_address(text.partition("%")[0])
    # What the system would connect to through IPv6 is one of IPv4.
    return getattr(address, "ipv4_mapped", None) or address


def _why(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "the host name cannot be resolved"
    return "the host name cannot be looked up"
