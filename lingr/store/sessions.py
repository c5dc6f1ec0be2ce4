"""Sessions and the tickets they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lingr.ids import is_login
from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.records import fields_of_session, hash_of, session_of
from lingr.store.scripts import run
from lingr.values import Session

AT_ONCE = 250
"""Sessions written down in one round trip: nobody waits long for the engine, or for us, because of them."""


@dataclass(slots=True)
class Sessions:
    """``lifetime`` is how long a session lives without a call, in milliseconds.

    ``login_lifetime`` is the same for sessions of the 2009 API.
    """

    engine: Engine
    lifetime: int
    login_lifetime: int
    _pending: set[str] = field(default_factory=set)
    _forgotten: dict[str, set[str]] = field(default_factory=dict)

    def create(self, session: Session) -> None:
        arguments: list[Argument] = [self._lifetime(session.id), *fields_of_session(session)]
        run(self.engine, "session_create", [keys.session(session.id)], arguments, safe=True)

    def touch(self, session_id: str) -> Session:
        """The session, kept alive by the asking. Raises LingrError ``invalid_session``."""
        fields = self._run("session_touch", session_id, self._lifetime(session_id), safe=True)[0]
        return session_of(session_id, hash_of(fields))

    def login(
        self, session_id: str, user_id: str, description: str, icon: str | None = None, username: str = ""
    ) -> list[str]:
        """Returns the session's tickets. Raises LingrError ``invalid_session``, ``already_logged_in``."""
        return _texts(self._run("session_login", session_id, user_id, description, icon or "", username)[0])

    def picture(self, session_id: str, user_id: str, icon: str | None) -> list[str]:
        """Gives the session of a user its icon, or none. Returns the session's tickets.

        A session that has ended, or is another user's by now, is left alone and has none.
        """
        return _texts(self._run("session_icon", session_id, user_id, icon or "", safe=True)[0])

    def logout(self, session_id: str) -> tuple[list[str], str]:
        """Returns the session's tickets, and the user that it had.

        Raises LingrError ``invalid_session``, ``not_logged_in``.
        """
        tickets, user_id = self._run("session_logout", session_id, self.lifetime)
        return _texts(tickets), user_id.decode()

    def forget(self, session_id: str, ticket: str) -> None:
        """Notes that a session no longer has a ticket; ``flush`` writes it down.

        Nothing depends on it but that tickets of no use do not pile up.
        """
        self._forgotten.setdefault(session_id, set()).add(ticket)

    def destroy(self, session_id: str) -> tuple[list[str], str | None]:
        """Returns the tickets that the session had, and its user. Raises LingrError ``invalid_session``."""
        tickets, user_id = self._run("session_destroy", session_id)
        return _texts(tickets), user_id.decode() or None

    def seen(self, session_id: str) -> None:
        """Notes that a session was active; ``flush`` writes it down."""
        self._pending.add(session_id)

    def flush(self) -> None:
        """Keeps every session alive that was noted as active, and has them forget tickets."""
        noted, self._pending = list(self._pending), set()
        forgotten, self._forgotten = list(self._forgotten.items()), {}
        try:
            while noted or forgotten:
                self._write_down(noted[-AT_ONCE:], forgotten[-AT_ONCE:])
                del noted[-AT_ONCE:], forgotten[-AT_ONCE:]
        except Exception:
            self._pending.update(noted)
            for session_id, tickets in forgotten:
                self._forgotten.setdefault(session_id, set()).update(tickets)
            raise

    def _write_down(self, noted: Sequence[str], forgotten: Sequence[tuple[str, set[str]]]) -> None:
        commands: list[tuple[Argument, ...]] = [
            ("PEXPIRE", name, self._lifetime(one))
            for one in noted
            for name in (keys.session(one), keys.session_tickets(one))
        ]
        commands += [("SREM", keys.session_tickets(one), *held) for one, held in forgotten]
        self.engine.commands(commands, safe=True)

    def _lifetime(self, session_id: str) -> int:
        return self.login_lifetime if is_login(session_id) else self.lifetime

    def _run(self, script: str, session_id: str, *arguments: str | int, safe: bool = False) -> list[Any]:
        names = [keys.session(session_id), keys.session_tickets(session_id)]
        return run(self.engine, script, names, arguments, safe=safe)


def _texts(raw: list[bytes]) -> list[str]:
    return [one.decode() for one in raw]
