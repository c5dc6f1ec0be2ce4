"""Guessing passwords: so many attempts per address, and no more."""

from __future__ import annotations

import pytest

from lingr.domain import accounts, doors, rooms, sessions
from lingr.domain.context import Caller
from lingr.errors import LingrError


def test_a_rooms_password_can_be_guessed_so_often_from_one_address(open_ctx):
    ctx = open_ctx(rate_limits=True, limit_room_password="2/minute")
    kept = rooms.create(ctx, id="cellar", name="Cellar", password="sesame").password

    def admit(address, password):
        doors.admit(ctx, Caller(address=address), "cellar", kept, password)

    for _ in range(2):
        with pytest.raises(LingrError, match="invalid_room_password"):
            admit("one", "wrong")
    with pytest.raises(LingrError, match="rate_limited"):
        admit("one", "sesame")
    admit("two", "sesame")
    # This process has found it right before, so it is no attempt.
    admit("one", "sesame")


def test_log_ins_are_counted_per_address_and_account_and_per_address(open_ctx):
    ctx = open_ctx(rate_limits=True, limit_login="1/minute", limit_login_address="3/minute")
    accounts.create_user(ctx, username="ann", email="ann@example.com", password="secret")

    def log_in(address, email, password="wrong"):
        session = sessions.create(ctx, Caller(api_key="k"), client_type="human")
        caller = Caller(session=session, session_id=session.id, address=address)
        try:
            sessions.login(ctx, caller, email=email, password=password)
        except LingrError as error:
            return error.name
        return "ok"

    assert log_in("one", "ann") == "invalid_credentials"
    assert log_in("one", "ann", "secret") == "rate_limited"
    assert log_in("two", "ann", "secret") == "ok"
    assert log_in("one", "bob") == "invalid_credentials"
    assert log_in("one", "cid") == "rate_limited"
