"""How often somebody has called, by the `limits` library on the engine that all processes share."""

from __future__ import annotations

import redis
from limits import RateLimitItem
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.client import AWAY, Engine, refused


class Rates:
    """Counts calls in fixed windows that begin with the first call."""

    def __init__(self, engine: Engine) -> None:
        # The address is not used: the library shares the engine's connections.
        storage = RedisStorage("redis://", connection_pool=engine.pool, key_prefix=keys.rates())
        self._limiter = FixedWindowRateLimiter(storage)

    def take(self, figures: RateLimitItem, limit: str, who: str) -> None:
        """Counts a call of ``who`` against a limit. Raises LingrError ``rate_limited``, ``unavailable``."""
        try:
            allowed = self._limiter.hit(figures, limit, who)
        except AWAY as fault:
            raise LingrError("unavailable") from fault
        except redis.ResponseError as refusal:
            raise refused(refusal) from refusal
        if not allowed:
            raise LingrError("rate_limited")
