"""Sessions and the tickets they hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.records import hash_of, session_of
from lingr.store.scripts import run
from lingr.values import Session


@dataclass(slots=True)
class Sessions:
    """``lifetime`` is how long a session lives without a call, in milliseconds."""

    engine: Engine
    lifetime: int
    _pending: set[str] = field(default_factory=set)

    def create(self, session: Session) -> None:
        arguments: list[Argument] = [
            self.lifetime,
            "api_key",
            session.api_key,
            "client_type",
            session.client_type,
            "source",
            session.source,
        ]
        run(self.engine, "session_create", [keys.session(session.id)], arguments, safe=True)

    def touch(self, session_id: str) -> Session:
        """The session, kept alive by the asking. Raises LingrError ``invalid_session``."""
        fields = self._run("session_touch", session_id, self.lifetime, safe=True)[0]
        return session_of(session_id, hash_of(fields))

    def login(self, session_id: str, user_id: str) -> list[str]:
        """Returns the session's tickets. Raises LingrError ``invalid_session``, ``already_logged_in``."""
        return _texts(self._run("session_login", session_id, user_id)[0])

    def logout(self, session_id: str) -> list[str]:
        """Returns the session's tickets. Raises LingrError ``invalid_session``, ``not_logged_in``."""
        return _texts(self._run("session_logout", session_id)[0])

    def enter(self, session_id: str, ticket: str) -> str | None:
        """Notes a ticket that the session is about to use; returns the session's user id.

        Raises LingrError ``invalid_session``.
        """
        user_id: bytes = self._run("session_enter", session_id, ticket, self.lifetime)[0]
        return user_id.decode() or None

    def forget(self, session_id: str, ticket: str) -> None:
        """Notes that the session no longer has a ticket."""
        self.engine.command("SREM", keys.session_tickets(session_id), ticket, safe=True)

    def destroy(self, session_id: str) -> list[str]:
        """Returns the tickets the session had. Raises LingrError ``invalid_session``."""
        return _texts(self._run("session_destroy", session_id)[0])

    def seen(self, session_id: str) -> None:
        """Notes that a session was active; ``flush`` writes it down."""
        self._pending.add(session_id)

    def flush(self) -> None:
        """Keeps every session alive that was noted as active."""
        noted, self._pending = self._pending, set()
        if not noted:
            return
        names = [name for one in noted for name in (keys.session(one), keys.session_tickets(one))]
        try:
            self.engine.commands([("PEXPIRE", name, self.lifetime) for name in names], safe=True)
        except Exception:
            self._pending |= noted
            raise

    def _run(self, script: str, session_id: str, *arguments: str | int, safe: bool = False) -> list[Any]:
        names = [keys.session(session_id), keys.session_tickets(session_id)]
        return run(self.engine, script, names, arguments, safe=safe)


def _texts(raw: list[bytes]) -> list[str]:
    return [one.decode() for one in raw]
