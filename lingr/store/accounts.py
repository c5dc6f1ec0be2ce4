"""API keys and users."""

from __future__ import annotations

from dataclasses import dataclass

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.records import from_json, to_json
from lingr.store.scripts import run
from lingr.values import ApiKey, User


@dataclass(frozen=True, slots=True)
class Accounts:
    """Names and addresses are matched without regard to case."""

    engine: Engine

    def create_api_key(self, api_key: ApiKey) -> None:
        self.engine.command("HSET", keys.api_keys(), api_key.id, to_json(api_key), safe=True)

    def api_key(self, api_key_id: str) -> ApiKey | None:
        raw = self.engine.command("HGET", keys.api_keys(), api_key_id, safe=True)
        return from_json(raw, ApiKey) if raw else None

    def api_key_for(self, purpose: str, fresh: ApiKey) -> tuple[ApiKey, bool]:
        """The key that serves a purpose of the server's own, or ``fresh``, and whether it is that."""
        found, made = run(
            self.engine,
            "api_key_for",
            [keys.api_keys(), keys.named_api_keys()],
            [purpose, fresh.id, to_json(fresh)],
            safe=True,
        )
        return from_json(found, ApiKey), bool(made)

    def create_user(self, user: User) -> None:
        """Raises LingrError ``id_unavailable`` when the address or the user name is taken."""
        run(
            self.engine,
            "user_create",
            [keys.users(), keys.emails(), keys.usernames()],
            [user.id, user.email.lower(), user.username.lower(), to_json(user)],
        )

    def user(self, user_id: str) -> User | None:
        raw = self.engine.command("HGET", keys.users(), user_id, safe=True)
        return from_json(raw, User) if raw else None

    def user_named(self, name: str) -> User | None:
        """The user with this e-mail address or user name."""
        lower = name.lower()
        for user_id in self.engine.commands(
            [("HGET", keys.emails(), lower), ("HGET", keys.usernames(), lower)], safe=True
        ):
            if user_id:
                return self.user(user_id.decode())
        return None
