"""Calling an endpoint: one POST to an address that may be called, and as much of the answer as is wanted.

No redirect is followed, no proxy of the environment is used, no cookie is kept, nothing is unpacked.
However an endpoint behaves, a call is over in time: whatever it waits for then is cut off.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import gevent
import urllib3
from gevent.resolver.ares import Resolver
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError

from lingr.bots.addresses import Endpoint, Lookup, Rules, endpoint_of, resolve

KEPT_POOLS = 256
KEPT_CONNECTIONS = 32
"""In each pool, while nobody uses them. There may be more at a time."""

BELIEVED_SECONDS = 10.0
MOST_BELIEVED = 4096


class NoAnswer(Exception):
    """The endpoint gave no answer that can be understood; the text says why. It may be tried again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``body`` is None if it is longer than what is read."""

    status: int
    body: bytes | None


class _Mark(threading.local):
    """Whether the greenlet has opened a connection for what it sends."""

    is_fresh = False


_mark = _Mark()


class _AtOnce:
    """A connection that sends a request's head together with its body: one packet, one system call.

    Whether the other side has closed one that was kept shows when it is used; there is no look before.
    """

    _head = b""
    sock: Any

    @property
    def is_connected(self) -> bool:
        return self.sock is not None

    def connect(self) -> None:
        _mark.is_fresh = True
        super().connect()  # type: ignore[misc]

    def send(self, data: Any) -> None:
        if data.endswith(b"\r\n\r\n") and not self._head:
            self._head = data
            return
        head, self._head = self._head, b""
        super().send(head + data)  # type: ignore[misc]


class _Connection(_AtOnce, urllib3.connection.HTTPConnection):
    pass


class _SecureConnection(_AtOnce, urllib3.connection.HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class Caller:
    """Calls endpoints, each for at most ``seconds``, and reads answers of up to ``most`` bytes.

    Connections are kept, by the address that was resolved.
    """

    def __init__(self, rules: Rules, seconds: float, most: int, look_up: Lookup | None = None) -> None:
        self._seconds = seconds
        self._most = most
        self._places = _Places(rules, look_up or _looked_up)
        self._trust = ssl.create_default_context()
        self._pools: OrderedDict[tuple[str, ...], urllib3.HTTPConnectionPool] = OrderedDict()

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Sends a body, which is not empty. Raises NotCallable, Unresolved, NoAnswer."""
        endpoint = endpoint_of(url)
        try:
            with gevent.Timeout(self._seconds):
                addresses = self._places.of(endpoint)
                return self._call(endpoint, addresses, body, {"Host": endpoint.authority, **headers})
        except gevent.Timeout:
            raise NoAnswer(f"no answer within {self._seconds:g} seconds") from None

    def close(self) -> None:
        """Hangs up on all that are kept."""
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()

    def _call(self, endpoint: Endpoint, addresses: list[str], body: bytes, headers: dict[str, str]) -> Answer:
        fault: Exception | None = None
        for address in addresses:
            _mark.is_fresh = False
            try:
                try:
                    return self._send(self._pool(endpoint, address), endpoint, body, headers)
                except ProtocolError:
                    if _mark.is_fresh:
                        raise
                    # It had been kept, and was closed meanwhile; so may be all others.
                    self._forget(endpoint, address)
                    return self._send(self._pool(endpoint, address), endpoint, body, headers)
            except NewConnectionError as error:
                fault = error
            except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
                raise NoAnswer(_why(error)) from error
        raise NoAnswer(_why(fault)) from fault

    def _send(
        self, pool: urllib3.HTTPConnectionPool, endpoint: Endpoint, body: bytes, headers: dict[str, str]
    ) -> Answer:
        response = pool.urlopen(
            "POST",
            endpoint.target,
            body=body,
            headers=headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=None,
            preload_content=False,
            decode_content=False,
        )
        is_whole = False
        try:
            found = response.read(self._most + 1)
            is_whole = len(found) <= self._most
            return Answer(response.status, found if is_whole else None)
        finally:
            if is_whole:
                response.release_conn()
            else:
                response.close()

    def _pool(self, endpoint: Endpoint, address: str) -> urllib3.HTTPConnectionPool:
        name = _name(endpoint, address)
        pool = self._pools.get(name)
        if pool is None:
            pool = self._pools[name] = self._made(endpoint, address)
            if len(self._pools) > KEPT_POOLS:
                self._pools.popitem(last=False)[1].close()
        self._pools.move_to_end(name)
        return pool

    def _forget(self, endpoint: Endpoint, address: str) -> None:
        pool = self._pools.pop(_name(endpoint, address), None)
        if pool is not None:
            pool.close()

    def _made(self, endpoint: Endpoint, address: str) -> urllib3.HTTPConnectionPool:
        if endpoint.scheme == "http":
            return _Pool(address, endpoint.port, maxsize=KEPT_CONNECTIONS)
        return _SecurePool(
            address,
            endpoint.port,
            maxsize=KEPT_CONNECTIONS,
            ssl_context=self._trust,
            server_hostname=endpoint.host,
        )


def _name(endpoint: Endpoint, address: str) -> tuple[str, ...]:
    return endpoint.scheme, endpoint.host, str(endpoint.port), address


class _Places:
    """Remembers for some seconds where endpoints are: one in a busy room is not looked up each time."""

    def __init__(self, rules: Rules, look_up: Lookup) -> None:
        self._rules = rules
        self._look_up = look_up
        self._known: OrderedDict[Endpoint, tuple[float, list[str]]] = OrderedDict()

    def of(self, endpoint: Endpoint) -> list[str]:
        """Its addresses. Raises NotCallable, Unresolved."""
        until, found = self._known.get(endpoint, (0.0, []))
        if until > time.monotonic():
            return found
        found = resolve(endpoint, self._rules, self._look_up)
        self._known[endpoint] = time.monotonic() + BELIEVED_SECONDS, found
        self._known.move_to_end(endpoint)
        if len(self._known) > MOST_BELIEVED:
            self._known.popitem(last=False)
        return found


def _looked_up(host: str, port: int) -> Iterable[str]:
    # In the event loop: names that nobody answers for must not take up all threads of a pool.
    hub = gevent.get_hub()
    resolver = getattr(hub, "_resolver_of_bots", None)
    if resolver is None:
        resolver = hub._resolver_of_bots = Resolver(hub=hub)
    return [found[4][0] for found in resolver.getaddrinfo(host, port, 0, socket.SOCK_STREAM)]


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLError, "the encrypted connection failed"),
    (ConnectionRefusedError, "connection refused"),
    (http.client.RemoteDisconnected, "the connection was closed"),
    (http.client.IncompleteRead, "the answer broke off"),
    (ConnectionError, "the connection was closed"),
    (TimeoutError, "no answer in time"),
)


def _why(error: BaseException | None) -> str:
    """Some words for whoever has the bot. Those of the machine itself may tell of its network."""
    first = error
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"the certificate is not good: {error.verify_message}"
        for kind, words in _WORDS:
            if isinstance(error, kind):
                return words
        error = error.__cause__ or error.__context__
    return "no connection" if isinstance(first, NewConnectionError) else "what came back is not HTTP"
