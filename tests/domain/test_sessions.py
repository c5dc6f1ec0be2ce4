"""Sessions: opened, ended, logged in and out; and the accounts they are logged in with."""

from __future__ import annotations

import pytest

from lingr.domain import accounts, presence, rooms, sessions
from lingr.domain.context import Caller
from lingr.errors import LingrError
from lingr.ids import ticket_of
from lingr.store import keys
from support.people import ROOM, Person, nicknames, roster


@pytest.fixture
def bob(ctx):
    """An account."""
    return accounts.create_user(
        ctx, username="bob", email="Bob@example.org", password="secret", description="plays\nbass"
    )


def log_in(person, password="secret", email="bob@example.org"):
    sessions.login(person.ctx, person.caller, email=email, password=password)


def test_a_session_is_what_it_was_made_as(ctx):
    made = sessions.create(ctx, Caller(api_key="k"), client_type="automaton")
    assert sessions.require(ctx, made.id) == made
    assert (made.api_key, made.client_type, made.user_id) == ("k", "automaton", None)
    with pytest.raises(LingrError, match="invalid_client_type"):
        sessions.create(ctx, Caller(api_key="k"), client_type="robot")


@pytest.mark.parametrize("session_id", ["", "0000000000", "000000000000", "0000000000-", "00000000099"])
def test_what_is_no_session(ctx, session_id):
    with pytest.raises(LingrError, match="invalid_session"):
        sessions.require(ctx, session_id)


def test_ending_a_session_leaves_every_room(ctx, lobby, person):
    rooms.create(ctx, id="den", name="Den")
    ann = person("Ann")
    ann.enter("Ann again")
    ann.enter("Ann here too", id="den")
    person("Bob")
    sessions.destroy(ctx, ann.caller)
    assert nicknames(ctx) == ["Bob"]
    assert nicknames(ctx, "den") == []
    with pytest.raises(LingrError, match="invalid_session"):
        sessions.require(ctx, ann.session.id)
    with pytest.raises(LingrError, match="invalid_session"):
        sessions.destroy(ctx, ann.caller)


def test_a_process_that_dies_while_ending_a_session_leaves_the_rest_to_the_sweep(
    ctx, clock, person, monkeypatch
):
    ann = person("Ann")
    ann.enter("Ann again")

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(presence, "leave_all", die)
    with pytest.raises(KeyboardInterrupt):
        sessions.destroy(ctx, ann.caller)
    monkeypatch.undo()
    assert len(roster(ctx)) == 2
    clock.pass_seconds(121)
    assert presence.sweep(ctx) == 2
    assert roster(ctx) == []


def test_a_session_that_ends_while_it_enters_does_not_enter(ctx, person, monkeypatch):
    ann = person()
    caller = ann.caller
    sessions.destroy(ctx, caller)
    with pytest.raises(LingrError, match="invalid_session"):
        presence.enter(ctx, caller, id=ROOM, password=None, nickname="Ann", idempotent=False)
    assert roster(ctx) == []


def test_logging_in_gives_every_occupant_its_user(ctx, lobby, person, bob):
    rooms.create(ctx, id="den", name="Den")
    visitor = person("B")
    visitor.enter("B again")
    visitor.enter("B", id="den")
    person("Someone else")
    log_in(visitor)
    assert [one.user_id for one in roster(ctx)] == [bob.id, bob.id, None]
    assert [one.description for one in roster(ctx)] == ["plays bass", "plays bass", None]
    assert [one.user_id for one in roster(ctx, "den")] == [bob.id]
    said = visitor.say("hello").message
    assert said.user_id == bob.id


def test_entering_as_a_user(ctx, person, bob):
    visitor = person()
    log_in(visitor, email="BOB")
    visitor.enter()
    # A user without a nickname is an observer all the same.
    assert [(one.user_id, one.nickname) for one in roster(ctx)] == [(bob.id, None)]


def test_logging_out_leaves_the_occupants_as_nobodys(ctx, person, bob):
    visitor = person("B")
    with pytest.raises(LingrError, match="not_logged_in"):
        sessions.logout(ctx, visitor.caller)
    log_in(visitor)
    with pytest.raises(LingrError, match="already_logged_in"):
        log_in(visitor)
    sessions.logout(ctx, visitor.caller)
    assert [(one.user_id, one.description, one.nickname) for one in roster(ctx)] == [(None, None, "B")]
    log_in(visitor)


@pytest.mark.parametrize(
    ("email", "password"), [("bob@example.org", "Secret"), ("bob", ""), ("rob@example.org", "secret")]
)
def test_wrong_credentials(person, bob, email, password):
    with pytest.raises(LingrError, match="invalid_credentials"):
        log_in(person(), password, email)


def test_guessing_passwords_is_limited_per_address(open_ctx, bob):
    ctx = open_ctx(rate_limits=True)
    for _ in range(10):
        with pytest.raises(LingrError, match="invalid_credentials"):
            log_in(Person(ctx), "guess")
    with pytest.raises(LingrError, match="rate_limited"):
        log_in(Person(ctx), email="BOB@example.org")


def test_private_words_reach_every_occupant_of_the_user(ctx, person, bob):
    ann, phone, desk, eve = person("Ann"), person("B"), person("B too"), person("Eve")
    log_in(phone)
    log_in(desk)
    ann.say("psst", to=phone.occupant_id)
    heard = [one.texts(4) for one in (ann, phone, desk)]
    assert heard == [["psst"]] * 3
    assert "psst" not in eve.texts(0)


def test_api_keys_are_32_hex_digits_that_somebody_made(ctx):
    made = accounts.create_api_key(ctx, name=" my  bot ")
    assert made.name == "my bot"
    assert accounts.require_api_key(ctx, made.id) == made
    for wrong in ("", "a" * 32, made.id.upper(), made.id[:-1]):
        with pytest.raises(LingrError, match="invalid_api_key"):
            accounts.require_api_key(ctx, wrong)
    with pytest.raises(LingrError, match="name"):
        accounts.create_api_key(ctx, name=" ")


def test_the_servers_own_keys_are_made_once_for_all_processes(open_ctx):
    one, two = open_ctx("one"), open_ctx("two")
    assert accounts.web_key(one) == accounts.web_key(two)
    assert accounts.own_key(two, "web pages") == (accounts.web_key(one), False)
    assert accounts.own_key(two, "first steps")[1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "bob smith"),
        ("username", ""),
        ("username", "x" * 33),
        ("email", "bob"),
        ("email", "bob@exa mple.org"),
        ("password", ""),
        ("password", "x" * 201),
        ("nickname", "x" * 101),
    ],
)
def test_accounts_that_cannot_be_made(ctx, field, value):
    fields = {"username": "bob", "email": "bob@example.org", "password": "secret", field: value}
    with pytest.raises(LingrError, match=field):
        accounts.create_user(ctx, **fields)
    assert ctx.store.engine.command("DBSIZE") == 0


def test_an_account_keeps_no_password(ctx, bob):
    [raw] = ctx.store.engine.command("HVALS", keys.users())
    assert b"secret" not in raw
    assert bob.nickname == "bob"


def test_tickets_of_a_session_end_with_it(ctx, person):
    ann = person("Ann")
    ticket = ann.ticket
    assert ctx.store.sessions.destroy(ann.session.id)[0] == [ticket]
    assert ticket.startswith(ticket_of(ROOM, ""))
    ctx.store.tickets.look(ROOM, ticket, ann.session.id, now=0)
