"""Under which names a poll of the 2009 API waits."""

from __future__ import annotations

import pytest

from lingr.domain import events, members, rooms
from lingr.store.keys import USER
from lingr.values_v2 import EventsWatch
from support.subscriber import Subscriber


@pytest.fixture
def ann(ctx) -> Subscriber:
    return Subscriber(ctx, "ann")


def waits(ann: Subscriber) -> EventsWatch:
    ann.hear_all()
    watch = events.observe(ann.ctx, ann.caller, counter=ann.counter)
    assert isinstance(watch, EventsWatch)
    return watch


def test_a_poll_waits_under_the_rooms_that_its_session_still_hears(ctx, ann):
    closed = rooms.create(ctx, id="a-closed-one", name="closed", members_only=True)
    for name in ("beta", "gamma"):
        rooms.create(ctx, id=name, name=name)
    members.add(ctx, closed, ann.user)
    ann.subscribe("a-closed-one", "beta", "gamma")
    before = waits(ann)
    assert (before.name, before.rooms) == ("a-closed-one", ("a-closed-one", "beta", "gamma"))
    # It is a poll that finds out.
    members.remove(ctx, closed, ann.user)
    found = events.observe(ctx, ann.caller, counter=ann.counter)
    assert isinstance(found, EventsWatch)
    assert (found.name, found.rooms) == ("beta", ("beta", "gamma"))
    ann.unsubscribe("beta", "gamma")
    alone = waits(ann)
    assert (alone.name, alone.rooms) == (f"{USER}{ann.user.id}", ())
