"""Holding a poll in the greenlet that took it: every way to begin, to be woken, and to end."""

from __future__ import annotations

import socket

import gevent
import gevent.socket
import pytest

from lingr.values_watch import Watch
from lingr.waiting.block import Blocker, Sleeper
from support.process import NOTHING, Held, soon


class Following:
    """In place of the listener: what happens while it makes sure of the announcements is the test's."""

    def __init__(self) -> None:
        self.meanwhile = lambda: None

    def follow(self, room_id: str) -> None:
        self.meanwhile()


@pytest.fixture
def following():
    return Following()


@pytest.fixture
def blocker(hub, following):
    return Blocker(hub, following, 30.0)


@pytest.fixture
def hold(blocker, spawn):
    """Holds a poll whose looks find these answers, one after the other, and then none."""

    def hold(*answers, ticket="t", end=lambda unanswered: None, client=None):
        looks = iter(answers)
        held = Held(Watch("lobby", "s", ticket, 1, 1), lambda: next(looks, None), end)
        return held, spawn(blocker.answer, held, client)

    return hold


def test_a_sleeper_remembers_what_it_was_told_before_it_slept():
    sleeper = Sleeper()
    sleeper.news()
    assert sleeper.sleep()
    sleeper.news()
    sleeper.nothing()
    assert not sleeper.sleep()


def test_what_came_between_asking_and_registering_is_found_by_the_first_look(hold, hub):
    held, poll = hold("hello")
    assert poll.get(timeout=5) == "hello"
    assert (held.steps, len(hub)) == (["look", "end"], 0)


def test_a_wake_up_is_a_reason_to_look_and_no_more(hold, hub):
    held, poll = hold(None, None, "hello")
    soon(lambda: held.steps == ["look"])
    hub.announce("lobby")
    soon(lambda: held.steps == ["look", "look"])
    assert not poll.ready()
    hub.announce("lobby")
    assert poll.get(timeout=5) == "hello"
    assert len(hub) == 0


def test_news_between_the_look_and_the_sleep_are_not_slept_through(blocker, hub, spawn):
    answers = iter([None, "hello"])

    def look():
        answer = next(answers)
        if answer is None:
            hub.announce("lobby")
        return answer

    held = Held(Watch("lobby", "s", "t", 1, 1), look, lambda unanswered: None)
    assert spawn(blocker.answer, held).get(timeout=5) == "hello"


def test_news_while_the_announcements_are_being_asked_for_are_not_missed(hold, hub, following):
    following.meanwhile = lambda: hub.announce("lobby")
    held, poll = hold(None, "hello")
    assert poll.get(timeout=5) == "hello"
    assert held.steps == ["look", "look", "end"]


def test_time_is_up(hold, hub, clock):
    held, poll = hold()
    soon(lambda: held.steps == ["look"])
    clock.pass_seconds(26)
    hub.turn()
    gevent.sleep(0.01)
    assert not poll.ready()
    clock.pass_seconds(4.2)
    hub.turn()
    assert poll.get(timeout=5) == NOTHING
    assert (held.steps, len(hub)) == (["look", "end"], 0)


def test_a_crowd_that_came_together_does_not_return_together(hold, hub, clock):
    polls = [hold(ticket=f"t{number}")[1] for number in range(50)]
    soon(lambda: len(hub) == 50)
    clock.pass_seconds(27)
    waves = []
    for _ in range(31):
        clock.pass_seconds(0.1)
        hub.turn()
        gevent.sleep(0)
        waves.append(sum(poll.ready() for poll in polls))
    assert waves[-1] == 50
    assert len(set(waves)) > 8


def test_a_leaving_process_answers_at_once(hold, hub, following):
    _, before = hold(ticket="before")
    soon(lambda: len(hub) == 1)
    hub.leave()
    assert before.get(timeout=5) == NOTHING
    assert hold(ticket="after")[1].get(timeout=5) == NOTHING
    # Leaving is no reason to keep back what is there.
    assert hold("hello", ticket="lucky")[1].get(timeout=5) == "hello"


def test_a_process_that_leaves_while_a_poll_begins_answers_it(hold, hub, following):
    following.meanwhile = hub.leave
    assert hold()[1].get(timeout=5) == NOTHING


def test_a_second_poll_on_the_ticket_ends_the_first(hold, hub):
    _, first = hold()
    soon(lambda: len(hub) == 1)
    _, second = hold(None, "hello")
    assert first.get(timeout=5) == NOTHING
    assert len(hub) == 1
    hub.announce("lobby")
    assert second.get(timeout=5) == "hello"


def test_a_fault_in_a_look_frees_the_place(hold, blocker, hub):
    def fail():
        raise ZeroDivisionError

    held = Held(Watch("lobby", "s", "t", 1, 1), fail, lambda unanswered: None)
    with pytest.raises(ZeroDivisionError):
        blocker.answer(held)
    assert (len(hub), held.steps[-1]) == (0, "end")


def test_a_client_that_hangs_up_frees_its_place_at_once(hold, hub):
    server, client = socket.socketpair()
    with gevent.socket.socket(fileno=server.detach()) as served:
        held, poll = hold(client=served)
        soon(lambda: held.steps == ["look"])
        client.close()
        assert poll.get(timeout=1) == NOTHING
    assert (len(hub), held.steps[-1]) == (0, "end")


def test_a_crowd_that_hangs_up_frees_all_its_places(hold, hub):
    ends = [socket.socketpair() for _ in range(300)]
    served = [gevent.socket.socket(fileno=server.detach()) for server, _ in ends]
    polls = [hold(ticket=f"t{number}", client=one)[1] for number, one in enumerate(served)]
    soon(lambda: len(hub) == 300)
    for _, client in ends:
        client.close()
    gevent.joinall(polls, timeout=10)
    assert len(hub) == 0
    for one in served:
        one.close()
