"""The process that tells bots what is said, ``python -m lingr.webhooks``; ``lingr bots`` runs it."""

from __future__ import annotations

import os
import signal
import sys

from lingr.serving.patching import patch


def main() -> None:
    """Delivers until SIGTERM or SIGINT. On SIGHUP it ends what is under way and begins anew, as new code."""
    patch()
    # Imported after that: what is imported unpatched stays unpatched.
    import gevent
    from gevent.event import AsyncResult

    from lingr.app import log_at, make_context
    from lingr.bots.addresses import rules_of
    from lingr.bots.calls import Caller
    from lingr.bots.office import Office
    from lingr.settings import Settings
    from lingr.waiting.link import Link

    settings = Settings()
    log_at(settings.log_level)
    ctx = make_context(settings, pause=gevent.sleep, channel=Link)
    office = Office(ctx, Caller(rules_of(settings), settings.bot_seconds, settings.bot_answer_bytes))
    ending: AsyncResult[int] = AsyncResult()
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        gevent.signal_handler(signum, ending.set, signum)
    office.start()
    signum = ending.get()
    office.leave()
    ctx.store.engine.close()
    if signum == signal.SIGHUP:
        os.execv(sys.executable, [sys.executable, "-m", "lingr.webhooks"])


if __name__ == "__main__":
    main()
