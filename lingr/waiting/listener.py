"""One greenlet per process hears what the followed rooms announce, and wakes those who wait."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import gevent
import structlog
from gevent.event import Event

from lingr.errors import LingrError
from lingr.store.announcements import Announcement, Followed, Subscription, SubscriptionLost
from lingr.store.keys import USER
from lingr.store.mirror import Home, Mirror
from lingr.waiting.hub import Hub

READ_SECONDS = 5.0
FOLLOW_SECONDS = 2.0
"""How long a poll waits to be sure that announcements come; after that it relies on the rechecks."""

IDLE_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 30.0

_FOLLOWED = Event()
"""In place of an event for each room and user that is followed."""
_FOLLOWED.set()

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the listener has others do.

    ``worth_waking`` says whether an announcement gives waiters anything to look at. ``moved`` is told of
    tickets that another process took over, or wants to know of. ``returned`` is told, when the engine is
    back, the newest counter known of each room from before.
    """

    worth_waking: Callable[[Announcement], bool]
    moved: Callable[[list[Home]], None]
    returned: Callable[[dict[str, int]], None]


class Listener:
    """Follows rooms for as long as somebody is interested, over as many connections as it takes.

    ``process`` is this process's name in announcements.
    """

    def __init__(
        self, connect: Callable[[], Subscription], mirror: Mirror, hub: Hub, process: str, hooks: Hooks
    ) -> None:
        self._connect = connect
        self._mirror = mirror
        self._hub = hub
        self._process = process
        self._hooks = hooks
        self._subscription: Subscription | None = None
        self._followed: dict[str, Event] = {}
        self._interest: dict[str, float] = {}
        self._known: dict[str, int] = {}
        self.connected_at: float | None = None

    def follow(self, *names: str) -> None:
        """Sees to it that announcements are heard, of rooms or users; returns when they are, or after 2 s."""
        now = time.monotonic()
        interest, known = self._interest, self._followed
        unsure = []
        for name in names:
            interest[name] = now
            followed = known.get(name)
            if followed is None or not followed.is_set():
                unsure.append(followed or self._begin_to_follow(name))
        for followed in unsure:
            followed.wait(max(0.0, now + FOLLOW_SECONDS - time.monotonic()))

    def _begin_to_follow(self, name: str) -> Event:
        followed = self._followed[name] = Event()
        self._ask(name)
        return followed

    def prune(self) -> None:
        """Stops following rooms and users that nobody has waited for in the last minute."""
        before = time.monotonic() - IDLE_SECONDS
        for room_id, since in list(self._interest.items()):
            if since < before and not self._hub.has(room_id):
                del self._interest[room_id]
                self._followed.pop(room_id, None)
                self._mirror.unfollow(room_id)
                if self._subscription is not None:
                    self._quietly(self._subscription.unfollow, room_id)

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
                log.exception("unspecified failure", what="listener")
            self._lose()
            gevent.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _begin(self) -> None:
        subscription = self._connect()
        self._subscription = subscription
        self._hooks.returned(self._known)
        self._known = {}
        self.connected_at = time.monotonic()
        for room_id in list(self._followed):
            subscription.follow(room_id)

    def _listen(self) -> None:
        subscription = self._subscription
        while subscription is not None:
            for heard in subscription.read_all(READ_SECONDS):
                if isinstance(heard, Followed):
                    self._now_followed(heard.room_id)
                else:
                    self._take(heard.room_id, heard.announcement)

    def _lose(self) -> None:
        subscription, self._subscription = self._subscription, None
        self.connected_at = None
        for room_id, counter in self._mirror.lose().items():
            self._known[room_id] = max(counter, self._known.get(room_id, 0))
        for name, followed in self._followed.items():
            if followed is _FOLLOWED:
                self._followed[name] = Event()
        if subscription is not None:
            subscription.close()

    def _now_followed(self, room_id: str) -> None:
        followed = self._followed.get(room_id)
        if followed is None:
            return
        if not room_id.startswith(USER):
            self._mirror.follow(room_id)
        followed.set()
        self._followed[room_id] = _FOLLOWED
        # Whatever happened before this moment was not heard.
        self._hub.announce(room_id)

    def _take(self, room_id: str, announcement: Announcement) -> None:
        room = self._mirror.rooms.get(room_id)
        if room is None:
            if room_id.startswith(USER):
                self._take_user(room_id, announcement)
            return
        moved = room.hear(announcement, self._process)
        for ticket in announcement.moved:
            # A poll that has just come in has no home yet; it ends all the same.
            if announcement.home != self._process and ticket not in room.homes:
                self._hub.dismiss(ticket)
        if moved:
            gevent.spawn(self._tell_moved, moved)
        if announcement.gone or announcement.changed:
            for ticket in (*announcement.gone, *announcement.changed):
                self._hub.recheck(ticket)
        settled = announcement.zone is None and not announcement.reset
        if not settled or self._hooks.worth_waking(announcement):
            self._hub.announce(room_id)

    def _take_user(self, name: str, announcement: Announcement) -> None:
        if announcement.home != self._process:
            for ticket in announcement.moved:
                self._hub.dismiss(ticket)
        for ticket in announcement.gone:
            self._hub.recheck(ticket)
        self._hub.announce(name)

    def _tell_moved(self, homes: list[Home]) -> None:
        try:
            self._hooks.moved(homes)
        except LingrError as error:
            log.debug("put off", what="moved", why=str(error))

    def _ask(self, room_id: str) -> None:
        if self._subscription is not None:
            self._quietly(self._subscription.follow, room_id)

    @staticmethod
    def _quietly(send: Callable[[str], None], room_id: str) -> None:
        # The greenlet that reads finds out about the fault by itself, and deals with it.
        try:
            send(room_id)
        except SubscriptionLost as fault:
            log.debug("announcements lost", fault=str(fault))
