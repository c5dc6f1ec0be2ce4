"""Whatever sessions of a user do, in whatever order, and wherever processes die: the lists are the truth."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingr.domain import following, lists, presence, rooms, sessions, users
from lingr.domain.context import Caller
from lingr.errors import LingrError
from lingr.values_user import UserInfo
from support.people import Person, account

SESSIONS = st.integers(0, 2)
ROOMS = st.integers(0, 2)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("enter", "enter", "again", "exit", "login", "logout", "destroy", "sweep"),
                *("favorite", "unfavorite", "monitor", "say", "poll", "die"),
            ]
        ),
        SESSIONS,
        ROOMS,
    ),
    max_size=30,
)
BOUNDED = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


REFUSALS = ("invalid_ticket", "invalid_session", "not_logged_in", "already_logged_in")


class Died(Exception):
    """A process ended just there."""


def die(*_, **__):
    raise Died


class Visits:
    """Some sessions, some rooms, one user who may be logged in with any of the sessions."""

    def __init__(self, ctx, clock, monkeypatch):
        self.ctx, self.clock, self.patch = ctx, clock, monkeypatch
        name = ctx.new_id()
        self.user = account(ctx, name)
        self.rooms = [rooms.create(ctx, name=str(number)).id for number in range(3)]
        self.people = [Person(ctx) for _ in range(3)]
        self.tickets = [[], [], []]
        self.speaker = [Person(ctx).enter("Bob", id=room_id) for room_id in self.rooms]
        self.follower = Person(ctx)
        self.login(self.follower)
        self.begun = following.start(ctx, self.follower.caller)
        self.counter, self.told = self.begun.counter, users.current(ctx, self.user.id)
        self.dying = False

    def login(self, person):
        sessions.login(self.ctx, person.caller, email=self.user.email, password="secret")

    def act(self, what, who, room):
        person, room_id = self.people[who], self.rooms[room]
        if what in ("enter", "again"):
            person.enter("Ann", id=room_id, idempotent=what == "again")
            self.tickets[who].append(person.ticket)
        elif what == "exit" and self.tickets[who]:
            person.ticket = self.tickets[who].pop()
            person.exit()
        elif what == "login":
            self.login(person)
        elif what == "logout":
            sessions.logout(self.ctx, person.caller)
        elif what == "destroy":
            sessions.destroy(self.ctx, person.caller)
        elif what == "sweep":
            self.clock.pass_seconds(121)
            presence.sweep(self.ctx)
        elif what in ("favorite", "unfavorite"):
            self.mark(lists.set_favorite, room_id, favorite=what == "favorite")
        elif what == "monitor":
            self.mark(lists.set_monitored, room_id, monitored=True)
        elif what == "say":
            self.speaker[room].enter("Bob", id=room_id, idempotent=True).say("hello")
        elif what == "poll":
            self.poll()

    def mark(self, mark, room_id, **wanted):
        mark(self.ctx, self.follower.caller, id=room_id, password=None, **wanted)

    def poll(self):
        """What the follower would see: it knows the lists as of the counter it was told."""
        self.clock.pass_seconds(2)
        caller = self.follower.caller
        caller = Caller(session=caller.session, session_id=caller.session_id, ticket=self.begun.ticket)
        try:
            told = following.observe(self.ctx, caller, counter=self.counter)
        except LingrError as refusal:
            if refusal.name not in ("invalid_ticket", "repeated_counter"):
                raise
            self.begun = following.start(self.ctx, self.follower.caller)
            self.counter, self.told = self.begun.counter, users.current(self.ctx, self.user.id)
            return
        if isinstance(told, UserInfo):
            assert told.counter > self.counter
            self.counter, self.told = told.counter, told

    def try_to(self, what, who, room):
        with self.patch.context() as patch:
            if self.dying:
                # The process ends between the room's script and the user's, or the other way round.
                patch.setattr(type(self.ctx.store.users), "left", die)
                patch.setattr(presence, "leave_all", die)
            try:
                self.act(what, who, room)
            except Died:
                pass
            except LingrError as refusal:
                if refusal.name not in REFUSALS:
                    raise
        self.dying = what == "die"

    def truth(self):
        """The rooms that have an occupant of the user's in them."""
        return {
            room_id
            for room_id in self.rooms
            if any(one.user_id == self.user.id for one in self.ctx.store.rooms.roster(room_id))
        }


def ids(told_rooms):
    return [room.id for room in told_rooms]


@BOUNDED
@given(steps=STEPS)
def test_the_lists_are_the_truth_and_who_follows_them_knows_it(ctx, clock, monkeypatch, steps):
    visits = Visits(ctx, clock, monkeypatch)
    for step in steps:
        visits.try_to(*step)
        now = users.current(ctx, visits.user.id)
        assert set(ids(now.occupied)) == visits.truth()
        assert set(ids(now.occupied)) <= set(ids(now.visited))
    visits.poll()
    now = users.current(ctx, visits.user.id)
    seen = visits.told
    assert seen.counter == now.counter
    for name in ("owned", "favorite", "monitored", "visited"):
        assert ids(getattr(seen, name)) == ids(getattr(now, name)), name
    assert set(ids(seen.occupied)) == set(ids(now.occupied))
    newest = [room.max_user_message_id for room in now.monitored]
    assert [room.max_user_message_id for room in seen.monitored] == newest
    visits.poll()
    assert visits.counter == now.counter
