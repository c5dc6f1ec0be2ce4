"""The only package that talks to Redis or Valkey."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from lingr.store import keys
from lingr.store.accounts import Accounts
from lingr.store.attendance import Attendance
from lingr.store.bots import Bots
from lingr.store.changes import Changes
from lingr.store.channel import Channel, Connect
from lingr.store.client import Engine
from lingr.store.counters import Counters
from lingr.store.deliveries import Deliveries
from lingr.store.devices import Devices
from lingr.store.directory import Directory
from lingr.store.entrances import Entrances
from lingr.store.favorites import Favorites
from lingr.store.finding import Finding
from lingr.store.index import Index
from lingr.store.leases import Lease
from lingr.store.log import Log
from lingr.store.members import Members
from lingr.store.mirror import Mirror
from lingr.store.numbers import Numbers
from lingr.store.presence import Presence
from lingr.store.rates import Rates
from lingr.store.reading import Reading
from lingr.store.retention import Retention
from lingr.store.rooms import Rooms
from lingr.store.rounds import Rounds
from lingr.store.sessions import Sessions
from lingr.store.speaking import Speaking
from lingr.store.subscriptions import Subscriptions
from lingr.store.tickets import Tickets
from lingr.store.transfers import Transfers
from lingr.store.users import Users

LOGIN_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Store:
    """One module per stored thing, over one engine and one mirror of the followed rooms."""

    engine: Engine
    mirror: Mirror
    rooms: Rooms
    changes: Changes
    entrances: Entrances
    reading: Reading
    log: Log
    tickets: Tickets
    sessions: Sessions
    accounts: Accounts
    devices: Devices
    subscriptions: Subscriptions
    counters: Counters
    presence: Presence
    attendance: Attendance
    rates: Rates
    users: Users
    directory: Directory
    rounds: Rounds
    index: Index
    finding: Finding
    retention: Retention
    transfers: Transfers
    numbers: Numbers
    favorites: Favorites
    deliveries: Deliveries
    members: Members
    bots: Bots
    speaking: Speaking


def open_store(
    url: str,
    *,
    process: str,
    session_seconds: float,
    refresh_seconds: float,
    log_events: int,
    login_seconds: float = LOGIN_SECONDS,
    pause: Callable[[float], None] = time.sleep,
    channel: Callable[[Connect], Channel] | None = None,
) -> Store:
    """A store over the engine at ``url``; for ``pause`` and ``channel`` see Engine.

    Nothing is sent until the first call.
    """
    engine = Engine(url, pause=pause, channel=channel)
    mirror = Mirror()
    lifetime = int(session_seconds * 1000)
    users = Users(engine, process)
    return Store(
        engine,
        mirror,
        Rooms(engine, mirror, log_events),
        Changes(engine),
        Entrances(engine, users, lifetime, log_events),
        Reading(engine),
        Log(engine, mirror),
        Tickets(engine, mirror, process, int(refresh_seconds * 1000)),
        Sessions(engine, lifetime, int(login_seconds * 1000)),
        Accounts(engine),
        Devices(engine),
        Subscriptions(engine, mirror, int(login_seconds * 1000), process),
        Counters(engine, mirror),
        Presence(engine, Lease(engine, keys.sweeper(), process)),
        Attendance(engine, users, log_events, int(refresh_seconds * 1000)),
        Rates(engine),
        users,
        Directory(engine),
        Rounds(engine, Lease(engine, keys.rounder(), process)),
        Index(engine),
        Finding(engine),
        Retention(engine),
        Transfers(engine),
        Numbers(engine, mirror),
        Favorites(engine),
        Deliveries(engine, process),
        Members(engine, mirror, users, log_events),
        Bots(engine),
        Speaking(engine, log_events),
    )
