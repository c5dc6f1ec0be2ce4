"""What sessions of the 2009 API are subscribed to, as the engine keeps it and as it is known here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.mirror import Home, Mirror
from lingr.store.records import hash_of, session_of
from lingr.store.scripts import Call, run, run_all
from lingr.store.subscribed import Passage, Subscribed
from lingr.values import Holder

MOST_PASSAGES = 100
AT_ONCE = 500
"""Sessions that are written down in one round trip."""

FORGOTTEN_MILLISECONDS = 300_000
"""How long a session is remembered here after its last poll."""


@dataclass(slots=True)
class Subscriptions:
    """``lifetime`` is how long a session of this kind lives without a call, in milliseconds.

    ``process`` names this process among all that serve the data set.
    """

    engine: Engine
    mirror: Mirror
    lifetime: int
    process: str
    _known: dict[str, Subscribed] = field(default_factory=dict)

    def of(self, session_id: str, *, now: int, oldest: int, polls: bool = False) -> Subscribed:
        """What a session is subscribed to, from memory if that was checked since ``oldest`` (ms).

        ``polls``: from now on this process serves its polls.

        Memory is as good as the engine only for who would have heard of a change: one whose rooms are all
        followed, and were when it was read. Raises LingrError ``invalid_session``.
        """
        known = self._known.get(session_id)
        if known is not None and known.home.checked >= oldest and known.is_sure and self._is_heard(known):
            return known
        if known is not None and self._is_heard(known) and self._check(known, now, polls):
            return known
        known = self._open(session_id, now, polls)
        for room_id in known.rooms:
            followed = self.mirror.rooms.get(room_id)
            if followed is not None:
                # From now on it is heard here when somebody changes what this says.
                followed.homes[session_id] = known.home
        return known

    def _is_heard(self, known: Subscribed) -> bool:
        """Whether changes of what is known have been heard since it was read."""
        followed, session_id, home = self.mirror.rooms, known.session.id, known.home
        if not home.good or not known.rooms:
            return False
        if not known.is_heard:
            # A room that is followed no longer spoils the homes in it, so this need not be asked again.
            known.is_heard = all(
                room_id in followed and followed[room_id].homes.get(session_id) is home
                for room_id in known.rooms
            )
        return known.is_heard

    def _check(self, known: Subscribed, now: int, polls: bool) -> bool:
        """Whether what is known still holds; from now on that is sure as long as changes are heard."""
        places = self._read(known.session.id, known, polls)[1]
        if places.get(".version", "") != known.version or not known.home.good:
            return False
        known.home.checked, known.is_sure = now, True
        known.told, known.sent = int(places.get(".told", known.told)), int(places.get(".sent", known.sent))
        known.process, known.noted = places.get(".process", ""), int(places.get(".noted", "0"))
        return True

    def known(self, session_id: str) -> Subscribed | None:
        """The same, if it is at hand and holds."""
        known = self._known.get(session_id)
        return known if known is not None and known.home.good else None

    def passages(self, subscribed: Subscribed) -> tuple[Passage, ...]:
        """How the session came to its number, the newest first."""
        if subscribed.passages is None:
            name = keys.passages(subscribed.session.id)
            entries = self.engine.command("XREVRANGE", name, "+", "-", "COUNT", MOST_PASSAGES, safe=True)
            subscribed.passages = tuple(msgspec.json.decode(one[1][1], type=Passage) for one in entries)
        return subscribed.passages

    def write(
        self,
        subscribed: Subscribed,
        number: int,
        rooms: Mapping[str, int],
        *,
        told: int,
        passage: Passage | None = None,
        removed: Iterable[str] = (),
        afresh: bool = False,
    ) -> bool:
        """Writes down that a session stands at ``number``, and where it is in some rooms.

        ``told`` is the last number that it is known to have been told. ``afresh`` forgets how it got there.
        Returns False, and changes nothing, if somebody else has written since this was read. Raises
        LingrError ``invalid_session``.
        """
        gone = list(removed)
        version = run(
            self.engine,
            "subscription_write",
            self._names(subscribed.session.id),
            [
                self.lifetime,
                subscribed.version,
                number,
                told,
                int(afresh),
                MOST_PASSAGES,
                b"" if passage is None else msgspec.json.encode(passage),
                len(gone),
                *gone,
                *(part for pair in rooms.items() for part in pair),
            ],
        )[0]
        if not version:
            subscribed.home.good = False
            return False
        subscribed.number, subscribed.told, subscribed.version = number, told, version.decode()
        if afresh:
            subscribed.sent, subscribed.home.told, subscribed.home.asked = told, None, None
        subscribed.rooms.update(rooms)
        for room_id in gone:
            subscribed.rooms.pop(room_id, None)
            # Its home is another one: polls are not to wait where they did.
            subscribed.home.good = False
        if afresh:
            subscribed.passages = ()
        if passage is not None and subscribed.passages is not None:
            subscribed.passages = (passage, *subscribed.passages)[:MOST_PASSAGES]
        return True

    def set_offline(self, subscribed: Subscribed, is_offline: bool) -> None:
        """Has the session hear its rooms without being there, or be there again."""
        name = keys.subscriptions(subscribed.session.id)
        change = ("HSET", name, ".offline", 1) if is_offline else ("HDEL", name, ".offline")
        again: tuple[Argument, ...] = ("HINCRBY", name, ".version", 1)
        self.engine.commands([change, again, ("PEXPIRE", name, self.lifetime)], safe=True)
        subscribed.home.good = False
        subscribed.is_offline = is_offline

    def recheck(self, session_id: str, room_id: str) -> None:
        """Has every process forget what it knows of a session that hears this room."""
        run(self.engine, "room_recheck", keys.room(room_id, self.engine.database), [session_id], safe=True)

    def wake(self, user_id: str) -> None:
        """Has those polls look again that wait under the user's name, of sessions that hear no room."""
        channel = keys.user(user_id, self.engine.database).channel
        self.engine.command("SPUBLISH", channel, '{"counter":0}', safe=True)

    def forget(self, session_id: str) -> None:
        """Forgets a session that has ended."""
        known = self._known.pop(session_id, None)
        if known is not None:
            known.home.good = False
        self.engine.command("UNLINK", *self._names(session_id)[1:], safe=True)

    def note(self, home: Home) -> None:
        """Writes down how far a session was told, for a process that waits to know."""
        known = self._known.get(home.session_id)
        if known is not None and known.home is home and known.process == self.process:
            names = [keys.subscriptions(home.session_id)]
            run(self.engine, "subscription_told", names, [*_told(known), 1], safe=True)
            home.written = home.told

    def flush(self) -> None:
        """Writes down how far sessions were told, so that other processes know it, too."""
        due = [one for one in self._known.values() if one.home.told != one.home.written]
        for start in range(0, len(due), AT_ONCE):
            part = due[start : start + AT_ONCE]
            told = [(one, one.home.told) for one in part]
            run_all(
                self.engine,
                [
                    Call(
                        "subscription_told",
                        [keys.subscriptions(one.session.id)],
                        [*_told(one), 0],
                    )
                    for one, number in told
                ],
                safe=True,
            )
            for one, number in told:
                one.home.written = number

    def stale(self, oldest: int) -> list[str]:
        """The sessions at hand of which the engine was last asked before a time (ms)."""
        return [one for one, known in self._known.items() if known.home.good and known.home.checked < oldest]

    def prune(self, now: int) -> None:
        """Forgets here whoever has not polled for a while."""
        for session_id, one in list(self._known.items()):
            if one.home.seen < now - FORGOTTEN_MILLISECONDS:
                del self._known[session_id]
                one.home.good = False
                self._unlist(one)

    def _open(self, session_id: str, now: int, polls: bool) -> Subscribed:
        # It stays until then: if the engine is away, what it says is not lost.
        former = self._known.get(session_id)
        fields, places = self._read(session_id, former, polls)
        session = session_of(session_id, fields)
        version, number = places.pop(".version", ""), int(places.pop(".number", "0"))
        told = int(places.pop(".told", number))
        sent = int(places.pop(".sent", told))
        is_offline = places.pop(".offline", None) is not None
        process, noted = places.pop(".process", ""), int(places.pop(".noted", "0"))
        rooms = {room_id: int(position) for room_id, position in sorted(places.items())}
        holder = Holder(session.public_id or "", session.user_id)
        home = Home(session_id, session_id, next(iter(rooms), ""), holder, now, 0, False)
        home.seen = now
        if former is not None:
            former.home.good = False
            home.told, home.noted, home.written = former.home.told, former.home.noted, former.home.written
            self._unlist(former)
        known = self._known[session_id] = Subscribed(
            session, rooms, number, version, told, sent, home, is_offline, process=process, noted=noted
        )
        return known

    def _read(
        self, session_id: str, known: Subscribed | None, polls: bool
    ) -> tuple[dict[str, str], dict[str, str]]:
        arguments: list[Argument] = [self.lifetime, self.process if polls else ""]
        arguments += ["", ""] if known is None else _told(known)
        fields, raw = run(self.engine, "subscription_open", self._names(session_id), arguments, safe=True)
        return hash_of(fields), hash_of(raw)

    def _unlist(self, former: Subscribed) -> None:
        for room_id in former.rooms:
            followed = self.mirror.rooms.get(room_id)
            if followed is not None and followed.homes.get(former.session.id) is former.home:
                del followed.homes[former.session.id]

    @staticmethod
    def _names(session_id: str) -> tuple[str, str, str]:
        return keys.session(session_id), keys.subscriptions(session_id), keys.passages(session_id)


def _told(known: Subscribed) -> list[Argument]:
    return [known.told_surely, known.sent_last]
