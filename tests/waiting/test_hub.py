"""Who waits, for what and until when."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingr.waiting.hub import Hub


class Waiter:
    def __init__(self) -> None:
        self.told: list[str] = []

    def news(self) -> None:
        self.told.append("news")

    def nothing(self) -> None:
        self.told.append("nothing")


@pytest.fixture
def wait(hub):
    def wait(room_id="lobby", ticket=None, hold=50.0):
        waiter = Waiter()
        hub.register(room_id, ticket or f"t{id(waiter)}", waiter, hold)
        return waiter

    return wait


def everything(hub):
    """What the hub remembers, in any form."""
    return [*hub._rooms, *hub._tickets, *hub._places, *hub._wheel]


def test_an_announcement_reaches_those_who_wait_for_the_room(hub, wait):
    ann, bob, eve = wait(), wait(), wait("den")
    hub.announce("lobby")
    hub.announce("nowhere")
    assert (ann.told, bob.told, eve.told) == (["news"], ["news"], [])
    hub.announce("lobby")
    assert (ann.told, eve.told) == (["news", "news"], [])
    assert hub.has("lobby")
    assert not hub.has("nowhere")


def test_being_told_is_not_the_end_of_waiting(hub, wait):
    ann = wait()
    hub.announce("lobby")
    assert len(hub) == 1
    hub.unregister(ann)
    hub.announce("lobby")
    assert ann.told == ["news"]


def test_a_second_poll_on_a_ticket_sends_the_first_away(hub, wait):
    first = wait(ticket="t")
    second = wait(ticket="t")
    assert (first.told, second.told, len(hub)) == (["nothing"], [], 1)
    # The first one's own farewell, which comes later, must not take the second one's place away.
    hub.unregister(first)
    hub.recheck("t")
    hub.announce("lobby")
    assert (first.told, second.told) == (["nothing"], ["news", "news"])


def test_a_second_poll_on_a_ticket_may_be_for_another_room(hub, wait):
    wait("lobby", "t")
    second = wait("den", "t")
    assert not hub.has("lobby")
    hub.announce("den")
    assert second.told == ["news"]


def test_tickets_are_rechecked_and_dismissed_one_by_one(hub, wait):
    ann, bob = wait(ticket="a"), wait(ticket="b")
    hub.recheck("a")
    hub.dismiss("b")
    hub.recheck("gone")
    hub.dismiss("gone")
    assert (ann.told, bob.told) == (["news"], ["nothing"])


def test_the_wheel_sends_away_whose_time_is_up_and_not_before(hub, wait, clock):
    short, long = wait(hold=1.0), wait(hold=5.0)
    clock.pass_seconds(0.9)
    hub.turn()
    assert short.told == []
    clock.pass_seconds(0.3)
    hub.turn()
    assert (short.told, long.told) == (["nothing"], [])
    hub.unregister(short)
    clock.pass_seconds(10)
    hub.turn()
    hub.unregister(long)
    assert (long.told, everything(hub)) == (["nothing"], [])


def test_one_who_registers_while_the_wheel_stands_is_not_forgotten(hub, wait, clock):
    hub.turn()
    waiter = wait(hold=0.0)
    clock.pass_seconds(0.2)
    hub.turn()
    assert waiter.told == ["nothing"]


def test_a_process_that_leaves_sends_everybody_away(hub, wait):
    before = wait()
    hub.leave()
    after = wait()
    assert (before.told, after.told) == (["nothing"], ["nothing"])
    hub.unregister(before)
    hub.unregister(after)
    assert everything(hub) == []


def test_unregistering_is_never_a_fault(hub, wait):
    stranger = Waiter()
    hub.unregister(stranger)
    ann = wait(ticket="t")
    hub.unregister(ann)
    hub.unregister(ann)
    wait(ticket="t")
    hub.unregister(ann)
    assert len(hub) == 1


@pytest.mark.parametrize("tell", ["announce", "turn", "leave"])
def test_waiters_may_go_and_come_while_they_are_told(hub, wait, clock, tell):
    class Restless(Waiter):
        def news(self) -> None:
            super().news()
            hub.unregister(self)
            hub.register("lobby", f"again {id(self)}", Waiter(), 50)

        nothing = news

    restless = [Restless() for _ in range(5)]
    for number, one in enumerate(restless):
        hub.register("lobby", f"{number}", one, 1)
    clock.pass_seconds(1.5)
    getattr(hub, tell)(*(["lobby"] if tell == "announce" else []))
    assert [one.told for one in restless] == [["news"]] * 5
    assert len(hub) == 5


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("register"), st.integers(0, 5), st.floats(0, 3)),
        st.tuples(st.just("unregister"), st.integers(0, 20)),
        st.tuples(st.just("pass"), st.floats(0, 2)),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(STEPS)
def test_whatever_happens_everybody_is_sent_away_in_time_and_nothing_is_kept(steps):
    now = 1000.0
    hub = Hub(lambda: now)
    waiting: dict[int, tuple[Waiter, float, int]] = {}
    everyone: list[Waiter] = []
    for step in steps:
        if step[0] == "register":
            former = waiting.pop(step[1], None)
            waiter = Waiter()
            hub.register("lobby", f"t{step[1]}", waiter, step[2])
            assert former is None or former[0].told == ["nothing"]
            waiting[step[1]] = (waiter, now + step[2], step[1])
            everyone.append(waiter)
        elif step[0] == "unregister" and step[1] < len(everyone):
            hub.unregister(everyone[step[1]])
            waiting = {key: one for key, one in waiting.items() if one[0] is not everyone[step[1]]}
        elif step[0] == "pass":
            now += step[1]
            hub.turn()
            for key, (waiter, deadline, _) in list(waiting.items()):
                if waiter.told:
                    assert now >= deadline - 1e-6
                    hub.unregister(waiter)
                    del waiting[key]
                else:
                    assert now < deadline + 3 * hub.GRANULE
        assert len(hub) == len(waiting)
    for waiter in everyone:
        hub.unregister(waiter)
    assert everything(hub) == []


def test_what_is_overheard_is_told_once_when_the_wheel_turns(hub, wait):
    ann = wait("user:ann")
    hub.overhear(ann, ("lobby", "den"))
    assert hub.has("lobby")
    for name in ("lobby", "den", "lobby", "elsewhere"):
        hub.announce(name)
    assert ann.told == []
    hub.turn()
    hub.turn()
    assert ann.told == ["news"]
    hub.announce("user:ann")
    assert ann.told == ["news", "news"]


def test_who_waits_for_a_room_is_told_before_who_overhears_it(hub, wait):
    ann, bob = wait("user:ann"), wait("lobby")
    hub.overhear(ann, ("lobby",))
    hub.announce("lobby")
    assert (ann.told, bob.told) == ([], ["news"])
    hub.unregister(bob)
    assert hub.has("lobby")


def test_who_overhears_something_else_hears_no_more_of_the_former(hub, wait):
    ann = wait("user:ann")
    hub.overhear(ann, ("lobby", "den"))
    hub.announce("den")
    hub.overhear(ann, ("lobby",))
    hub.announce("den")
    hub.turn()
    assert (ann.told, hub.has("den")) == ([], False)
    hub.announce("lobby")
    hub.overhear(ann, ("lobby",))
    hub.turn()
    assert ann.told == ["news"]


def test_who_has_gone_overhears_nothing_and_is_forgotten(hub, wait):
    ann = wait("user:ann")
    hub.overhear(ann, ("lobby",))
    hub.announce("lobby")
    hub.unregister(ann)
    hub.overhear(ann, ("lobby",))
    hub.turn()
    assert ann.told == []
    assert [*hub._others, *hub._besides, *hub._murmurs, *everything(hub)] == []
