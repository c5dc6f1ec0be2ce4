"""Request in, response out: the one way every call takes.

The order of checks is that of the 2007 documents: format, encoding, API key or session, log-in, ticket,
then the method's own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import structlog

from lingr.api.again import Repeat
from lingr.api.callers import blaming_session, caller_of, recheck
from lingr.api.forms import File
from lingr.api.held import Held
from lingr.api.method import Method
from lingr.api.reading import Raw, Request, place_of, read
from lingr.api.shared import SharedBodies
from lingr.api.style import V1, Manner, Style
from lingr.api.waits import WAITS
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.render import Rendered, answer, body_of, wrapped
from lingr.render.links import Links
from lingr.values import News, RoomInfo
from lingr.values_v2 import Events
from lingr.values_watch import Common

VERBS = ("GET", "POST")
BODY_BYTES = 1_048_576

_SHARED = (News, RoomInfo, Events)
"""What may be told to many alike."""

log = structlog.get_logger()


class Dispatcher:
    """One method table, served in the style of its generation."""

    def __init__(self, ctx: Context, methods: Mapping[str, Method], links: Links, style: Style = V1) -> None:
        self.ctx = self._ctx = ctx
        self._methods = methods
        self._links = links
        self._style = style
        self._shared = SharedBodies()
        self._most_file = ctx.settings.image_bytes

    def knows(self, path: str) -> bool:
        """Whether there is a method at a path without slashes around it."""
        return path in self._methods

    def repeats(self, path: str) -> bool:
        """Whether the method there is one that is often called again with only one parameter changed."""
        method = self._methods.get(path.strip("/"))
        return method is not None and method.again is not None

    def most_file(self, path: str) -> int:
        """How many bytes a file may have that is sent to a method; 0 for methods that want none."""
        method = self._methods.get(path.strip("/"))
        return self._most_file if method is not None and method.takes_files else 0

    def read(self, request: Request) -> Raw:
        """The parameters of a request."""
        return read(request, BODY_BYTES, self._most_file)

    def begin(self, request: Request, raw: Raw | None = None) -> Rendered | Held:
        """The answer to a request, a failure included, or a poll to be held."""
        known = self.read(request) if raw is None else raw
        manner = self._style.manner(known.values)
        outcome: Rendered | Held = self._guarded(manner, lambda: self._begin(request, known, manner))
        return outcome

    def _begin(self, request: Request, raw: Raw, manner: Manner) -> Rendered | Held:
        method = self._method(request)
        self._style.check(raw.values)
        if raw.flaw is not None:
            raise raw.flaw
        caller = caller_of(self._ctx, self._style, method, raw.values, request)
        value = self._blaming_session(method, caller, lambda: self._call(method, caller, raw))
        if method.waits and type(value) in WAITS:
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

    def prepare(self, request: Request, raw: Raw) -> Repeat | None:
        """Gets ready for the same call with another value in one place; None if none is likely to come.

        ``raw`` are its parameters. The request must have been answered, and not with a refusal.
        """
        method = self._methods.get(request.path.strip("/"))
        if method is None or method.again is None:
            return None
        again, place = method.again, place_of(request, method.again.varies)
        if place is None:
            return None
        arguments = {
            param.argument: param.of(raw.values) for param in method.params if param.name != again.varies
        }
        caller = caller_of(self._ctx, self._style, method, raw.values, request)
        prepared = again.prepare(self._ctx, caller, **arguments)
        if prepared is None:
            return None
        return Repeat(
            place, prepared, partial(self._rendered, method.shape, manner=self._style.manner(raw.values))
        )

    def _call(self, method: Method, caller: Caller, raw: Raw) -> Any:
        try:
            if raw.files:
                arguments = _arguments(method, raw.values, raw.files)
            else:
                arguments = {param.argument: param.of(raw.values) for param in method.params}
            return method.call(self._ctx, caller, **arguments)
        except LingrError as error:
            # What is checked in the step that acts comes first, and this was refused before that step.
            if error.name in method.own_errors:
                recheck(self._ctx, self._style, method, caller)
            raise

    def _blaming_session(self, method: Method, caller: Caller, call: Callable[[], Any]) -> Any:
        return blaming_session(self._ctx, self._style, method, caller, call)

    def look(self, method: Method, manner: Manner, watch: Any) -> Rendered | None:
        """Looks again at what a poll waits for; a failure is an answer."""
        found: Rendered | None = self._guarded(manner, lambda: self._look(method, manner, watch))
        return found

    def shared(self, method: Method, manner: Manner, told: Common[Any]) -> Rendered | None:
        """What all polls of one method and manner, callbacks aside, are answered."""
        if told.news is None:
            return None
        # Made once for a crowd, and not kept: whoever stands alone is answered as `_rendered` does it.
        tree = self._style.shapes[method.shape](told.news, self._links)
        return wrapped(body_of(tree, manner.format, called=manner.callback is not None), manner.format, None)

    def nothing(self, manner: Manner, watch: Any) -> Rendered:
        """The answer to a poll for which nothing came."""
        waiting = WAITS[type(watch)]
        return self._rendered(waiting.empty, waiting.nothing(watch), manner)

    def end(self, watch: Any, *, unanswered: bool) -> None:
        """A poll is over."""
        WAITS[type(watch)].end(self._ctx, watch, unanswered=unanswered)

    def _look(self, method: Method, manner: Manner, watch: Any) -> Rendered | None:
        caller, look = Caller(session_id=watch.session_id), WAITS[type(watch)].look
        value = self._blaming_session(method, caller, lambda: look(self._ctx, watch))
        return None if value is None else self._rendered(method.shape, value, manner)

    def _rendered(self, shape: str, value: Any, manner: Manner) -> Rendered:
        make = self._style.shapes[shape]
        if not isinstance(value, _SHARED) or value.shared is None:
            return answer(make(value, self._links), manner.format, manner.callback)
        called = manner.callback is not None
        key = (manner.format, called, value.shared)
        body = self._shared.get(key)
        if body is None:
            body = body_of(make(value, self._links), manner.format, called=called)
            self._shared.put(key, body)
        return wrapped(body, manner.format, manner.callback)

    def _guarded(self, manner: Manner, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except LingrError as error:
            return self._style.refusal(error, manner)
        except Exception:
            log.exception("unspecified failure", fault=uuid.uuid4().hex)
            return self._style.refusal(LingrError("internal_error"), manner)


def _arguments(method: Method, values: Mapping[str, str], files: Mapping[str, File]) -> dict[str, Any]:
    return {param.argument: param.take(files.get(param.name), values) for param in method.params}
