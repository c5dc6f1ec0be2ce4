"""Sessions of the 2009 API that are there, as long as they poll."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from lingr.domain import attendance
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.store.subscribed import Subscribed

RENEWAL_MILLISECONDS = 3_600_000
"""How long a session whose polls need no look at it is left alone: asking for it keeps it alive."""


def stay(ctx: Context, known: Subscribed) -> None:
    """Notes that a session is there; if it had fallen silent it comes back into its rooms."""
    if not known.is_offline and known.rooms and attendance.stay(ctx, known.session):
        attendance.come(ctx, known.session, known.names)


def flush(ctx: Context, polling: Callable[[str], bool]) -> None:
    """Writes down which sessions were there; ``polling`` tells whether one's poll waits right now."""
    for session_id in attendance.flush(ctx, polling):
        known = ctx.store.subscriptions.known(session_id)
        if known is not None:
            # Whom this fails for, because its session has ended, say, does not keep the others away.
            with suppress(LingrError):
                stay(ctx, known)
    ctx.store.subscriptions.flush()
    _renew(ctx, polling)
    ctx.store.subscriptions.prune(ctx.clock())


def _renew(ctx: Context, polling: Callable[[str], bool]) -> None:
    now = ctx.clock()
    oldest = now - RENEWAL_MILLISECONDS
    for session_id in ctx.store.subscriptions.stale(oldest):
        if polling(session_id):
            try:
                ctx.store.subscriptions.of(session_id, now=now, oldest=oldest)
            except LingrError as error:
                known = ctx.store.subscriptions.known(session_id)
                if known is None or error.name != "invalid_session":
                    raise
                # Its next poll finds out.
                known.home.good = False
