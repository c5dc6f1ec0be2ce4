"""What polls can wait for: who looks whether it has come, and what is told when it has not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lingr.domain import following, observing
from lingr.domain.context import Context
from lingr.values import Watch
from lingr.values_user import UserWatch


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of watch.

    ``look(ctx, watch)`` returns what there is to answer, or None; ``end(ctx, watch, unanswered=...)`` is told
    that a poll is over. ``nothing(watch)`` is what is answered when nothing came, in the ``empty`` shape.
    """

    look: Callable[[Context, Any], Any]
    end: Callable[..., None]
    empty: str = "status"
    nothing: Callable[[Any], Any] = lambda watch: None


def _end_following(ctx: Context, watch: UserWatch, *, unanswered: bool) -> None:
    following.end(ctx, watch)


WAITS: dict[type, Waiting] = {
    Watch: Waiting(observing.look, observing.end),
    UserWatch: Waiting(following.look, _end_following),
}
"""By the kind of watch that a method with ``waits`` may answer."""
