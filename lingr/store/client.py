"""The connection to Redis or Valkey.

One rule for retries: what was never sent is sent again for as long as the caller is patient; what may
have been carried out is sent again only when that is ``safe``: a read, or a write that carries a
request id. redis-py's own retries are off.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Any

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from lingr.errors import LingrError
from lingr.store.channel import Argument as Argument
from lingr.store.channel import Channel, Commands, Connect, CutOff, Socket, Unsent, Wire
from lingr.store.channel import Reply as Reply
from lingr.store.plain import PlainWire, bare

AWAY = (redis.ConnectionError, redis.TimeoutError, OSError)

PATIENCE_SECONDS = 5.0
"""How long a call waits for an engine that is being started again."""

UNABLE = (
    redis.exceptions.OutOfMemoryError,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.MasterDownError,
)
"""Refusals that are about the engine's state, not about the command."""

PAUSE_SECONDS = 0.05
COMMAND_TIMEOUT_SECONDS = 5.0
CONNECTIONS = 20
COMPLAINT_SECONDS = 10.0

log = structlog.get_logger()


class Engine:
    """Sends commands over a channel, or without one over 20 connections; a 21st caller waits its turn.

    ``pause`` sleeps for some seconds between attempts. ``channel`` makes a Channel, given what opens its
    connections; ``rediss://`` does without. Raises LingrError ``unavailable`` when the engine
    stays away for longer than ``patience`` seconds, has no memory left or may not write, and
    redis.ResponseError when it refuses the command itself.
    """

    def __init__(
        self,
        url: str,
        *,
        pause: Callable[[float], None] = time.sleep,
        patience: float = PATIENCE_SECONDS,
        channel: Callable[[Connect], Channel] | None = None,
    ) -> None:
        options: dict[str, Any] = {
            "retry": Retry(NoBackoff(), 0),
            "socket_timeout": COMMAND_TIMEOUT_SECONDS,
            "socket_connect_timeout": COMMAND_TIMEOUT_SECONDS,
            "protocol": 2,
        }
        self.pool = redis.BlockingConnectionPool.from_url(
            url, max_connections=CONNECTIONS, timeout=PATIENCE_SECONDS, **options
        )
        # Pub/sub channels are common to all databases of an engine, keys are not.
        self.database = int(self.pool.connection_kwargs.get("db") or 0)
        # TLS needs more than a socket.
        is_bare = not issubclass(self.pool.connection_class, redis.SSLConnection)
        self.channel = channel(self.socket) if channel is not None and is_bare else None
        self._attempt = self._over_pool if self.channel is None else self._over_channel
        self._pause = pause
        self._patience = patience

    def command(
        self, *arguments: Argument, safe: bool = False, again: Sequence[Argument] | None = None
    ) -> Reply:
        """One command; returns its reply with texts as bytes.

        If its answer is lost, ``again`` is sent instead of it, and is safe.
        """
        reply = self._exchange([arguments], safe, None if again is None else [again])[0]
        if isinstance(reply, redis.ResponseError):
            raise refused(reply)
        return reply

    def commands(self, commands: Commands, *, safe: bool = False) -> list[Reply]:
        """Several commands in one round trip, each carried out by itself; raises the first refusal."""
        replies = self._exchange(commands, safe)
        for reply in replies:
            if isinstance(reply, redis.ResponseError):
                raise refused(reply)
        return replies

    def answers(self) -> bool:
        """Whether the engine answers right now, over the connection that calls go over."""
        try:
            reply = self._attempt([("PING",)])[0]
        except (*AWAY, redis.RedisError, Unsent, CutOff):
            return False
        return not isinstance(reply, redis.ResponseError)

    def trouble(self) -> str | None:
        """Why the engine does not answer right now, in some words without any secret; None when it does.

        It is asked over a new connection.
        """
        try:
            connection = self.connection()
        except (*AWAY, redis.RedisError) as error:
            return _why(error)
        try:
            reply = self._send(connection, [("PING",)])[0]
        except (*AWAY, redis.RedisError) as error:
            return _why(error)
        finally:
            connection.disconnect()
        return _why(reply) if isinstance(reply, redis.ResponseError) else None

    def close(self) -> None:
        """Closes the connections that commands go over."""
        if self.channel is not None:
            self.channel.close()
        self.pool.disconnect()

    def connection(self) -> Any:
        """A connection of its own outside the pool, connected. Raises one of ``AWAY``."""
        connection = self.pool.connection_class(**self.pool.connection_kwargs)
        connection.connect()
        return connection

    def socket(self) -> Socket:
        """A connection of its own, signed in as the URL says, as a bare socket that does not block.

        Raises Unsent, or redis.ResponseError when the engine refuses the database.
        """
        return bare(self._connection())

    def wire(self) -> Wire:
        """A connection of its own for listening. Raises Unsent or redis.ResponseError as ``socket`` does."""
        return PlainWire(self._connection()) if self.channel is None else self.channel.wire()

    def _connection(self) -> Any:
        try:
            return self.connection()
        except AWAY as fault:
            raise Unsent(str(fault)) from fault

    def _exchange(self, commands: Commands, safe: bool, again: Commands | None = None) -> list[Reply]:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return self._attempt(commands)
            except (Unsent, redis.BusyLoadingError):
                may_repeat = True
            except (CutOff, *AWAY):
                may_repeat = safe or again is not None
                commands = again or commands
            if not may_repeat or time.monotonic() >= deadline:
                raise LingrError("unavailable")
            self._pause(PAUSE_SECONDS)

    def _over_channel(self, commands: Commands) -> list[Reply]:
        assert self.channel is not None
        replies = self.channel.exchange(commands)
        for reply in replies:
            # Not about the command: it is loading, or does not know us any more.
            if isinstance(reply, redis.ConnectionError):
                raise reply
        return replies

    def _over_pool(self, commands: Commands) -> list[Reply]:
        try:
            connection = self.pool.get_connection()  # type: ignore[no-untyped-call]
        except AWAY as fault:
            raise Unsent(str(fault)) from fault
        try:
            replies = self._send(connection, commands)
            if any(isinstance(reply, redis.exceptions.ReadOnlyError) for reply in replies):
                # Another engine has become the master: the next connection may find it.
                connection.disconnect()
            return replies
        finally:
            self.pool.release(connection)  # type: ignore[no-untyped-call]

    @staticmethod
    def _send(connection: Any, commands: Commands) -> list[Reply]:
        try:
            connection.send_packed_command(connection.pack_commands(commands), check_health=False)
            return [_read(connection) for _ in commands]
        except BaseException:
            # Half an exchange must never be taken for the reply to the next one.
            connection.disconnect()
            raise


_complained = -COMPLAINT_SECONDS


def refused(refusal: redis.ResponseError) -> Exception:
    """What to raise for a refusal: LingrError ``unavailable`` if the engine is unable, else the refusal."""
    global _complained
    if not isinstance(refusal, UNABLE) and not str(refusal).startswith("MISCONF"):
        return refusal
    if time.monotonic() - _complained >= COMPLAINT_SECONDS:
        _complained = time.monotonic()
        log.error("the storage engine is unable to work", why=str(refusal))
    return LingrError("unavailable")


_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (redis.AuthenticationError, "authentication failed"),
    (redis.exceptions.AuthenticationWrongNumberOfArgsError, "authentication failed"),
    (redis.BusyLoadingError, "it is still loading its data"),
    (redis.exceptions.NoPermissionError, "its access rules forbid even PING"),
    (socket.gaierror, "name not found"),
    (ConnectionRefusedError, "connection refused"),
    (FileNotFoundError, "no such socket"),
    (PermissionError, "permission denied"),
    (ssl.SSLError, "the encrypted connection failed"),
    (redis.TimeoutError, f"no answer within {COMMAND_TIMEOUT_SECONDS:.0f} seconds"),
    (TimeoutError, f"no answer within {COMMAND_TIMEOUT_SECONDS:.0f} seconds"),
)


def _why(error: BaseException) -> str:
    # The server's own words are kept back: they may repeat the password that it was sent.
    cause: BaseException | None = error
    while cause is not None:
        for kind, words in _REASONS:
            if isinstance(cause, kind):
                return words
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    refused_by_it = isinstance(error, redis.ResponseError)
    return "it refuses to serve" if refused_by_it else "the connection broke off"


def _read(connection: Any) -> Reply:
    try:
        return connection.read_response(disconnect_on_error=False)
    except redis.BusyLoadingError:
        raise
    except redis.ResponseError as refusal:
        return refusal
