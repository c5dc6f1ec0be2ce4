"""Tickets that several poll with, and names that somebody hears of besides its own."""

from __future__ import annotations

import pytest


class Waiter:
    def __init__(self) -> None:
        self.told: list[str] = []

    def news(self) -> None:
        self.told.append("news")

    def nothing(self) -> None:
        self.told.append("nothing")


@pytest.fixture
def wait(hub):
    def wait(room_id):
        waiter = Waiter()
        hub.register(room_id, f"t{id(waiter)}", waiter, 50.0)
        return waiter

    return wait


@pytest.fixture
def share(hub):
    """Lets somebody wait with a ticket that may be shared."""

    def share(ticket="s", room_id="lobby", hold=50.0):
        waiter = Waiter()
        hub.register(room_id, ticket, waiter, hold, shares=True)
        return waiter

    return share


def besides(hub):
    """What the hub remembers of those who share tickets and hear of other names."""
    return [*hub._sharing, *hub._keen, *hub._keen_on, *hub._rooms, *hub._tickets, *hub._places]


def test_who_shares_a_ticket_sends_nobody_away_and_all_are_told(hub, share):
    first, second, third = share(), share(room_id="den"), share()
    hub.recheck("s")
    hub.dismiss("s")
    assert [one.told for one in (first, second, third)] == [["news", "nothing"]] * 3
    assert len(hub) == 3


def test_whoever_stays_with_a_shared_ticket_is_told_whoever_else_goes(hub, share):
    for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2)):
        three = [share() for _ in range(3)]
        hub.unregister(three[order[0]])
        hub.recheck("s")
        hub.unregister(three[order[1]])
        hub.recheck("s")
        hub.unregister(three[order[2]])
        hub.recheck("s")
        assert [len(three[at].told) for at in order] == [0, 1, 2]
        assert besides(hub) == []


def test_claiming_a_shared_ticket_again_changes_nothing(hub):
    first, second = Waiter(), Waiter()
    for one in (first, second, first, second):
        hub.claim("s", one, shares=True)
    hub.recheck("s")
    assert (first.told, second.told) == (["news"], ["news"])
    hub.release("s", first)
    hub.release("s", first)
    hub.recheck("s")
    assert (first.told, second.told) == (["news"], ["news", "news"])
    hub.release("s", second)
    hub.release("s", second)
    hub.recheck("s")
    assert (len(second.told), besides(hub)) == (2, [])


def test_a_ticket_is_polled_as_long_as_one_of_those_who_share_it_waits(hub):
    busy, idle = Waiter(), Waiter()
    busy.is_waiting, idle.is_waiting = True, False
    hub.claim("s", idle, shares=True)
    assert not hub.is_polled("s")
    hub.claim("s", busy, shares=True)
    assert hub.is_polled("s")
    hub.release("s", busy)
    assert (hub.is_polled("s"), hub.is_polled("nobody's")) == (False, False)


def test_who_listens_to_other_names_is_told_at_once(hub, wait):
    ann = wait("lobby")
    hub.listen(ann, ("den", "attic"))
    for name in ("den", "attic", "lobby", "cellar"):
        hub.announce(name)
    assert ann.told == ["news"] * 3
    assert hub.has("den")
    assert not hub.has("cellar")


def test_who_listens_to_something_else_hears_no_more_of_the_former(hub, wait):
    ann, bob = wait("lobby"), wait("lobby")
    hub.listen(ann, ("den", "attic"))
    hub.listen(bob, ("den",))
    hub.listen(ann, ("attic", "cellar"))
    for name in ("den", "cellar"):
        hub.announce(name)
    assert (ann.told, bob.told) == (["news"], ["news"])
    hub.listen(ann, ())
    hub.announce("attic")
    hub.listen(bob, ())
    assert (len(ann.told), hub.has("den"), hub.has("attic")) == (1, False, False)


def test_one_without_a_place_may_listen_and_is_forgotten_when_it_stops(hub):
    ann = Waiter()
    hub.listen(ann, ("den",))
    hub.listen(ann, ("den",))
    hub.announce("den")
    hub.listen(ann, ())
    hub.announce("den")
    assert (ann.told, besides(hub)) == (["news"], [])


def test_who_has_gone_listens_no_more(hub, wait):
    ann = wait("lobby")
    hub.listen(ann, ("den", "attic"))
    hub.unregister(ann)
    hub.announce("den")
    assert (ann.told, besides(hub)) == ([], [])
