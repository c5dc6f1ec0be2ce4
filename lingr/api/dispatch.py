"""Request in, response out: the one way every call takes.

The order of checks is that of the 2007 documents: format, encoding, API key or session, log-in, ticket,
then the method's own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from msgspec.structs import replace

from lingr.api.again import Repeat
from lingr.api.forms import File
from lingr.api.method import Method, Needs
from lingr.api.params import Raw, Request, place_of, read
from lingr.api.shared import SharedBodies
from lingr.domain import accounts, following, observing, presence, sessions
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.render import Rendered, answer, body_of, jsonp, v1, wrapped
from lingr.render.links import Links
from lingr.values import Common, News, RoomInfo
from lingr.values_user import AnyWatch, UserWatch

FORMATS = ("xml", "json")
VERBS = ("GET", "POST")
BODY_BYTES = 1_048_576

_SHARED = (News, RoomInfo)
"""What may be told to many alike."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Manner:
    """How the caller wants to be answered."""

    format: str
    callback: str | None


class Held:
    """A poll with nothing to answer yet: what it waits for, and how to answer it when it is over.

    ``watch`` says what for; ``kind`` is equal for polls that are answered with the same bytes when the same
    news is told to all, but for their own ``wrap``.
    """

    __slots__ = ("_dispatcher", "_manner", "_method", "watch")

    def __init__(self, dispatcher: Dispatcher, method: Method, manner: _Manner, watch: AnyWatch) -> None:
        self._dispatcher = dispatcher
        self._method = method
        self._manner = manner
        self.watch = watch

    @property
    def kind(self) -> tuple[str, str, bool]:
        return self._method.shape, self._manner.format, self.wraps

    @property
    def wraps(self) -> bool:
        """Whether each answer of this kind needs a ``wrap`` of its own."""
        return self._manner.callback is not None

    def like(self, watch: AnyWatch) -> Held:
        """A poll that is answered as this one is, and waits for something else."""
        return Held(self._dispatcher, self._method, self._manner, watch)

    def resume(self) -> Rendered | None:
        """Looks again: the answer, or None while there is nothing."""
        return self._dispatcher.look(self._method, self._manner, self.watch)

    def common(self, told: Common) -> Rendered | None:
        """The part of the answer that all polls of this kind share; None when there is nothing for all."""
        return self._dispatcher.shared(self._method, self._manner, told)

    def wrap(self, shared: Rendered) -> Rendered:
        """The answer of this poll, from what it shares with others of its kind."""
        return wrapped(shared.body, self._manner.format, self._manner.callback)

    def expire(self) -> Rendered:
        """The answer when nothing came: that its holder is told so is noted."""
        self._dispatcher.end(self.watch, unanswered=True)
        return self._dispatcher.nothing(self._manner)

    def end(self) -> None:
        """To be called once when the poll is over otherwise: answered, or its client gone."""
        self._dispatcher.end(self.watch, unanswered=False)


class Dispatcher:
    """One method table, served: the 2007 API's."""

    def __init__(self, ctx: Context, methods: dict[str, Method], links: Links) -> None:
        self._ctx = ctx
        self._methods = methods
        self._links = links
        self._shared = SharedBodies()
        self._most_file = ctx.settings.image_bytes

    def most_file(self, path: str) -> int:
        """How many bytes a file may have that is sent to a method; 0 for methods that want none."""
        method = self._methods.get(path.strip("/"))
        return self._most_file if method is not None and method.takes_files else 0

    def begin(self, request: Request) -> Rendered | Held:
        """The answer to a request, a failure included, or a poll to be held."""
        raw = read(request, BODY_BYTES, self._most_file)
        manner = _manner(raw.values)
        outcome: Rendered | Held = self._guarded(manner, lambda: self._begin(request, raw, manner))
        return outcome

    def _begin(self, request: Request, raw: Raw, manner: _Manner) -> Rendered | Held:
        method = self._method(request)
        _check_manner(raw.values)
        if raw.flaw is not None:
            raise raw.flaw
        caller = self._caller(method, raw.values, request)
        value = self._blaming_session(method, caller, lambda: self._call(method, caller, raw))
        if isinstance(value, AnyWatch):
            return Held(self, method, manner, value)
        if method.is_long:
            rendered: Rendered = self._ctx.offload(self._rendered, method.shape, value, manner)
            return rendered
        return self._rendered(method.shape, value, manner)

    def _method(self, request: Request) -> Method:
        if request.verb not in VERBS:
            raise LingrError("invalid_http_method")
        method = self._methods.get(request.path.strip("/"))
        if method is None:
            raise LingrError("invalid_api_method")
        return method

    def _caller(self, method: Method, values: dict[str, str], request: Request) -> Caller:
        address = request.address
        if method.needs is Needs.NOTHING:
            return Caller(address=address)
        session_id = values.get("session", "")
        if method.needs is Needs.KEY_OR_SESSION and session_id and not values.get("api_key"):
            with_key = sessions.require_in_place_of_key(self._ctx, session_id)
            return Caller(api_key=with_key.api_key, source=with_key.source, address=address)
        if method.needs in (Needs.API_KEY, Needs.KEY_OR_SESSION):
            key = accounts.require_api_key(self._ctx, values.get("api_key", ""))
            return Caller(api_key=key.id, source=key.source, address=address)
        if method.needs is Needs.TICKET or method.checks_session:
            ticket = values.get("ticket", "")
            return Caller(session_id=session_id, ticket=ticket, address=address, attempt=request.attempt)
        session = sessions.require(self._ctx, session_id)
        ticket = values.get("ticket", "") if method.needs is Needs.USER_TICKET else ""
        caller = Caller(session=session, session_id=session_id, ticket=ticket, address=address)
        if method.needs in (Needs.LOGIN, Needs.USER_TICKET):
            _ = caller.user_id
        return caller

    def prepare(self, request: Request) -> Repeat | None:
        """Gets ready for the same call with another value in one place; None if none is likely to come.

        The request must have been answered, and not with a refusal.
        """
        method = self._methods.get(request.path.strip("/"))
        if method is None or method.again is None:
            return None
        again, place = method.again, place_of(request, method.again.varies)
        if place is None:
            return None
        values = read(request, BODY_BYTES).values
        arguments = {
            param.name: param.parse(values.get(param.name))
            for param in method.params
            if param.name != again.varies
        }
        prepared = again.prepare(self._ctx, self._caller(method, values, request), **arguments)
        if prepared is None:
            return None
        return Repeat(place, prepared, partial(self._rendered, method.shape, manner=_manner(values)))

    def _call(self, method: Method, caller: Caller, raw: Raw) -> Any:
        try:
            if raw.files:
                arguments = _arguments(method, raw.values, raw.files)
            else:
                arguments = {param.name: param.parse(raw.values.get(param.name)) for param in method.params}
            return method.call(self._ctx, caller, **arguments)
        except LingrError as error:
            # What is checked in the step that acts comes first, and this was refused before that step.
            if error.name in method.own_errors:
                if method.needs is Needs.TICKET:
                    presence.check(self._ctx, caller)
                elif method.needs is Needs.USER_TICKET:
                    following.check(self._ctx, caller)
                elif method.checks_session:
                    sessions.require(self._ctx, caller.session_id)
            raise

    def _blaming_session(self, method: Method, caller: Caller, call: Callable[[], Any]) -> Any:
        # A ticket's script checks ticket and session at once. Only when it refuses does it matter which
        # of the two was no good.
        try:
            return call()
        except LingrError as error:
            if error.name == "invalid_ticket" and method.needs in (Needs.TICKET, Needs.USER_TICKET):
                session = sessions.require(self._ctx, caller.session_id)
                if method.needs is Needs.USER_TICKET:
                    _ = Caller(session=session).user_id
            raise

    def look(self, method: Method, manner: _Manner, watch: AnyWatch) -> Rendered | None:
        """Looks again at what a poll waits for; a failure is an answer."""
        found: Rendered | None = self._guarded(manner, lambda: self._look(method, manner, watch))
        return found

    def shared(self, method: Method, manner: _Manner, told: Common) -> Rendered | None:
        """What all polls of one method and manner, callbacks aside, are answered."""
        if told.news is None:
            return None
        # Made once for a crowd, and not kept: whoever stands alone is answered as `_rendered` does it.
        tree = v1.SHAPES[method.shape](told.news, self._links)
        return wrapped(body_of(tree, manner.format, called=manner.callback is not None), manner.format, None)

    def nothing(self, manner: _Manner) -> Rendered:
        """The answer to a poll for which nothing came."""
        return self._rendered("status", None, manner)

    def end(self, watch: AnyWatch, *, unanswered: bool) -> None:
        """A poll is over."""
        if isinstance(watch, UserWatch):
            following.end(self._ctx, watch)
        else:
            observing.end(self._ctx, watch, unanswered=unanswered)

    def _look(self, method: Method, manner: _Manner, watch: AnyWatch) -> Rendered | None:
        caller = Caller(session_id=watch.session_id)
        value = self._blaming_session(method, caller, lambda: self._found(watch))
        return None if value is None else self._rendered(method.shape, value, manner)

    def _found(self, watch: AnyWatch) -> Any:
        if isinstance(watch, UserWatch):
            return following.look(self._ctx, watch)
        return observing.look(self._ctx, watch)

    def _rendered(self, shape: str, value: Any, manner: _Manner) -> Rendered:
        if not isinstance(value, _SHARED) or value.shared is None:
            return answer(v1.SHAPES[shape](value, self._links), manner.format, manner.callback)
        called = manner.callback is not None
        key = (manner.format, called, value.shared)
        body = self._shared.get(key)
        if body is None:
            body = body_of(v1.SHAPES[shape](value, self._links), manner.format, called=called)
            self._shared.put(key, body)
        return wrapped(body, manner.format, manner.callback)

    def _guarded(self, manner: _Manner, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except LingrError as error:
            return _refusal(error, manner)
        except Exception:
            log.exception("unspecified failure", fault=uuid.uuid4().hex)
            return _refusal(LingrError("internal_error"), manner)


def _arguments(method: Method, values: dict[str, str], files: Mapping[str, File]) -> dict[str, Any]:
    return {param.name: param.take(files.get(param.name), values.get(param.name)) for param in method.params}


def _refusal(error: LingrError, manner: _Manner) -> Rendered:
    rendered = answer(v1.failure(error), manner.format, manner.callback)
    seconds = error.fields.get("seconds") if error.name == "rate_limited" else None
    headers = () if seconds is None else (("Retry-After", str(seconds)),)
    return replace(rendered, refuses=True, headers=headers)


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
