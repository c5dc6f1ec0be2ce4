"""What one server process has for waiting, put together as the application does it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import gevent

from lingr.domain import observing, rooms
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.store.announcements import Subscription
from lingr.values import News
from lingr.values_watch import Watch
from lingr.waiting.block import Blocker
from lingr.waiting.hub import Hub
from lingr.waiting.listener import Hooks, Listener
from support.people import Person

NOTHING = "nothing"


class Process:
    """A hub, a listener and a blocker over one context."""

    def __init__(self, ctx: Context, hold: float = 30.0) -> None:
        self.ctx = ctx
        self.hub = Hub(time.monotonic)
        self.subscriptions: list[Subscription] = []
        self.renewed: list[dict[str, int]] = []
        hooks = Hooks(
            worth_waking=lambda announcement: observing.worth_waking(ctx, announcement),
            moved=lambda homes: ctx.store.tickets.hand_over(homes, ctx.clock()),
            returned=self._returned,
        )
        self.listener = Listener(self._connect, ctx.store.mirror, self.hub, ctx.store.tickets.process, hooks)
        self.blocker: Blocker[object] = Blocker(self.hub, self.listener, hold)

    def poll(self, person: Person, counter: int | None) -> object:
        """One room.observe, held if need be: the texts it brought, NOTHING, or the name of an error."""
        try:
            outcome = observing.observe(self.ctx, person.caller, counter=counter)
            if isinstance(outcome, Watch):
                return self.blocker.answer(held_for(self.ctx, outcome))
        except LingrError as error:
            return error.name
        return texts(outcome)

    def close(self) -> None:
        for subscription in self.subscriptions:
            subscription.close()

    def _connect(self) -> Subscription:
        self.subscriptions.append(Subscription(self.ctx.store.engine))
        return self.subscriptions[-1]

    def _returned(self, known: dict[str, int]) -> None:
        self.renewed.append(known)
        rooms.renew(self.ctx, known)


@dataclass
class Held:
    """A poll with nothing to answer yet. ``steps`` says what was done with it, in order."""

    watch: Watch
    look: Callable[[], object]
    over: Callable[[bool], None]
    empty: object = NOTHING
    steps: list[str] = field(default_factory=list)

    def resume(self) -> object:
        self.steps.append("look")
        return self.look()

    def expire(self) -> object:
        self.over(True)
        return self.empty

    def end(self) -> None:
        self.steps.append("end")
        self.over(False)


def held_for(ctx: Context, watch: Watch) -> Held:
    def look() -> object:
        news = observing.look(ctx, watch)
        return None if news is None else texts(news)

    return Held(watch, look, lambda unanswered: observing.end(ctx, watch, unanswered=unanswered))


def texts(news: News) -> list[str]:
    return [message.text for message in news.messages]


def soon(check: Callable[[], object], seconds: float = 10) -> None:
    """Lets greenlets run until ``check()`` is true."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        gevent.sleep(0.005)
