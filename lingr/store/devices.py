"""Tokens that take the place of a user's password on one device, and the sessions opened with them.

A token is known by its digest alone. Digests of what nobody can guess need no slow hashing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.records import from_json, to_json
from lingr.store.scripts import run
from lingr.values_v2 import Device

MOST_DEVICES = 100
MOST_SESSIONS = 100
"""Sessions of one device; to open another one ends the oldest."""


@dataclass(frozen=True, slots=True)
class Devices:
    """The devices of users."""

    engine: Engine

    def create(self, user_id: str, digest: str, device: Device) -> None:
        """Raises LingrError ``id_unavailable`` when there is one of that name.

        Raises LingrError ``invalid_parameter`` when the user has too many.
        """
        arguments: list[Argument] = [digest, device.name, to_json(device), MOST_DEVICES]
        run(self.engine, "device_create", [keys.devices(user_id)], arguments)

    def all(self, user_id: str) -> dict[str, Device]:
        """The user's devices by digest, the oldest first."""
        raw = self.engine.command("HGETALL", keys.devices(user_id), safe=True)
        found = {
            digest.decode(): from_json(json, Device) for digest, json in zip(raw[::2], raw[1::2], strict=True)
        }
        return dict(sorted(found.items(), key=lambda one: (one[1].created, one[1].name)))

    def device(self, user_id: str, digest: str) -> Device | None:
        """The user's device with a token of that digest."""
        raw = self.engine.command("HGET", keys.devices(user_id), digest, safe=True)
        return from_json(raw, Device) if raw else None

    def login(self, user_id: str, digest: str, session_id: str, now: int) -> list[str]:
        """Notes a session that was opened with a token; returns those that are too many, the oldest ones.

        Raises LingrError ``invalid_credentials`` if the token is not good any more.
        """
        found = self._run("device_login", user_id, digest, session_id, now, MOST_SESSIONS)
        return [one.decode() for one in found]

    def revoke(self, user_id: str, digest: str) -> list[str]:
        """Has nobody log in with the token any more; returns the sessions that were opened with it."""
        return [one.decode() for one in self._run("device_revoke", user_id, digest)]

    def ended(self, user_id: str, digest: str, session_ids: Iterable[str]) -> None:
        """Forgets sessions that have ended."""
        gone = tuple(session_ids)
        if gone:
            self.engine.command("ZREM", keys.device_sessions(user_id, digest), *gone, safe=True)

    def forget(self, user_id: str, digest: str) -> None:
        """Forgets a device whose sessions have ended."""
        self.engine.commands(
            [
                ("DEL", keys.device_sessions(user_id, digest)),
                ("HDEL", keys.devices(user_id), digest),
            ],
            safe=True,
        )

    def _run(self, script: str, user_id: str, digest: str, *arguments: str | int) -> list[bytes]:
        names = [keys.devices(user_id), keys.device_sessions(user_id, digest)]
        found: list[bytes] = run(self.engine, script, names, [digest, *arguments], safe=True)[0]
        return found
