"""Polls that are held."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Protocol

from lingr.api.method import Method
from lingr.api.style import Manner
from lingr.render import Rendered, wrapped
from lingr.values import Common
from lingr.values_user import AnyWatch


class Answerer(Protocol):
    """What a held poll needs of the dispatcher that handed it out."""

    def look(self, method: Method, manner: Manner, watch: Any) -> Rendered | None: ...

    def shared(self, method: Method, manner: Manner, told: Common) -> Rendered | None: ...

    def nothing(self, manner: Manner, watch: Any) -> Rendered: ...

    def end(self, watch: Any, *, unanswered: bool) -> None: ...


class Held:
    """A poll with nothing to answer yet: what it waits for, and how to answer it when it is over.

    ``watch`` says what for; ``kind`` is equal for polls that are answered with the same bytes when the same
    news is told to all, but for their own ``wrap``.
    """

    __slots__ = ("_dispatcher", "_manner", "_method", "watch")

    def __init__(self, dispatcher: Answerer, method: Method, manner: Manner, watch: AnyWatch) -> None:
        self._dispatcher = dispatcher
        self._method = method
        self._manner = manner
        self.watch = watch

    @property
    def kind(self) -> Hashable:
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
        return self._dispatcher.nothing(self._manner, self.watch)

    def end(self) -> None:
        """To be called once when the poll is over otherwise: answered, or its client gone."""
        self._dispatcher.end(self.watch, unanswered=False)
