"""The scripts of sessions, tickets, accounts, rates and the lease, each through its function."""

from __future__ import annotations

import time

import pytest

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.announcements import Announcement
from lingr.store.rates import Allowance
from lingr.store.sessions import AT_ONCE
from lingr.values import ApiKey, Session, User
from support.fakes import MIDNIGHT
from support.lobby import UNLIMITED, Lobby

TWICE = Allowance(2, 60_000)
ANN = User("1", "Ann_1", "Ann@Example.org", "hash", "Ann", "", MIDNIGHT)


def note(store, ticket):
    store.entrances.prepare("s", "lobby", ticket, UNLIMITED)


def life(store, key):
    return store.engine.command("PTTL", key)


def test_a_session_lives_from_call_to_call(open_ctx):
    store = open_ctx(session_seconds=100).store
    session = Session("s", "k", "human")
    store.sessions.create(session)
    note(store, "ticket")
    for key in (keys.session("s"), keys.session_tickets("s")):
        assert 90_000 < life(store, key) <= 100_000
        store.engine.command("PEXPIRE", key, 5000)
    assert store.sessions.touch("s") == session
    for key in (keys.session("s"), keys.session_tickets("s")):
        assert 90_000 < life(store, key) <= 100_000


def test_activity_noted_keeps_a_session_alive_once_written_down(open_ctx):
    store = open_ctx(session_seconds=100).store
    store.sessions.create(Session("s", "k", "human"))
    note(store, "ticket")
    for key in (keys.session("s"), keys.session_tickets("s")):
        store.engine.command("PEXPIRE", key, 5000)
    store.sessions.seen("s")
    store.sessions.seen("never-there")
    store.sessions.flush()
    for key in (keys.session("s"), keys.session_tickets("s")):
        assert life(store, key) > 90_000
    assert store.engine.command("EXISTS", keys.session("never-there")) == 0


def test_many_are_written_down_piece_by_piece_and_none_is_forgotten_for_an_outage(open_ctx, monkeypatch):
    store = open_ctx(session_seconds=100).store
    names = [f"s{number}" for number in range(2 * AT_ONCE + 1)]
    for name in names:
        store.engine.command("SET", keys.session(name), "", "PX", 5000)
        store.sessions.seen(name)
    send, pieces = type(store.engine).commands, []

    def once(engine, commands, **options):
        pieces.append(len(commands))
        if len(pieces) == 2:
            raise LingrError("unavailable")
        return send(engine, commands, **options)

    monkeypatch.setattr(type(store.engine), "commands", once)
    with pytest.raises(LingrError, match="unavailable"):
        store.sessions.flush()
    assert pieces == [2 * AT_ONCE] * 2
    assert len([name for name in names if life(store, keys.session(name)) > 5000]) == AT_ONCE
    store.sessions.flush()
    assert pieces[2:] == [2 * AT_ONCE, 2]
    assert all(life(store, keys.session(name)) > 5000 for name in names)
    store.sessions.flush()
    assert len(pieces) == 4


@pytest.mark.parametrize("noted", ["session", "ticket"])
def test_activity_noted_during_an_outage_is_written_down_after_it(lobby, monkeypatch, noted):
    store, ticket = lobby.store, lobby.enter("ann", "Ann")
    store.sessions.create(Session("s", "k", "human"))
    home = store.tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT, oldest=0)
    store.engine.command("PEXPIRE", keys.session("s"), 5000)
    store.sessions.seen("s")
    store.tickets.seen(home, MIDNIGHT + 9)

    def away(*_, **__):
        raise LingrError("unavailable")

    flush = {"session": store.sessions.flush, "ticket": lambda: store.tickets.flush(MIDNIGHT + 9)}[noted]
    monkeypatch.setattr(type(store.engine), "_exchange", away)
    with pytest.raises(LingrError, match="unavailable"):
        flush()
    monkeypatch.undo()
    flush()
    if noted == "session":
        assert life(store, keys.session("s")) > 5000
    else:
        assert store.engine.command("ZSCORE", keys.room("lobby").seen, ticket) == b"1200000000009"


@pytest.mark.parametrize(
    "call",
    [
        lambda sessions: sessions.touch("s"),
        lambda sessions: sessions.login("s", "user", ""),
        lambda sessions: sessions.logout("s"),
        lambda sessions: sessions.destroy("s"),
    ],
)
def test_a_session_that_is_not_there(store, call):
    with pytest.raises(LingrError, match="invalid_session"):
        call(store.sessions)
    assert store.engine.command("DBSIZE") == 0


def test_a_session_has_one_user_at_a_time(store):
    store.sessions.create(Session("s", "k", "human"))
    note(store, "t")
    with pytest.raises(LingrError, match="not_logged_in"):
        store.sessions.logout("s")
    assert store.sessions.login("s", "user", "about me") == ["t"]
    with pytest.raises(LingrError, match="already_logged_in"):
        store.sessions.login("s", "another", "")
    known = store.sessions.touch("s")
    assert (known.user_id, known.description) == ("user", "about me")
    assert store.sessions.logout("s") == (["t"], "user")
    assert store.sessions.touch("s") == Session("s", "k", "human")


def test_a_session_ends_with_its_tickets_told(store):
    store.sessions.create(Session("s", "k", "human"))
    note(store, "t")
    note(store, "u")
    tickets, user_id = store.sessions.destroy("s")
    assert (sorted(tickets), user_id) == (["t", "u"], None)
    assert store.engine.command("DBSIZE") == 0


def test_a_ticket_opened_tells_who_holds_it(lobby, clock):
    ticket = lobby.enter("ann", "Ann")
    home = lobby.store.tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT + 7, oldest=0)
    [ann] = lobby.store.rooms.roster("lobby")
    assert (home.occupant.id, home.turn, home.suspect) == (ann.id, 1, False)
    assert lobby.store.engine.command("ZSCORE", keys.room("lobby").seen, ticket) == b"1200000000007"


def test_a_ticket_that_is_not_there_or_anothers(lobby):
    ticket = lobby.enter("ann", "Ann")
    for room_id, tried, session in [
        ("lobby", "another", "ann-session"),
        ("lobby", ticket, "bob-session"),
        ("nowhere", ticket, "ann-session"),
    ]:
        with pytest.raises(LingrError, match="invalid_ticket"):
            lobby.store.tickets.look(room_id, tried, session, now=MIDNIGHT)
    assert lobby.store.engine.command("EXISTS", keys.room("nowhere").seen) == 0


def test_a_ticket_taken_over_is_announced_to_its_former_home(open_ctx, listen_to):
    one, two = open_ctx("one").store, open_ctx("two").store
    lobby = Lobby(one)
    ticket = lobby.enter("ann", "Ann")
    ears = listen_to(one)
    ears.follow("lobby")
    one.tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT, oldest=0)
    one.tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT, oldest=MIDNIGHT + 1)
    assert ears.heard() == []
    assert two.tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT, oldest=0).turn == 2
    assert ears.announced() == [Announcement(1, 1, 1, moved=(ticket,), home="two", turn=2)]
    two.tickets.look("lobby", ticket, "ann-session", now=MIDNIGHT)
    assert ears.heard() == []


def test_a_home_is_taken_from_memory_until_it_is_too_old(lobby, ears):
    ticket = lobby.enter("ann", "Ann")
    ears.follow("lobby")
    tickets = lobby.store.tickets
    home = tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT, oldest=0)
    assert tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT + 9, oldest=MIDNIGHT) is home
    assert tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT + 9, oldest=MIDNIGHT + 1) is home
    assert home.checked == MIDNIGHT + 9
    with pytest.raises(LingrError, match="invalid_ticket"):
        tickets.home("lobby", ticket, "bob-session", now=MIDNIGHT, oldest=0)


def test_a_home_is_forgotten_when_its_ticket_is_gone_or_changed(lobby, ears):
    ticket = lobby.enter("ann", "Ann")
    ears.follow("lobby")
    tickets = lobby.store.tickets
    tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT, oldest=0)
    lobby.store.rooms.identify(
        session=Session("ann-session", "k", "human", "user"), tickets={"lobby": [ticket]}, now=MIDNIGHT
    )
    ears.listen()
    home = tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT, oldest=0)
    assert home.occupant.user_id == "user"
    lobby.exit("ann")
    ears.listen()
    with pytest.raises(LingrError, match="invalid_ticket"):
        tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT, oldest=0)


def test_stale_counters_are_counted_while_they_repeat(lobby):
    ticket = lobby.enter("ann", "Ann")
    home = lobby.store.tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT, oldest=0)
    stale = lobby.store.tickets.stale
    assert [stale(home, counter) for counter in (0, 0, 0, -3, -3, 0, None, 0)] == [1, 2, 3, 1, 2, 1, 0, 1]
    assert lobby.store.tickets.home("lobby", ticket, "ann-session", now=1, oldest=0).suspect
    lobby.exit("ann")
    assert stale(home, 0) == 0
    assert lobby.store.engine.command("EXISTS", keys.room("lobby").polls) == 0


def test_what_was_told_is_known_elsewhere_once_written_down(open_ctx):
    one, two = open_ctx("one").store, open_ctx("two").store
    lobby = Lobby(one)
    ticket = lobby.enter("ann", "Ann")
    home = one.tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT, oldest=0)
    home.told = 5
    one.tickets.note(home)
    assert two.tickets.look("lobby", ticket, "ann-session", now=MIDNIGHT).position == 1
    one.tickets.flush(MIDNIGHT + 3)
    assert two.tickets.look("lobby", ticket, "ann-session", now=0).position == 5


def test_being_seen_never_makes_a_ticket_older_and_brings_none_back(lobby):
    ticket = lobby.enter("ann", "Ann")
    tickets, seen = lobby.store.tickets, keys.room("lobby").seen
    home = tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT + 9, oldest=0)
    tickets.seen(home, MIDNIGHT + 3)
    tickets.flush(MIDNIGHT + 3)
    assert lobby.store.engine.command("ZSCORE", seen, ticket) == b"1200000000009"
    home.told = 1
    tickets.note(home)
    lobby.exit("ann")
    tickets.flush(MIDNIGHT + 20)
    assert lobby.store.engine.command("EXISTS", seen, keys.room("lobby").polls) == 0


def test_api_keys(store):
    made = ApiKey("a" * 32, "mine", MIDNIGHT)
    store.accounts.create_api_key(made)
    store.accounts.create_api_key(made)
    assert store.accounts.api_key(made.id, MIDNIGHT) == made
    assert store.accounts.api_key("b" * 32, MIDNIGHT) is None


def test_an_api_key_is_believed_for_ten_seconds_and_no_longer(store):
    made = ApiKey("a" * 32, "mine", MIDNIGHT)
    store.accounts.create_api_key(made)
    store.accounts.api_key(made.id, MIDNIGHT)
    store.engine.command("DEL", keys.api_keys())
    assert store.accounts.api_key(made.id, MIDNIGHT + 9999) == made
    assert store.accounts.api_key(made.id, MIDNIGHT + 10_000) is None
    assert store.accounts.api_key(made.id, MIDNIGHT + 9999) is None


def test_the_key_for_a_purpose_is_made_once(store):
    first, second = ApiKey("a" * 32, "pages", MIDNIGHT), ApiKey("b" * 32, "pages", MIDNIGHT)
    assert store.accounts.api_key_for("pages", first) == (first, True)
    assert store.accounts.api_key_for("pages", second) == (first, False)
    assert store.accounts.api_key(second.id, MIDNIGHT) is None
    assert store.accounts.api_key_for("else", second) == (second, True)


def test_a_user_is_found_by_address_and_name_in_any_case(store):
    store.accounts.create_user(ANN)
    assert store.accounts.user("1") == ANN
    for name in ("Ann_1", "ANN_1", "ann@example.ORG"):
        assert store.accounts.user_named(name) == ANN
    assert store.accounts.user_named("ann") is None


@pytest.mark.parametrize(
    ("username", "email"), [("ANN_1", "other@example.org"), ("other", "ANN@example.org")]
)
def test_address_and_user_name_are_given_once(store, username, email):
    store.accounts.create_user(ANN)
    with pytest.raises(LingrError, match="id_unavailable"):
        store.accounts.create_user(User("2", username, email, "hash", "Other", "", MIDNIGHT))
    assert store.accounts.user("2") is None
    assert store.accounts.user_named("other") is None


def test_calls_are_counted_within_a_window(store):
    for _ in range(2):
        store.rates.take("here", ("login", "ann", TWICE))
    with pytest.raises(LingrError, match="rate_limited") as refused:
        store.rates.take("here", ("login", "ann", TWICE))
    assert 50 < int(refused.value.fields["seconds"]) <= 60
    store.rates.take("here", ("login", "bob", TWICE))
    store.rates.take("there", ("login", "ann", TWICE))
    store.rates.take("here", ("room", "ann", TWICE))
    counts = [key.decode() for key in store.engine.command("KEYS", "*")]
    assert len(counts) == 4
    assert all(50_000 < life(store, key) <= 60_000 for key in counts)


def test_a_call_that_one_limit_refuses_is_not_counted_against_the_next(store):
    once = Allowance(1, 60_000)
    store.rates.take("here", ("all", "", once), ("login", "ann", TWICE))
    with pytest.raises(LingrError, match="rate_limited"):
        store.rates.take("here", ("all", "", once), ("login", "ann", TWICE))
    assert store.engine.command("GET", keys.attempts("login", "here", "ann")) == b"1"
    store.rates.take("here", ("all", "", UNLIMITED), ("login", "ann", TWICE))


def test_the_lease_is_held_by_one_at_a_time(open_ctx):
    one, two = open_ctx("one").store, open_ctx("two").store
    assert one.presence.lease.hold(60_000)
    assert not two.presence.lease.hold(60_000)
    one.engine.command("PEXPIRE", keys.sweeper(), 0)
    assert two.presence.lease.hold(60_000)


def test_a_lease_is_kept_by_asking_again_when_half_of_it_is_over(open_ctx):
    one, two = open_ctx("one").store.presence.lease, open_ctx("two").store.presence.lease
    assert one.hold(60_000)
    assert 25 < one._believed_until - time.monotonic() <= 30
    one.engine.command("PEXPIRE", one.key, 40_000)
    assert one.hold(60_000)
    assert one.engine.command("PTTL", one.key) <= 40_000, "asked again too early"
    one._believed_until = time.monotonic()
    assert one.hold(60_000)
    assert one.engine.command("PTTL", one.key) > 40_000
    assert not two.hold(60_000)


def test_a_lease_that_was_lost_is_noticed(open_ctx):
    one, two = open_ctx("one").store.presence.lease, open_ctx("two").store.presence.lease
    assert one.hold(60_000)
    one.engine.command("DEL", one.key)
    assert two.hold(60_000)
    assert not one.renew(60_000)
    assert not one.hold(60_000)


def test_rooms_are_due_by_their_time(store):
    store.presence.occupied("a", 30)
    store.presence.occupied("a", 10)
    store.presence.occupied("b", 20)
    assert store.presence.due(19, 10) == []
    assert store.presence.due(30, 10) == ["b", "a"]
    assert store.presence.due(30, 1) == ["b"]
    store.presence.reschedule("b", 40)
    store.presence.empty("a")
    assert store.presence.due(39, 10) == []
    assert store.presence.due(40, 10) == ["b"]
