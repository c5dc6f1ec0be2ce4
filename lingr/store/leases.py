"""Who of all processes does what one does for all."""

from __future__ import annotations

import time
from dataclasses import dataclass

from lingr.store.client import Engine
from lingr.store.scripts import run


@dataclass(slots=True)
class Lease:
    """A lease by the name of its ``key``; ``process`` names this process among all that serve the data set.

    It keeps twice the same work from being done, not two from doing it at once: after an engine has lost it,
    another process may take it while this one still believes that it has it.
    """

    engine: Engine
    key: str
    process: str
    _believed_until: float = 0.0

    def hold(self, milliseconds: int) -> bool:
        """Whether this process has the lease; believed without asking until half of its time is over.

        Raises LingrError ``unavailable``.
        """
        return time.monotonic() < self._believed_until or self.renew(milliseconds)

    def renew(self, milliseconds: int) -> bool:
        """Takes the lease if nobody has it, or keeps it, for so long; returns whether this process has it.

        Raises LingrError ``unavailable``.
        """
        now = time.monotonic()
        held = bool(run(self.engine, "lease_hold", [self.key], [self.process, milliseconds], safe=True)[0])
        self._believed_until = now + milliseconds / 2000 if held else 0.0
        return held
