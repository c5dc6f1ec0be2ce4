"""Hears when something is said in a room that has bots. It is a hint; the rooms' logs are the truth."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import gevent
import structlog

from lingr.domain.deliveries import is_told
from lingr.errors import LingrError
from lingr.store.announcements import Followed, Subscription, SubscriptionLost

READ_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0

log = structlog.get_logger()


class Ears:
    """``heard`` is told of rooms in which something was said, ``unsure`` of those where it may have been."""

    def __init__(
        self,
        connect: Callable[[], Subscription],
        heard: Callable[[str], None],
        unsure: Callable[[str], None],
    ) -> None:
        self._connect = connect
        self._heard = heard
        self._unsure = unsure
        self._rooms: set[str] = set()
        self._subscription: Subscription | None = None

    def follow(self, room_ids: Iterable[str]) -> None:
        """From now on these rooms are listened to, and no others."""
        wanted = set(room_ids)
        fresh, stale = wanted - self._rooms, self._rooms - wanted
        self._rooms = wanted
        subscription = self._subscription
        if subscription is not None:
            try:
                for room_id in fresh:
                    subscription.follow(room_id)
                for room_id in stale:
                    subscription.unfollow(room_id)
            except SubscriptionLost as fault:
                # Who reads finds out by itself, and begins again with all rooms.
                log.debug("announcements lost", fault=str(fault))

    def run(self) -> None:
        """Listens for ever, reconnecting after growing pauses."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                self._begin()
                pause = FIRST_PAUSE_SECONDS
                self._listen()
            except (SubscriptionLost, LingrError) as fault:
                log.warning("announcements lost", fault=str(fault), pause=pause)
            except Exception:
                # Without this greenlet the process would be deaf: begin again, whatever it was.
                log.exception("unspecified failure", what="ears")
            finally:
                self.close()
            gevent.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def close(self) -> None:
        """Hangs up."""
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            subscription.close()

    def _begin(self) -> None:
        subscription = self._connect()
        self._subscription = subscription
        for room_id in list(self._rooms):
            subscription.follow(room_id)

    def _listen(self) -> None:
        subscription = self._subscription
        while subscription is not None:
            for one in subscription.read_all(READ_SECONDS):
                if isinstance(one, Followed) or one.announcement.reset:
                    self._unsure(one.room_id)
                elif one.announcement.event is not None and is_told(one.announcement.event):
                    self._heard(one.room_id)
