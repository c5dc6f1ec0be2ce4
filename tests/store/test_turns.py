"""How far a ticket was told, when one process after another serves it and none knows what the others do."""

from __future__ import annotations

import pytest

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store import tickets as ticket_store
from support.fakes import MIDNIGHT
from support.lobby import Lobby


class Turns:
    """A ticket and the processes that serve it in turn. Each hears what is announced when told to."""

    def __init__(self, open_ctx, listen_to, names) -> None:
        self.stores = {name: open_ctx(name).store for name in names}
        self.ears = {name: listen_to(store) for name, store in self.stores.items()}
        self.lobby = Lobby(next(iter(self.stores.values())))
        self.ticket = self.lobby.enter("ann", "Ann")
        self.engine = self.lobby.store.engine

    def follow(self, *names):
        for name in names:
            self.ears[name].follow("lobby")

    def take(self, name, told=None):
        """A process takes the ticket and tells its holder."""
        home = self.stores[name].tickets.home(
            "lobby", self.ticket, "ann-session", now=MIDNIGHT, oldest=MIDNIGHT + 1
        )
        home.told = told
        return home

    def write(self, name, home):
        self.stores[name].tickets.note(home)
        self.stores[name].tickets.flush(MIDNIGHT, rooms=["lobby"])

    def hand_over(self, name):
        self.stores[name].tickets.hand_over(self.ears[name].listen(), MIDNIGHT)

    @property
    def noted(self):
        opened = self.stores["one"].tickets.look("lobby", self.ticket, "ann-session", now=MIDNIGHT)
        return opened.position, opened.settled


@pytest.fixture
def turns(open_ctx, listen_to):
    return Turns(open_ctx, listen_to, ["one", "two", "three"])


def test_the_former_home_hands_over_once(turns):
    turns.follow("one", "two")
    turns.take("one", told=5)
    turns.take("two")
    assert turns.noted == (1, False)
    turns.hand_over("one")
    assert turns.noted == (5, True)


def test_what_is_handed_over_after_the_successor_has_written_is_not_taken(turns):
    turns.follow("one", "two")
    turns.take("one", told=5)
    turns.write("two", turns.take("two", told=7))
    turns.hand_over("one")
    assert turns.noted == (7, True)


def test_what_is_handed_over_twice_is_taken_once(turns):
    turns.follow("one", "two")
    former = turns.take("one", told=5)
    turns.write("two", turns.take("two", told=7))
    turns.write("two", turns.take("two", told=3))
    for _ in range(2):
        former.told = 5
        turns.stores["one"].tickets.hand_over([former], MIDNIGHT)
    assert turns.noted == (3, True)


def test_what_a_home_wrote_down_without_knowing_that_it_is_none_any_more_is_settled_by_it_later(turns):
    turns.follow("one", "two")
    home = turns.take("one", told=5)
    turns.take("two")
    turns.write("one", home)
    assert turns.noted == (5, False)
    home.told = 6
    turns.hand_over("one")
    assert turns.noted == (6, True)


def test_a_ticket_that_came_back_is_another_turn_for_the_same_process(turns):
    turns.follow("one", "two")
    first = turns.take("one", told=5)
    turns.take("two", told=7)
    again = turns.take("one")
    # That it had left is heard after it came back.
    turns.ears["one"].listen()
    assert turns.stores["one"].mirror.rooms["lobby"].homes[turns.ticket] is again
    assert (first.good, again.good, again.told, again.turn) == (False, True, None, 3)
    assert turns.noted == (5, False)
    turns.hand_over("two")
    assert turns.noted == (7, True)
    first.told = 6
    turns.write("one", first)
    assert turns.noted == (7, True)


def test_who_told_nothing_hands_on_what_it_was_handed(turns):
    turns.follow("one", "two", "three")
    turns.take("one", told=5)
    turns.take("two")
    turns.hand_over("one")
    turns.take("three")
    assert turns.noted == (5, False)
    turns.hand_over("two")
    assert turns.noted == (5, True)


def test_who_was_handed_nothing_yet_does_not_keep_the_one_before_from_handing_over(turns):
    turns.follow("one", "two", "three")
    turns.take("one", told=5)
    turns.take("two")
    turns.take("three")
    turns.hand_over("two")
    assert turns.noted == (1, False)
    turns.hand_over("one")
    assert turns.noted == (5, False)


def test_nobody_waits_for_a_home_that_does_not_listen(turns):
    turns.write("one", turns.take("one", told=5))
    turns.take("two")
    assert turns.noted == (5, True)


def test_a_home_that_has_begun_to_listen_is_waited_for(turns):
    turns.take("one")
    turns.follow("one")
    turns.take("one", told=5)
    turns.take("two")
    assert turns.noted == (1, False)
    turns.hand_over("one")
    assert turns.noted == (5, True)


def test_a_home_that_lost_its_ears_writes_down_what_it_told_unless_it_is_too_late(turns):
    turns.follow("one")
    turns.take("one", told=5)
    turns.stores["one"].mirror.lose()
    home = turns.take("two", told=7)
    turns.stores["one"].tickets.flush(MIDNIGHT)
    assert turns.noted == (5, False)
    turns.write("two", home)
    turns.take("one", told=6)
    turns.stores["one"].mirror.lose()
    turns.write("two", turns.take("two", told=9))
    turns.stores["one"].tickets.flush(MIDNIGHT)
    assert turns.noted[0] == 9


def test_what_cannot_be_handed_over_now_is_written_down_later(turns, monkeypatch):
    turns.follow("one", "two")
    turns.take("one", told=5)
    turns.take("two")
    moved = turns.ears["one"].listen()

    def away(*_, **__):
        raise LingrError("unavailable")

    monkeypatch.setattr(type(turns.engine), "_exchange", away)
    with pytest.raises(LingrError, match="unavailable"):
        turns.stores["one"].tickets.hand_over(moved, MIDNIGHT)
    monkeypatch.undo()
    turns.stores["one"].tickets.flush(MIDNIGHT)
    assert turns.noted == (5, False)


def test_a_ticket_that_left_before_the_engines_answer_was_read_is_not_held(turns, monkeypatch):
    turns.follow("one", "two")
    run = ticket_store.run

    def overtaken(engine, *asked, **options):
        reply = run(engine, *asked, **options)
        if engine is turns.engine:
            turns.take("two")
            assert turns.ears["one"].listen() == []
        return reply

    monkeypatch.setattr(ticket_store, "run", overtaken)
    turns.take("one")
    assert turns.stores["one"].mirror.rooms["lobby"].homes == {}
    assert turns.stores["one"].mirror.rooms["lobby"].opening == {}


def test_the_ticket_leaves_nothing_behind(turns):
    turns.follow("one", "two")
    turns.take("one", told=5)
    turns.take("two")
    turns.hand_over("one")
    turns.lobby.exit("ann")
    assert turns.engine.command("EXISTS", keys.room("lobby").polls) == 0
