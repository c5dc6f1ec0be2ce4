"""Whatever happens, a session of the 2009 API hears everything once, and in the order of each room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lingr.domain import rooms, speaking
from lingr.domain.context import Context
from lingr.store import Store
from lingr.values_v2 import Event
from support.ears import Ears
from support.subscriber import Subscriber

ROOMS = ("alpha", "beta", "gamma")
PROCESSES = ("first", "second")
_trials = count()

rooms_named, processes = st.sampled_from(ROOMS), st.sampled_from(PROCESSES)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), rooms_named, processes),
        st.tuples(st.just("say"), rooms_named, processes),
        st.tuples(st.just("hear"), processes),
        st.tuples(st.just("again"), processes, st.integers(0, 20)),
        st.tuples(st.just("subscribe"), rooms_named, processes),
        st.tuples(st.just("unsubscribe"), rooms_named, processes),
        st.tuples(st.just("listen"), processes),
    ),
    max_size=40,
)


class Trial:
    """Two processes, three rooms, one who hears and one who speaks. ``due`` is what is to be heard."""

    def __init__(
        self,
        open_ctx: Callable[..., Context],
        listen_to: Callable[[Store], Ears],
        *,
        follows: bool,
        start: set[str],
    ) -> None:
        trial = next(_trials)
        self.name = {room: f"{room}-{trial}" for room in ROOMS}
        self.contexts = {process: open_ctx(process) for process in PROCESSES}
        first = self.contexts["first"]
        for room in ROOMS:
            rooms.create(first, id=self.name[room], name=room)
        self.ears = {process: listen_to(ctx.store) for process, ctx in self.contexts.items()}
        for one in self.ears.values():
            one.follow(*(self.name.values() if follows else ()))
        self.speaker = Subscriber(first, f"speaker_{trial}")
        self.hearer = Subscriber(first, f"hearer_{trial}").subscribe(
            *(self.name[room] for room in sorted(start))
        )
        self.subscribed = set(start)
        self.due: dict[str, list[str]] = defaultdict(list)
        self.heard: dict[str, list[str]] = defaultdict(list)
        self.told: list[tuple[int, list[Event]]] = []

    def say(self, room: str, process: str) -> None:
        text = f"{room} {next(_trials)}"
        caller = self.speaker.caller
        speaking.say(self.contexts[process], caller, room=self.name[room], text=text)
        if room in self.subscribed:
            self.due[room].append(text)

    def listen(self, process: str) -> None:
        self.ears[process].listen()

    def hear(self, process: str) -> bool:
        asked = self.hearer.counter
        events = self.hearer.via(self.contexts[process]).hear()
        ids = [event.id for event in events]
        assert ids == sorted(set(ids))
        assert all(id > asked for id in ids)
        self.note(events)
        if events:
            self.told.append((asked, events))
        return bool(events)

    def note(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.told.message.type == "user":
                self.heard[event.told.room.partition("-")[0]].append(event.told.message.text)

    def hear_all(self, process: str) -> None:
        self.listen(process)
        while self.hear(process):
            pass

    def again(self, process: str, which: int) -> None:
        """Who asks from an earlier counter is told once more what it was told, and then what happened since.

        That answer arrives, too.
        """
        if self.told:
            self.listen(process)
            asked, events = self.told[which % len(self.told)]
            found = self.hearer.via(self.contexts[process]).observe(asked)
            assert found is not None
            assert list(found.events[: len(events)]) == events
            self.note([event for event in found.events if event.id > self.hearer.counter])
            self.hearer.counter = max(self.hearer.counter, found.counter)

    def subscribe(self, room: str, process: str) -> None:
        if room not in self.subscribed:
            self.hearer.via(self.contexts[process]).subscribe(self.name[room])
            self.subscribed.add(room)

    def unsubscribe(self, room: str, process: str) -> None:
        if room in self.subscribed:
            self.hear_all(process)
            self.hearer.unsubscribe(self.name[room])
            self.subscribed.remove(room)
            # The others hear of it a moment later; until then they tell what happens there.
            for other in PROCESSES:
                self.listen(other)
            # Nothing of that room is told again.
            self.told.clear()


@example(
    steps=[
        ("hear", "first"),
        ("say", "alpha", "first"),
        ("again", "first", 0),
        ("subscribe", "beta", "first"),
    ],
    follows=False,
    start={"alpha"},
)
@example(
    steps=[("say", "alpha", "first"), ("subscribe", "beta", "first"), ("subscribe", "gamma", "first")],
    follows=False,
    start={"alpha"},
)
@example(
    steps=[("say", "alpha", "first"), ("subscribe", "beta", "second"), ("hear", "first")],
    follows=True,
    start={"alpha"},
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, follows=st.booleans(), start=st.sets(st.sampled_from(ROOMS), min_size=1))
def test_everything_is_heard_once_and_in_order(
    open_ctx: Callable[..., Context],
    listen_to: Callable[[Store], Ears],
    steps: list[Any],
    follows: bool,
    start: set[str],
) -> None:
    trial = Trial(open_ctx, listen_to, follows=follows, start=start)
    for kind, *arguments in steps:
        getattr(trial, kind)(*arguments)
    for process in PROCESSES:
        trial.hear_all(process)
    assert trial.heard == trial.due
    for ears in trial.ears.values():
        ears.close()
