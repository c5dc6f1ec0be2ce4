"""Request in, response out: the one way every call takes.

The order of checks is that of the 2007 documents: format, encoding, API key or session, log-in, ticket,
then the method's own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from lingr.api.method import Method, Needs
from lingr.api.params import Raw, Request, read
from lingr.api.shared import SharedBodies
from lingr.domain import accounts, observing, presence, sessions
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.render import Rendered, answer, body_of, jsonp, v1, wrapped
from lingr.values import News, Watch

FORMATS = ("xml", "json")
VERBS = ("GET", "POST")
BODY_BYTES = 1_048_576

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Held:
    """A poll with nothing to answer yet.

    ``resume`` looks again and gives the answer, or None while there is nothing; ``empty`` is the answer
    when the time is up; ``end`` is to be called once when the poll is over, whatever came of it.
    """

    watch: Watch
    resume: Callable[[], Rendered | None]
    empty: Rendered
    end: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Manner:
    """How the caller wants to be answered."""

    format: str
    callback: str | None


class Dispatcher:
    """One method table, served: the 2007 API's."""

    def __init__(self, ctx: Context, methods: dict[str, Method], links: v1.Links) -> None:
        self._ctx = ctx
        self._methods = methods
        self._links = links
        self._shared = SharedBodies()

    def begin(self, request: Request) -> Rendered | Held:
        """The answer to a request, a failure included, or a poll to be held."""
        raw = read(request, BODY_BYTES)
        manner = _manner(raw.values)
        outcome: Rendered | Held = self._guarded(manner, lambda: self._begin(request, raw, manner))
        return outcome

    def _begin(self, request: Request, raw: Raw, manner: _Manner) -> Rendered | Held:
        method = self._method(request)
        _check_manner(raw.values)
        if raw.flaw is not None:
            raise raw.flaw
        caller = self._caller(method, raw.values, request.address)
        value = self._blaming_session(method, caller, lambda: self._call(method, caller, raw.values))
        if isinstance(value, Watch):
            return self._hold(method, caller, value, manner)
        return self._rendered(method.shape, value, manner)

    def _method(self, request: Request) -> Method:
        if request.verb not in VERBS:
            raise LingrError("invalid_http_method")
        method = self._methods.get(request.path.strip("/"))
        if method is None:
            raise LingrError("invalid_api_method")
        return method

    def _caller(self, method: Method, values: dict[str, str], address: str) -> Caller:
        if method.needs is Needs.NOTHING:
            return Caller(address=address)
        if method.needs is Needs.API_KEY:
            key = accounts.require_api_key(self._ctx, values.get("api_key", ""))
            return Caller(api_key=key.id, source=key.source, address=address)
        session_id = values.get("session", "")
        if method.needs is Needs.TICKET:
            return Caller(session_id=session_id, ticket=values.get("ticket", ""), address=address)
        caller = Caller(
            session=sessions.require(self._ctx, session_id), session_id=session_id, address=address
        )
        if method.needs is Needs.LOGIN:
            _ = caller.user_id
        return caller

    def _call(self, method: Method, caller: Caller, values: dict[str, str]) -> Any:
        try:
            arguments = {param.name: param.parse(values.get(param.name)) for param in method.params}
            return method.call(self._ctx, caller, **arguments)
        except LingrError as error:
            # A ticket is checked in the step that acts on it, and this was refused before that step.
            if method.needs is Needs.TICKET and error.name in method.own_errors:
                presence.check(self._ctx, caller)
            raise

    def _blaming_session(self, method: Method, caller: Caller, call: Callable[[], Any]) -> Any:
        # A ticket's script checks ticket and session at once. Only when it refuses does it matter which
        # of the two was no good.
        try:
            return call()
        except LingrError as error:
            if error.name == "invalid_ticket" and method.needs is Needs.TICKET:
                sessions.require(self._ctx, caller.session_id)
            raise

    def _hold(self, method: Method, caller: Caller, watch: Watch, manner: _Manner) -> Held:
        def again() -> Rendered | None:
            news = self._blaming_session(method, caller, lambda: observing.look(self._ctx, watch))
            return None if news is None else self._rendered(method.shape, news, manner)

        return Held(
            watch,
            resume=lambda: self._guarded(manner, again),
            empty=self._rendered("status", None, manner),
            end=lambda: observing.end(self._ctx, watch),
        )

    def _rendered(self, shape: str, value: Any, manner: _Manner) -> Rendered:
        if not isinstance(value, News) or value.shared is None:
            return answer(v1.SHAPES[shape](value, self._links), manner.format, manner.callback)
        called = manner.callback is not None
        body = self._shared.get(
            (manner.format, called, *value.shared),
            lambda: body_of(v1.SHAPES[shape](value, self._links), manner.format, called=called),
        )
        return wrapped(body, manner.format, manner.callback)

    def _guarded(self, manner: _Manner, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except LingrError as error:
            return answer(v1.failure(error), manner.format, manner.callback)
        except Exception:
            log.exception("unspecified failure", fault=uuid.uuid4().hex)
            return answer(v1.failure(LingrError("internal_error")), manner.format, manner.callback)


def _manner(values: dict[str, str]) -> _Manner:
    """How to answer, even if what was asked for is not to be had."""
    format = values.get("format") or "xml"
    callback = values.get("callback") if format == "json" else None
    if callback is not None and not jsonp.is_callback(callback):
        callback = None
    return _Manner(format if format in FORMATS else "xml", callback)


def _check_manner(values: dict[str, str]) -> None:
    format = values.get("format") or "xml"
    if format not in FORMATS:
        raise LingrError("invalid_format")
    callback = values.get("callback")
    if format == "json" and callback and not jsonp.is_callback(callback):
        raise LingrError("invalid_parameter", parameter="callback")
