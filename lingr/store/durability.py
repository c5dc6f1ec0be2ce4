"""Whether the engine keeps what it is given."""

from __future__ import annotations

from dataclasses import dataclass

import redis

from lingr.store.client import Engine


@dataclass(frozen=True, slots=True)
class Durability:
    """Whether keys may be evicted, and whether there is an append-only file; None: it cannot be read."""

    evicts: bool | None
    appends: bool | None


def read(engine: Engine) -> Durability:
    """What the engine says about itself, by CONFIG or else by INFO: hosted engines often forbid the first.

    Raises LingrError ``unavailable`` when it does not answer.
    """
    policy = _config(engine, "maxmemory-policy") or _info(engine, "memory", "maxmemory_policy")
    append = _config(engine, "appendonly") or _info(engine, "persistence", "aof_enabled")
    return Durability(
        evicts=None if policy is None else policy != "noeviction",
        appends=None if append is None else append in ("yes", "1"),
    )


def _config(engine: Engine, name: str) -> str | None:
    try:
        reply = engine.command("CONFIG", "GET", name, safe=True)
    except redis.ResponseError:
        return None
    return reply[1].decode() if len(reply) == 2 else None


def _info(engine: Engine, section: str, name: str) -> str | None:
    try:
        reply = engine.command("INFO", section, safe=True)
    except redis.ResponseError:
        return None
    lines = (line.partition(":") for line in reply.decode().splitlines())
    return next((value for key, _, value in lines if key == name), None)
