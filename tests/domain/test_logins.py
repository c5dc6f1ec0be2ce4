"""Sessions of the 2009 API, and the tokens that devices log in with."""

from __future__ import annotations

import pytest

from lingr.domain import accounts, devices, logins, sessions
from lingr.domain.context import Caller
from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.devices import MOST_SESSIONS

PASSWORD = "夜の secret"


@pytest.fixture
def bob(ctx):
    """An account."""
    return accounts.create_user(
        ctx, username="bob", email="Bob@example.org", password=PASSWORD, nickname="ボブ", description="bass"
    )


def log_in(ctx, user="bob", password=PASSWORD, address="here", **keys_given):
    given = {"app_key": "", "api_key": "", "api_version": "", **keys_given}
    return logins.create(ctx, Caller(address=address), user=user, password=password, **given)


def caller_of(ctx, login):
    return Caller(session=logins.require(ctx, login.session.id), session_id=login.session.id)


@pytest.mark.parametrize("name", ["bob", "BOB", "bob@example.org", "Bob@Example.ORG"])
def test_a_user_logs_in_by_name_or_address(ctx, bob, name):
    login = log_in(ctx, name)
    assert login.user == bob
    session = login.session
    assert logins.require(ctx, session.id) == session
    assert (len(session.id), len(session.public_id)) == (22, 11)
    assert (session.user_id, session.username, session.client_type) == (bob.id, "bob", "human")
    assert (session.api_key, session.source, session.description) == ("", "api", "bass")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"app_key": "a1B2c3"}, "a1B2c3"),
        ({"api_key": "a1B2c3"}, "a1B2c3"),
        ({"app_key": "one", "api_key": "two"}, "one"),
        ({"app_key": "", "api_key": ""}, ""),
        ({"app_key": "x" * 65}, ""),
        ({"app_key": "夜"}, ""),
    ],
)
def test_a_session_remembers_the_programs_key_if_it_could_be_one(ctx, bob, given, kept):
    assert log_in(ctx, **given).session.api_key == kept


@pytest.mark.parametrize(
    ("name", "password"),
    [("bob", "wrong"), ("bob", ""), ("", PASSWORD), ("nobody", PASSWORD), ("bob", "lt-" + "0" * 33)],
)
def test_a_log_in_with_anything_else_is_refused(ctx, bob, name, password):
    with pytest.raises(LingrError, match="invalid_credentials"):
        log_in(ctx, name, password)


def test_a_user_may_have_many_sessions_and_each_ends_by_itself(ctx, bob):
    first, second = log_in(ctx), log_in(ctx)
    assert first.session.id != second.session.id
    assert first.session.public_id != second.session.public_id
    logins.destroy(ctx, caller_of(ctx, first))
    with pytest.raises(LingrError, match="invalid_session"):
        logins.require(ctx, first.session.id)
    assert logins.verify(ctx, caller_of(ctx, second)) == second


@pytest.mark.parametrize("session_id", ["", "a1B2c3", "0" * 11, "0" * 21, "0" * 23, "0" * 21 + "-", "0" * 22])
def test_what_is_no_login(ctx, session_id):
    with pytest.raises(LingrError, match="invalid_session"):
        logins.require(ctx, session_id)


def test_the_generations_do_not_take_each_others_sessions(ctx, bob):
    of_2007 = sessions.create(ctx, Caller(api_key="k"), client_type="human")
    with pytest.raises(LingrError, match="invalid_session"):
        logins.require(ctx, of_2007.id)
    with pytest.raises(LingrError, match="invalid_session"):
        sessions.require(ctx, log_in(ctx).session.id)


def test_a_login_lives_for_days_and_any_call_keeps_it_alive(open_ctx, engine, bob):
    ctx = open_ctx(login_days=2)
    login = log_in(ctx)
    name = keys.session(login.session.id)

    def left():
        return engine.command("PTTL", name)

    # An answer takes its time.
    two_days = range(2 * 86_400_000 - 60_000, 2 * 86_400_000 + 1)
    assert left() in two_days
    for keep in (
        lambda: logins.require(ctx, login.session.id),
        lambda: (ctx.store.sessions.seen(login.session.id), ctx.store.sessions.flush()),
    ):
        engine.command("PEXPIRE", name, 1000)
        keep()
        assert left() in two_days


def test_verifying_tells_what_the_user_is_called_now(ctx, bob):
    login = log_in(ctx)
    caller = caller_of(ctx, login)
    assert logins.verify(ctx, caller) == login
    accounts.change_user(ctx, bob.id, nickname="Robert")
    assert logins.verify(ctx, caller).user.nickname == "Robert"


def test_another_process_hears_of_a_change_within_seconds(ctx, open_ctx, clock, bob):
    other = open_ctx("other")
    assert accounts.user_known(other, bob.id) == bob
    changed = accounts.change_user(ctx, bob.id, nickname="Robert")
    assert accounts.user_known(other, bob.id) == bob
    clock.pass_seconds(10)
    assert accounts.user_known(other, bob.id) == changed
    assert accounts.user_known(other, "00000000000") is None


def test_log_ins_of_both_generations_are_counted_together(open_ctx, bob):
    ctx = open_ctx(rate_limits=True, limit_login="2/minute", limit_login_address="100/minute")
    session = sessions.create(ctx, Caller(api_key="k"), client_type="human")
    caller = Caller(session=session, session_id=session.id, address="here")
    with pytest.raises(LingrError, match="invalid_credentials"):
        sessions.login(ctx, caller, email="bob", password="wrong")
    log_in(ctx)
    with pytest.raises(LingrError, match="rate_limited") as refused:
        log_in(ctx)
    assert 1 <= int(refused.value.fields["seconds"]) <= 60
    log_in(ctx, address="elsewhere")
    with pytest.raises(LingrError, match="rate_limited"):
        log_in(ctx, "bob@example.org")


def test_a_device_logs_in_with_a_token_until_it_is_revoked(ctx, clock, bob):
    laptop, phone = devices.create(ctx, bob, "laptop"), devices.create(ctx, bob, "phone")
    assert devices.TOKEN.fullmatch(laptop)
    assert [(one.name, one.used) for one in devices.devices(ctx, bob)] == [("laptop", 0), ("phone", 0)]
    by_laptop, by_phone, by_password = log_in(ctx, password=laptop), log_in(ctx, password=phone), log_in(ctx)
    assert by_laptop.user == bob
    assert [one.used for one in devices.devices(ctx, bob)] == [clock.now, clock.now]
    assert logins.revoke(ctx, bob, "laptop") == 1
    with pytest.raises(LingrError, match="invalid_session"):
        logins.require(ctx, by_laptop.session.id)
    with pytest.raises(LingrError, match="invalid_credentials"):
        log_in(ctx, password=laptop)
    for other in (by_phone, by_password):
        logins.require(ctx, other.session.id)
    assert [one.name for one in devices.devices(ctx, bob)] == ["phone"]
    with pytest.raises(LingrError, match="invalid_parameter"):
        logins.revoke(ctx, bob, "laptop")


def test_a_token_is_its_users_alone_and_nowhere_in_the_engine(ctx, engine, bob):
    ann = accounts.create_user(ctx, username="ann", email="ann@example.org", password="x")
    token = devices.create(ctx, bob, "laptop")
    with pytest.raises(LingrError, match="invalid_credentials"):
        log_in(ctx, ann.username, token)
    kept = engine.command("HGETALL", keys.devices(bob.id))
    assert token.encode() not in b" ".join(kept)
    log_in(ctx, password=token)


def test_a_user_gives_each_device_another_name(ctx, bob):
    devices.create(ctx, bob, "laptop")
    with pytest.raises(LingrError, match="id_unavailable"):
        devices.create(ctx, bob, " laptop ")
    for name in ("", " ", "x" * 101):
        with pytest.raises(LingrError, match="invalid_parameter"):
            devices.create(ctx, bob, name)


def test_a_password_may_look_like_a_token(ctx):
    password = "lt-" + "a" * 33
    accounts.create_user(ctx, username="odd", email="odd@example.org", password=password)
    assert log_in(ctx, "odd", password).session.device is None


def test_revoking_that_was_cut_short_is_done_by_revoking_again(ctx, bob):
    token = devices.create(ctx, bob, "laptop")
    login = log_in(ctx, password=token)
    digest = devices.find(ctx, bob, "laptop")
    assert ctx.store.devices.revoke(bob.id, digest) == [login.session.id]
    with pytest.raises(LingrError, match="invalid_credentials"):
        log_in(ctx, password=token)
    logins.require(ctx, login.session.id)
    assert [one.is_revoked for one in devices.devices(ctx, bob)] == [True]
    assert logins.revoke(ctx, bob, "laptop") == 1
    with pytest.raises(LingrError, match="invalid_session"):
        logins.require(ctx, login.session.id)


def test_a_token_that_is_revoked_while_somebody_logs_in_opens_no_session(ctx, bob, monkeypatch):
    token = devices.create(ctx, bob, "laptop")
    made = []
    create = type(ctx.store.sessions).create

    def create_and_revoke(self, session):
        create(self, session)
        made.append(session.id)
        assert logins.revoke(ctx, bob, "laptop") == 0

    monkeypatch.setattr(type(ctx.store.sessions), "create", create_and_revoke)
    with pytest.raises(LingrError, match="invalid_credentials"):
        log_in(ctx, password=token)
    for session_id in made:
        with pytest.raises(LingrError, match="invalid_session"):
            logins.require(ctx, session_id)
    assert made


def test_a_devices_sessions_are_bounded(ctx, clock, engine, bob):
    token = devices.create(ctx, bob, "cron")
    digest = devices.find(ctx, bob, "cron")
    first = log_in(ctx, password=token)
    for _ in range(5):
        clock.pass_seconds(1)
        short = log_in(ctx, password=token)
        logins.destroy(ctx, caller_of(ctx, short))
    opened = [first]
    for _ in range(MOST_SESSIONS - 1):
        clock.pass_seconds(1)
        opened.append(log_in(ctx, password=token))
    logins.require(ctx, first.session.id)
    clock.pass_seconds(1)
    newest = log_in(ctx, password=token)
    with pytest.raises(LingrError, match="invalid_session"):
        logins.require(ctx, first.session.id)
    for one in (opened[1], newest):
        logins.require(ctx, one.session.id)
    assert engine.command("ZCARD", keys.device_sessions(bob.id, digest)) == MOST_SESSIONS
