"""What polls can wait for: who looks whether it has come, and what is told when it has not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lingr.domain import events, following, news, observing
from lingr.domain.context import Context
from lingr.store.mirror import Home
from lingr.values_user import UserWatch
from lingr.values_v2 import Events, EventsWatch
from lingr.values_watch import Common, Standing, Watch

UNKNOWN_ROSTER = -1
"""No version of a roster."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of watch.

    ``look(ctx, watch)`` returns what there is to answer, or None; ``end(ctx, watch, unanswered=...)`` is told
    that a poll is over. ``nothing(watch)`` is what is answered when nothing came, in the ``empty`` shape.

    Polls that stand at one place of a room are told the same: ``standing(ctx, watch)`` says where one stands
    that found nothing, or None if it is told by itself; ``common(ctx, room_id, counter, roster)`` what all
    hear who stand there; ``at_hand(ctx, room_id, counter)`` whether that needs no asking; ``again(home,
    counter, roster)`` is the watch of somebody who stands there.
    """

    look: Callable[[Context, Any], Any]
    end: Callable[..., None]
    empty: str = "status"
    nothing: Callable[[Any], Any] = lambda watch: None
    standing: Callable[[Context, Any], tuple[Home, Standing] | None] = lambda ctx, watch: None
    common: Callable[[Context, str, int, int], Common[Any]] = lambda *_: Common(None)
    at_hand: Callable[[Context, str, int], bool] = lambda ctx, room_id, counter: False
    again: Callable[[Home, int, int | None], Any] = lambda home, counter, roster: None


def _end_following(ctx: Context, watch: UserWatch, *, unanswered: bool) -> None:
    following.end(ctx, watch)


def _end_events(ctx: Context, watch: EventsWatch, *, unanswered: bool) -> None:
    events.end(ctx, watch)


def _observing_again(home: Home, counter: int, roster: int | None) -> Watch:
    known = UNKNOWN_ROSTER if roster is None else roster
    return Watch(home.room_id, home.session_id, home.ticket, counter, known)


def _events_again(home: Home, counter: int, roster: int | None) -> EventsWatch:
    return EventsWatch(home.session_id, home.ticket, counter, (home.room_id,), home.room_id)


WAITS: dict[type, Waiting] = {
    Watch: Waiting(
        observing.look,
        observing.end,
        standing=observing.standing,
        common=news.common,
        at_hand=news.at_hand,
        again=_observing_again,
    ),
    UserWatch: Waiting(following.look, _end_following),
    EventsWatch: Waiting(
        events.look,
        _end_events,
        empty="events",
        nothing=lambda watch: Events(watch.counter),
        standing=events.standing,
        common=lambda ctx, room_id, counter, roster: events.common(ctx, room_id, counter),
        at_hand=events.at_hand,
        again=_events_again,
    ),
}
"""By the kind of watch that a method with ``waits`` may answer."""
