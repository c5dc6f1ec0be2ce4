"""Whatever the order of things: every word once and in order, and the room is what its events add up to."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingr.domain import presence, rooms
from lingr.domain.context import Caller
from lingr.errors import LingrError
from lingr.values_watch import Watch
from support.people import Person

PROCESSES = st.integers(0, 1)
PEOPLE = st.integers(0, 2)
BOUNDED = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

REFUSALS = ("invalid_ticket", "no_nickname", "no_nickname_parameter", "invalid_session")

TALK = st.lists(
    st.one_of(
        st.tuples(st.just("say"), PROCESSES, PEOPLE),
        st.tuples(st.just("whisper"), PROCESSES, PEOPLE),
        st.tuples(st.just("poll"), PROCESSES, PEOPLE),
        st.tuples(st.just("poll without a counter"), PROCESSES, PEOPLE),
        st.tuples(st.just("hear"), PROCESSES, st.just(0)),
        st.tuples(st.just("hand over late"), PROCESSES, st.just(0)),
        st.tuples(st.just("reconnect"), PROCESSES, st.just(0)),
    ),
    max_size=40,
)

COMINGS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "enter", "rename", "say", "exit", "sweep"]), PEOPLE, st.sampled_from("abc ")
    ),
    max_size=30,
)


class Listening(Person):
    """A person who remembers the ids of what polls brought."""

    def __init__(self, ctx):
        super().__init__(ctx)
        self.heard = []

    def poll(self, ctx, counter):
        news = self.via(ctx).observe(counter)
        if isinstance(news, Watch):
            return False
        self.counter = news.counter
        self.heard += [message.id for message in news.messages]
        return bool(news.messages)


@BOUNDED
@given(steps=TALK)
def test_everybody_hears_every_word_once_and_in_order_through_any_process(open_ctx, listen_to, steps):
    ctxs = [open_ctx("one"), open_ctx("two")]
    room_id = rooms.create(ctxs[0], name="A room").id
    ears = [listen_to(ctx.store) for ctx in ctxs]
    for one in ears:
        one.follow(room_id)
    late = [[], []]

    def hear(process):
        moved = ears[process].listen()
        late[process] += [replace(home) for home in moved]
        ctxs[process].store.tickets.hand_over(moved, ctxs[process].clock())

    def settle(_):
        for process, ctx in enumerate(ctxs):
            hear(process)
            ctx.store.tickets.flush(ctx.clock(), rooms=[room_id])

    ctxs = [replace(ctx, pause=settle) for ctx in ctxs]
    people = [Listening(ctxs[0]).enter(f"p{number}", id=room_id) for number in range(3)]
    starts = [person.counter for person in people]
    for step, process, number in steps:
        ctx, person = ctxs[process], people[number]
        if step == "say":
            person.via(ctx).say("word")
        elif step == "whisper":
            person.via(ctx).say("psst", to=people[number - 1].occupant_id)
        elif step == "poll":
            person.poll(ctx, person.counter)
        elif step == "poll without a counter":
            person.poll(ctx, None)
        elif step == "hear":
            hear(process)
        elif step == "hand over late":
            # What was written down in time comes once more, whatever has been told since.
            ctx.store.tickets.hand_over(late[process], ctx.clock())
            late[process].clear()
        else:
            ctx.store.mirror.lose()
            ears[process].heard()
            ctx.store.mirror.follow(room_id)
    for one in ears:
        one.listen()
    log = ctxs[0].store.log.after(room_id, 0, 1000)
    for person, start in zip(people, starts, strict=True):
        while person.poll(ctxs[0], person.counter):
            pass
        occupant = next(one for one in ctxs[0].store.rooms.roster(room_id) if one.id == person.occupant_id)
        assert person.heard == [event.id for event in log if event.id > start and event.concerns(occupant)]


@BOUNDED
@given(steps=COMINGS)
def test_the_state_of_a_room_is_what_its_events_add_up_to(ctx, clock, steps):
    room_id = rooms.create(ctx, name="A room").id
    people = [Person(ctx) for _ in range(3)]
    for step, number, nickname in steps:
        person = people[number]
        try:
            if step == "enter":
                person.enter(nickname, id=room_id)
            elif step == "sweep":
                clock.pass_seconds(121)
                ctx.store.presence.reschedule(room_id, 0)
                presence.sweep(ctx)
            elif step == "exit":
                person.exit()
            elif step == "rename":
                person.rename(nickname)
            else:
                person.say("word")
        except LingrError as refusal:
            if refusal.name not in REFUSALS:
                raise
            person.session = Person(ctx).session
    info = rooms.info(ctx, Caller(), id=room_id, counter=None, user_messages_only=False, password=None)
    events = ctx.store.log.after(room_id, 0, 1000)

    present = Counter()
    for event in events:
        present[event.nickname] += {"system:enter": 1, "system:leave": -1}.get(event.type, 0)
        if event.type == "system:nickname_change":
            present[event.nickname] -= 1
            present[event.new_nickname] += 1
    named = Counter(one.nickname for one in info.occupants if one.nickname)
    assert named == +present
    assert info.room.chatter_count == sum(named.values())
    assert info.room.observer_count == len(info.occupants) - info.room.chatter_count
    assert [event.id for event in events] == list(range(1, info.room.counter + 1))
    assert info.room.max_user_message_id == max(
        (event.id for event in events if event.type == "user"), default=0
    )
