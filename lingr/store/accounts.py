"""API keys and users."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.records import from_json, to_json
from lingr.store.scripts import run
from lingr.values import ApiKey, User

BELIEVED_MILLISECONDS = 10_000
"""How long an API key or an account is taken from memory before the engine is asked again."""

MOST_BELIEVED = 1000


@dataclass(frozen=True, slots=True)
class Accounts:
    """Names and addresses are matched without regard to case."""

    engine: Engine
    _believed: OrderedDict[str, tuple[int, ApiKey]] = field(default_factory=OrderedDict)
    _known: OrderedDict[str, tuple[int, User]] = field(default_factory=OrderedDict)

    def create_api_key(self, api_key: ApiKey) -> None:
        self.engine.command("HSET", keys.api_keys(), api_key.id, to_json(api_key), safe=True)

    def api_key(self, api_key_id: str, now: int) -> ApiKey | None:
        """The API key of that id, which may be what it was some seconds before ``now``.

        Nothing takes a key away yet; one that is taken away would be good for ten seconds more in a
        process that has just seen it.
        """
        since, known = self._believed.get(api_key_id, (0, None))
        if known is not None and since <= now < since + BELIEVED_MILLISECONDS:
            return known
        raw = self.engine.command("HGET", keys.api_keys(), api_key_id, safe=True)
        if not raw:
            self._believed.pop(api_key_id, None)
            return None
        found = from_json(raw, ApiKey)
        self._believed[api_key_id] = now, found
        if len(self._believed) > MOST_BELIEVED:
            self._believed.popitem(last=False)
        return found

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
        """Raises LingrError ``id_unavailable`` when the address or the user name is taken, or a bot's id."""
        run(
            self.engine,
            "user_create",
            [keys.users(), keys.emails(), keys.usernames(), keys.bot_names()],
            [user.id, user.email.lower(), user.username.lower(), to_json(user)],
        )

    def picture(self, user_id: str, icon: str | None) -> str | None:
        """Gives a user an icon, or none; returns the former. Raises LingrError ``invalid_parameter``."""
        self._known.pop(user_id, None)
        former = run(self.engine, "user_icon", [keys.users()], [user_id, icon or ""], safe=True)[0]
        return former.decode() or None

    def edit_user(self, user_id: str, fields: Mapping[str, str]) -> User:
        """Gives fields of an account other values. Raises LingrError ``invalid_parameter``."""
        arguments: list[Argument] = [user_id, msgspec.json.encode(fields)]
        self._known.pop(user_id, None)
        return from_json(run(self.engine, "user_edit", [keys.users()], arguments, safe=True)[0], User)

    def user(self, user_id: str) -> User | None:
        raw = self.engine.command("HGET", keys.users(), user_id, safe=True)
        return from_json(raw, User) if raw else None

    def user_known(self, user_id: str, now: int) -> User | None:
        """The user of that id, which may be what it was some seconds before ``now``."""
        since, known = self._known.get(user_id, (0, None))
        if known is not None and since <= now < since + BELIEVED_MILLISECONDS:
            return known
        found = self.user(user_id)
        if found is not None:
            self._known[user_id] = now, found
            if len(self._known) > MOST_BELIEVED:
                self._known.popitem(last=False)
        return found

    def users(self, user_ids: Sequence[str]) -> dict[str, User]:
        """The users of these ids, by id; unknown ones are left out."""
        found = self.engine.command("HMGET", keys.users(), *user_ids, safe=True) if user_ids else []
        return {user_id: from_json(raw, User) for user_id, raw in zip(user_ids, found, strict=True) if raw}

    def user_named(self, name: str) -> User | None:
        """The user with this e-mail address or user name."""
        accounts = [keys.users(), keys.emails(), keys.usernames()]
        raw = run(self.engine, "user_named", accounts, [name.lower()], safe=True)[0]
        return from_json(raw, User) if raw else None
