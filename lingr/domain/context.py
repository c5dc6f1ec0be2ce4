"""What a domain function works with, and who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lingr.clock import Clock
from lingr.errors import LingrError
from lingr.files import Files
from lingr.ids import Ids
from lingr.settings import Settings
from lingr.store import Store
from lingr.values import Session

Offload = Callable[..., Any]
"""``offload(function, *arguments)`` returns what the function returns, computed off the loop."""


@dataclass(frozen=True, slots=True)
class Context:
    """The store, the settings, the files, and what comes in from outside: time, ids, pauses (seconds), work.

    ``offload`` is for work that would hold up the loop.
    """

    store: Store
    settings: Settings
    clock: Clock
    new_id: Ids
    offload: Offload
    pause: Callable[[float], None]
    files: Files


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: as much as the method demands has been checked, the rest is None or as it was sent.

    ``source`` is the API key's. ``session`` is there for methods that need one, and
    where one came in place of an API key. Methods that need a ticket get ``session_id`` and ``ticket``
    unchecked: their own script checks both as it acts. So is a ``session_id`` that came beside an API key.
    ``attempt`` names an earlier attempt at the same call, of which nobody knows what became.
    """

    api_key: str | None = None
    session: Session | None = None
    session_id: str = ""
    ticket: str = ""
    address: str = ""
    source: str = "api"
    attempt: str = ""

    @property
    def present(self) -> Session:
        """The session. Raises LingrError ``invalid_session`` without one."""
        if self.session is None:
            raise LingrError("invalid_session")
        return self.session

    @property
    def user_id(self) -> str:
        """The user logged in. Raises LingrError ``not_logged_in`` without one."""
        if self.present.user_id is None:
            raise LingrError("not_logged_in")
        return self.present.user_id
