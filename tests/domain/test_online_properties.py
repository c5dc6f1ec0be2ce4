"""Whoever comes, goes, logs in and falls silent, by either door: it is always told rightly who is online."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingr.domain import attendance, presence, rooms, sessions
from lingr.domain.context import Caller
from lingr.errors import LingrError
from support.attendants import Attendant, online
from support.people import ROOM, Person, account, roster

USERS = ("ann", "bob")
WHO = st.integers(0, 1)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("enter", "observe", "rename", "exit", "log in", "log out", "end"),
                *("come", "come", "go", "set offline", "destroy", "fall silent", "sweep"),
            ]
        ),
        WHO,
        WHO,
        WHO,
    ),
    max_size=30,
)


class Town:
    """Two people of 2007 and two sessions of 2009, of two users; two processes."""

    def __init__(self, ctxs):
        self.ctxs, self.clock = ctxs, ctxs[0].clock
        ctxs[0].store.engine.command("FLUSHALL")
        self.users = [account(ctxs[0], name) for name in USERS]
        rooms.create(ctxs[0], id=ROOM, name="Lobby")
        self.people = [Person(ctxs[0]) for _ in USERS]
        self.tickets = [[] for _ in USERS]
        self.attendants = [Attendant(ctxs[0], user) for user in self.users]

    def enter(self, who, user):
        one = self.people[who].enter(USERS[user].title())
        self.tickets[who].append(one.ticket)

    def observe(self, who, user):
        self.tickets[who].append(self.people[who].enter("").ticket)

    def rename(self, who, user):
        self._take(who).rename(USERS[user])

    def exit(self, who, user):
        self._take(who).exit()
        self.tickets[who].pop()

    def log_in(self, who, user):
        sessions.login(self.people[who].ctx, self.people[who].caller, email=USERS[user], password="secret")

    def log_out(self, who, user):
        sessions.logout(self.people[who].ctx, self.people[who].caller)

    def end(self, who, user):
        ctx = self.people[who].ctx
        sessions.destroy(ctx, self.people[who].caller)
        self.people[who], self.tickets[who] = Person(ctx), []

    def come(self, who, user):
        self.attendants[who].come()

    def go(self, who, user):
        self.attendants[who].go()

    def set_offline(self, who, user):
        self.attendants[who].end()

    def destroy(self, who, user):
        self.attendants[who].destroy()
        self.attendants[who] = Attendant(self.attendants[who].ctx, self.users[user])

    def fall_silent(self, who, user):
        self.clock.pass_seconds(121)

    def sweep(self, who, user):
        self.clock.pass_seconds(50)
        for ctx in self.ctxs:
            presence.sweep(ctx)
            attendance.sweep(ctx)

    def _take(self, who):
        self.people[who].ticket = self.tickets[who][-1] if self.tickets[who] else ""
        return self.people[who]

    def check(self):
        ctx = self.ctxs[0]
        there = Counter(one.user_id for one in roster(ctx) if one.user_id is not None)
        assert online(ctx) == there
        events = ctx.store.log.after(ROOM, 0, 10_000)
        for user in self.users:
            turns = [one.online for one in events if one.user_id == user.id and one.online is not None]
            assert turns == [at % 2 == 0 for at in range(len(turns))]
            assert len(turns) % 2 == (user.id in there)
        room = rooms.find(ctx, ROOM)
        named = sum(one.nickname is not None for one in roster(ctx))
        assert (room.chatter_count, room.observer_count) == (named, len(roster(ctx)) - named)
        info = rooms.info(ctx, Caller(), id=ROOM, counter=0, user_messages_only=False, password=None)
        assert all(one.type.startswith("system:") for one in info.messages)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_who_is_online_follows_who_is_there(open_ctx, steps):
    ctxs = [open_ctx("first"), open_ctx("second")]
    town = Town(ctxs)
    for step, process, who, user in steps:
        town.people[who].via(ctxs[process])
        town.attendants[who].via(ctxs[process])
        with suppress(LingrError):
            getattr(town, step.replace(" ", "_"))(who, user)
        town.check()
    town.clock.pass_seconds(1000)
    for _ in range(3):
        town.sweep(0, 0)
    assert roster(ctxs[0]) == []
    town.check()
