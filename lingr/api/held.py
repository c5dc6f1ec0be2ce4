"""Polls that are held."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Protocol

from lingr.api.method import Method
from lingr.api.style import Manner
from lingr.api.waits import UNKNOWN_ROSTER, WAITS, Waiting
from lingr.domain.context import Context
from lingr.render import Rendered, wrapped
from lingr.store.mirror import Home
from lingr.values_watch import AnyWatch, Common, Standing


class Answerer(Protocol):
    """What a held poll needs of the dispatcher that handed it out."""

    @property
    def ctx(self) -> Context: ...

    def look(self, method: Method, manner: Manner, watch: Any) -> Rendered | None: ...

    def shared(self, method: Method, manner: Manner, told: Common[Any]) -> Rendered | None: ...

    def nothing(self, manner: Manner, watch: Any) -> Rendered: ...

    def end(self, watch: Any, *, unanswered: bool) -> None: ...


class Held:
    """A poll with nothing to answer yet: what it waits for, and how to answer it when it is over.

    ``watch`` says what for; ``kind`` is equal for polls that are answered with the same bytes when the same
    news is told to all, but for their own ``wrap``.
    """

    __slots__ = ("_dispatcher", "_manner", "_method", "_waiting", "watch")

    def __init__(self, dispatcher: Answerer, method: Method, manner: Manner, watch: AnyWatch) -> None:
        self._dispatcher = dispatcher
        self._method = method
        self._manner = manner
        self._waiting: Waiting = WAITS[type(watch)]
        self.watch = watch

    @property
    def kind(self) -> Hashable:
        return self._method.shape, self._manner.format, self.wraps

    @property
    def wraps(self) -> bool:
        """Whether each answer of this kind needs a ``wrap`` of its own."""
        return self._manner.callback is not None

    def again(self, home: Home, counter: int) -> Held:
        """A poll that is answered as this one is, of somebody who stands at a counter."""
        watch = self._waiting.again(home, counter, home.roster)
        return Held(self._dispatcher, self._method, self._manner, watch)

    def standing(self) -> tuple[Home, Standing] | None:
        """Where it stands, having found nothing just now; None if it is told by itself."""
        return self._waiting.standing(self._dispatcher.ctx, self.watch)

    def at_hand(self, room_id: str, counter: int) -> bool:
        """Whether memory has what `told` tells."""
        return self._waiting.at_hand(self._dispatcher.ctx, room_id, counter)

    def told(self, room_id: str, counter: int, roster: int | None) -> Common[Any]:
        """What all polls of this kind hear that stand at that counter of a room."""
        known = UNKNOWN_ROSTER if roster is None else roster
        return self._waiting.common(self._dispatcher.ctx, room_id, counter, known)

    def resume(self) -> Rendered | None:
        """Looks again: the answer, or None while there is nothing."""
        return self._dispatcher.look(self._method, self._manner, self.watch)

    def common(self, told: Common[Any]) -> Rendered | None:
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
