"""What a process knows of the rooms it follows: never other than what the engine holds."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingr.store import mirror as mirrors
from lingr.store.mirror import RoomMirror
from support.ears import Ears
from support.fakes import MIDNIGHT
from support.lobby import Lobby, blank

numbers = count()

KINDS = ["say", "say", "whisper", "enter", "hear", "lose", "miss", "state", "open", "renew", "settle", "end"]
# Each act is followed by a look at the log from so far back, for so many events.
ACTS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 9), st.integers(1, 4)), max_size=30)


class Followed:
    """A room that one store follows, and the same room as a store without a mirror sees it."""

    def __init__(self, near, far, ears: Ears) -> None:
        self.near, self.far, self.ears = near, far, ears
        self.lobby = Lobby(far, f"room{next(numbers)}")
        self.id = self.lobby.id
        self.ticket = self.lobby.enter("ann", "Ann")
        self.lobby.enter("bob", "Bob")
        self.missed = False
        self.names = count()
        ears.follow(self.id)

    def do(self, act: str, back: int, most: int) -> None:
        getattr(self, act)()
        self.read(max(0, self.lobby.room().counter - back), most)

    def say(self) -> None:
        self.lobby.say("ann", f"{next(self.names)}")

    def whisper(self) -> None:
        self.lobby.say("ann", f"{next(self.names)}", target="bob-occupant")

    def enter(self) -> None:
        self.lobby.enter(f"{next(self.names)}")

    def hear(self) -> None:
        self.ears.listen()

    def lose(self) -> None:
        """The connection broke: whatever was announced meanwhile is not heard."""
        self.near.mirror.lose()
        self.ears.heard()
        self.near.mirror.follow(self.id)
        self.missed = False

    def miss(self) -> None:
        """Announcements fell out though the connection held."""
        self.missed = self.missed or bool(self.ears.heard())

    def state(self) -> None:
        self.near.rooms.state(self.id)

    def open(self) -> None:
        self.near.tickets.home(self.id, self.ticket, "ann-session", now=MIDNIGHT, oldest=MIDNIGHT + 1)

    def renew(self) -> None:
        self.far.rooms.renew(self.id, known=self.lobby.room().counter + 2, epoch="the-first")

    def settle(self) -> None:
        """Another time zone."""
        room = self.lobby.room()
        zone = "UTC" if room.timezone == "Tokyo" else "Tokyo"
        self.far.changes.settings(room, {"timezone": zone})

    def end(self) -> None:
        """The room is deleted, and another one made with its id."""
        room = self.lobby.room()
        self.far.changes.delete(room, "deletion", 1000)
        self.far.changes.erase([room.id])
        self.hear()
        self.far.rooms.create(blank(self.id, roster=room.roster + 1000), "another")
        self.lobby.enter("ann", "Ann")
        self.lobby.enter("bob", "Bob")

    def read(self, after: int, most: int) -> None:
        expected = self.far.log.after(self.id, after, most)
        state = self.near.mirror.state(self.id)
        got = self.near.log.after(self.id, after, most)
        assert got == expected[: len(got)]
        if state is None:
            return
        # What is known to have happened is told, whether its announcement came or not.
        assert [one for one in expected if one.id <= state.counter] == [
            one for one in got if one.id <= state.counter
        ]


@pytest.fixture
def pair(open_ctx, listen_to, monkeypatch):
    monkeypatch.setattr(mirrors, "TAIL_EVENTS", 6)
    near, far = open_ctx("near").store, open_ctx("far").store
    return near, far, listen_to(near)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ACTS)
def test_the_log_through_the_mirror_is_the_engines_own(pair, acts):
    room = Followed(*pair)
    for act in acts:
        room.do(*act)
    room.hear()
    if room.missed:
        room.lose()
    near, far = room.near, room.far
    for after in range(room.lobby.room().counter + 2):
        room.state()
        assert near.log.after(room.id, after, 4) == far.log.after(room.id, after, 4)
    state = near.rooms.state(room.id)
    truth = far.rooms.state(room.id)
    assert (state.counter, state.roster, state.size) == (truth.counter, truth.roster, truth.size)
    assert state.zone == truth.zone
    assert near.rooms.roster(room.id) == far.rooms.roster(room.id)


def test_the_last_events_are_kept_and_some_before_them(pair):
    room = Followed(*pair)
    room.state()
    mirror = room.near.mirror.rooms[room.id]
    most = int(mirrors.TAIL_EVENTS * (1 + mirrors.TAIL_SURPLUS))
    for said in range(1, 5 * mirrors.TAIL_EVENTS):
        room.say()
        room.hear()
        newest = room.lobby.room().counter
        kept = [after for after in range(newest + 1) if mirror.holds(after)]
        assert kept == list(range(mirror.start, newest + 1))
        assert min(said, mirrors.TAIL_EVENTS) <= newest - mirror.start == len(mirror.tail) <= most
        for after in kept:
            assert mirror.after(after, 50) == tuple(room.far.log.after(room.id, after, 50))


def test_what_is_heard_costs_no_question(pair):
    room = Followed(*pair)
    room.state()
    room.say()
    room.hear()
    room.near.engine.close()
    room.near.engine._exchange = None
    assert [one.text for one in room.near.log.after(room.id, 2, 10)] == ["0"]
    assert room.near.rooms.state(room.id).counter == 3


def test_an_event_missed_for_good_is_found_by_whoever_asks_the_engine(pair):
    room = Followed(*pair)
    room.state()
    room.say()
    room.miss()
    assert room.near.log.after(room.id, 2, 10) == ()
    room.open()
    assert [one.text for one in room.near.log.after(room.id, 2, 10)] == ["0"]
    room.say()
    room.hear()
    assert [one.text for one in room.near.log.after(room.id, 2, 10)] == ["0", "1"]


def test_an_older_state_does_not_undo_a_newer_one(pair):
    room = Followed(*pair)
    before = room.far.rooms.state(room.id)
    room.say()
    room.enter()
    room.hear()
    known: RoomMirror = room.near.mirror.rooms[room.id]
    known.learn(before)
    assert (known.counter, known.roster, known.size) == (3, 3, 3)


def test_the_roster_is_read_once_until_it_changes(pair):
    room = Followed(*pair)
    room.state()
    assert room.near.rooms.roster(room.id) is room.near.rooms.roster(room.id)
    room.enter()
    assert len(room.near.rooms.roster(room.id)) == 2
    room.hear()
    assert len(room.near.rooms.roster(room.id)) == 3


def test_generations_tell_before_from_after(pair):
    room = Followed(*pair)
    before = room.near.rooms.state(room.id)
    assert room.near.mirror.lose() == {room.id: 2}
    assert room.near.mirror.state(room.id) is None
    after = room.near.rooms.state(room.id)
    assert after.counter == before.counter
    assert after.generation > before.generation


def test_two_processes_number_one_log(open_ctx):
    one, two = open_ctx("one").store, open_ctx("two").store
    lobby = Lobby(one)
    lobby.enter("ann", "Ann")
    for turn in range(10):
        lobby.store = (one, two)[turn % 2]
        lobby.say("ann", f"{turn}")
    assert [one.id for one in two.log.after("lobby", 0, 100)] == list(range(1, 12))
    assert one.log.after("lobby", 0, 100) == two.log.after("lobby", 0, 100)


def test_the_newest_events_are_found_behind_any_number_of_others(open_ctx):
    store = open_ctx().store
    lobby = Lobby(store)
    lobby.enter("ann", "Ann")
    lobby.enter("bob", "Bob")
    lobby.say("ann", "first")
    for number in range(420):
        lobby.say("ann", f"{number}", target="bob-occupant")
    talk = store.log.last("lobby", 50, lambda one: one.type != "private")
    assert [one.text for one in talk] == ["Ann came", "Bob came", "first"]
    assert [one.text for one in store.log.last("lobby", 2, lambda one: True)] == ["418", "419"]
