"""Engines that are shared, full, or not allowed to write."""

from __future__ import annotations

import pytest

from lingr.domain import rooms
from lingr.errors import LingrError
from lingr.store import open_store
from lingr.values import Occupant, Session


@pytest.fixture
def full(engine):
    """An engine without memory for anything more."""
    engine.command("CONFIG", "SET", "maxmemory", "1")
    yield engine
    engine.command("CONFIG", "SET", "maxmemory", "0")


def test_databases_of_one_engine_hear_nothing_of_each_other(valkey, ctx, listen_to):
    rooms.create(ctx, id="lobby", name="Lobby")
    other = open_store(
        f"{valkey.url}?db=1", process="other", session_seconds=600, refresh_seconds=0, log_events=1000
    )
    ears = listen_to(ctx.store)
    ears.follow("lobby")
    other.rooms.create(rooms.find(ctx, "lobby"), "epoch")
    other.entrances.enter(
        "lobby",
        session_id="s",
        ticket="t",
        occupant=Occupant("o", "human", nickname="Ann"),
        password=None,
        again=False,
        now=1,
        due=1,
        joined=" joined",
        most=300,
    )
    other.engine.close()
    assert ears.heard() == []


def test_a_full_engine_is_unavailable_and_what_was_noted_is_written_later(full, store):
    store.sessions.seen("ann")
    with pytest.raises(LingrError, match="unavailable"):
        store.sessions.create(Session("ann", "k", "human"))
    full.command("CONFIG", "SET", "maxmemory", "0")
    store.sessions.create(Session("ann", "k", "human"))
    assert store.sessions.touch("ann").client_type == "human"


def test_a_read_only_engine_is_unavailable(engine, store):
    engine.command("REPLICAOF", "127.0.0.1", "1")
    try:
        with pytest.raises(LingrError, match="unavailable"):
            store.sessions.create(Session("ann", "k", "human"))
    finally:
        engine.command("REPLICAOF", "NO", "ONE")
