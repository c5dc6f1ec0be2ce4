"""Who are the members of rooms, which of them are owners, and which rooms a user is a member of.

The truth is in the rooms. A user's own list lies in another slot: it is written before the room and again
after it, so that no room is missing from it, and whoever reads it asks the rooms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.membership import Membership, membership_of, memberships_of
from lingr.store.mirror import Mirror
from lingr.store.records import claimant_of, hash_of, room_of
from lingr.store.scripts import Call, Step, run, run_all, values_of
from lingr.store.users import Users
from lingr.values import Room, User

BELIEVED_MILLISECONDS = 10_000
"""How long whether a room is public is taken from memory before the engine is asked again."""

MOST_BELIEVED = 10_000


class Seen(NamedTuple):
    """A room, and whether the user in question is a member, and an owner, of it."""

    room: Room
    is_member: bool
    is_owner: bool

    @property
    def is_visible(self) -> bool:
        """Whether that user may see what is said there."""
        return self.is_member or self.room.is_public


class Staff(NamedTuple):
    """The members of a room by user id, and the ids of the users who are in it now."""

    members: dict[str, Membership]
    online: frozenset[str]


class Removed(NamedTuple):
    """Whether somebody was a member, and where it was let out: sessions, each with its ticket or none."""

    was_member: bool
    places: tuple[tuple[str, str], ...]


class _Place(NamedTuple):
    """Whether a room was not public when that was read (ms), and whose it was.

    ``settings`` says which ones it had then, as far as this process hears of it.
    """

    since: int
    closed: bool
    owner_id: str | None
    settings: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Members:
    """``users`` has what is kept of users beside this."""

    engine: Engine
    mirror: Mirror
    users: Users
    log_events: int
    _places: dict[str, _Place] = field(default_factory=dict)

    def rooms(self, public_ids: Sequence[str], user_id: str | None) -> list[Seen | None]:
        """The rooms that go by these ids, in their order; None where there is no such room."""
        steps = [step for one in public_ids for step in (*self._look(one, user_id), self._moved(one))]
        replies = self.engine.commands(steps, safe=True) if steps else []
        found: dict[str, Seen] = {}
        moved: dict[str, str] = {}
        for index, public_id in enumerate(public_ids):
            fields, member, elsewhere = replies[3 * index : 3 * index + 3]
            seen = _seen(public_id, fields, member, user_id)
            if seen is not None and seen.room.public_id == public_id:
                found[public_id] = seen
            elif elsewhere:
                moved[public_id] = claimant_of(elsewhere)
        for public_id, seen in zip(moved, self.rooms_made(list(moved.values()), user_id), strict=True):
            if seen is not None and seen.room.public_id == public_id:
                found[public_id] = seen
        return [found.get(one) for one in public_ids]

    def rooms_made(self, room_ids: Sequence[str], user_id: str | None) -> list[Seen | None]:
        """The same with the ids that the rooms were made with."""
        steps = [step for one in room_ids for step in self._look(one, user_id)]
        replies = self.engine.commands(steps, safe=True) if steps else []
        return [
            _seen(room_id, fields, member, user_id)
            for room_id, fields, member in zip(room_ids, replies[::2], replies[1::2], strict=True)
        ]

    def rooms_of(self, user_id: str) -> list[Room]:
        """The rooms that a user is a member of: first those it made, then by the time of joining."""
        joined = keys.user(user_id, self.engine.database).joined
        owned, noted = self.engine.commands(
            [("SMEMBERS", keys.owned_rooms(user_id)), ("ZRANGE", joined, 0, -1)], safe=True
        )
        wanted = list(dict.fromkeys(raw.decode() for raw in (*sorted(owned), *noted)))
        return [one.room for one in self.rooms_made(wanted, user_id) if one is not None and one.is_member]

    def of(self, room_ids: Sequence[str]) -> list[Staff]:
        """The members of rooms; those who made them are there only if that was noted."""
        steps: list[tuple[Argument, ...]] = []
        for room_id in room_ids:
            room = keys.room(room_id, self.engine.database)
            steps += [("HGETALL", room.members), ("HKEYS", room.online)]
        replies = self.engine.commands(steps, safe=True) if steps else []
        return [
            Staff(memberships_of(members), frozenset(one.decode() for one in online))
            for members, online in zip(replies[::2], replies[1::2], strict=True)
        ]

    def has(self, room_id: str, user_id: str) -> bool:
        """Whether that user was made a member of the room."""
        room = keys.room(room_id, self.engine.database)
        return bool(self.engine.command("HEXISTS", room.members, user_id, safe=True))

    def closed_to(self, room_ids: Sequence[str], user_id: str | None, now: int) -> list[str]:
        """Those of the rooms that are not public, and of which the user is no member.

        Whether they are public is taken from memory for some seconds from ``now`` (ms), who their members are
        is not.
        """
        self._learn([one for one in room_ids if not self._known(one, now)], now)
        closed = [
            one for one in room_ids if (place := self._places[one]).closed and place.owner_id != user_id
        ]
        if user_id is None or not closed:
            return closed
        names = [keys.room(one, self.engine.database).members for one in closed]
        found = self.engine.commands([("HEXISTS", name, user_id) for name in names], safe=True)
        return [one for one, is_member in zip(closed, found, strict=True) if not is_member]

    def _known(self, room_id: str, now: int) -> bool:
        place = self._places.get(room_id)
        if place is None or place.settings != self._settings(room_id):
            return False
        return place.since <= now < place.since + BELIEVED_MILLISECONDS

    def _settings(self, room_id: str) -> tuple[int, int] | None:
        followed = self.mirror.rooms.get(room_id)
        return None if followed is None else (followed.serial, followed.settings)

    def _learn(self, room_ids: Sequence[str], now: int) -> None:
        if not room_ids:
            return
        if len(self._places) > MOST_BELIEVED:
            for one in [one for one in self._places if not self._known(one, now)]:
                del self._places[one]
        names = [keys.room(one, self.engine.database).room for one in room_ids]
        commands = [("HMGET", name, "members_only", "password", "owner_id") for name in names]
        settings = [self._settings(one) for one in room_ids]
        replies = self.engine.commands(commands, safe=True)
        for room_id, heard, found in zip(room_ids, settings, replies, strict=True):
            members_only, password, owner_id = found
            closed = members_only == b"1" or password is not None
            self._places[room_id] = _Place(now, closed, owner_id.decode() if owner_id else None, heard)

    def put(
        self,
        room_id: str,
        user: User,
        *,
        owner: bool | None,
        now: int,
        joined: str,
        raised: str,
        lowered: str,
    ) -> bool:
        """Makes a user a member, and an ``owner`` or none unless that is None; returns whether it was not so.

        ``joined``, ``raised`` and ``lowered`` are what the room is told, after the user's name. Raises
        LingrError ``invalid_room``.
        """
        room = keys.room(room_id, self.engine.database)
        note: Step = ("ZADD", keys.user(user.id, self.engine.database).joined, "NX", now, room_id)
        listing: Step = ("SADD", keys.listing(room_id), user.id)
        wanted = "" if owner is None else int(owner)
        arguments: list[Argument] = [
            user.id,
            _told(user),
            wanted,
            now,
            self.log_events,
            joined,
            raised,
            lowered,
        ]
        steps = [listing, note, Call("member_put", room, arguments), listing, note]
        reply = run_all(self.engine, steps, safe=True)[2]
        try:
            return bool(values_of(reply)[0])
        except LingrError:
            self._unjoin(user.id, room_id, str(now))
            raise

    def note(self, room_id: str, since: Mapping[str, int]) -> None:
        """Notes with users that they are members of a room; ``since`` when each is (ms)."""
        steps: list[tuple[Argument, ...]] = []
        for user_id, time in since.items():
            joined = keys.user(user_id, self.engine.database).joined
            steps += [("SADD", keys.listing(room_id), user_id), ("ZADD", joined, "NX", time, room_id)]
        if steps:
            self.engine.commands(steps, safe=True)

    def remove(self, room_id: str, user: User, *, now: int, quit: str, left: str) -> Removed:
        """Makes a user a member no longer, and has it leave the room if only members may be there.

        ``quit`` is what the room is told of the first, ``left`` of the second, after the user's name. Raises
        LingrError ``invalid_room``.
        """
        joined = keys.user(user.id, self.engine.database).joined
        since = self.engine.command("ZSCORE", joined, room_id, safe=True)
        room = keys.room(room_id, self.engine.database)
        arguments: list[Argument] = [user.id, _told(user), now, self.log_events, quit, left]
        was, raw = run(self.engine, "member_remove", room, arguments, safe=True)
        self._unjoin(user.id, room_id, since or "")
        out = [one.decode() for one in raw]
        places = tuple(zip(out[::2], out[1::2], strict=True))
        self.users.left((user.id, session_id, room_id) for session_id, _ in places)
        return Removed(bool(was), places)

    def _unjoin(self, user_id: str, room_id: str, since: Argument) -> None:
        names = keys.user(user_id, self.engine.database)
        if run(self.engine, "user_unjoin", names, [room_id, since], safe=True)[0]:
            self.users.drop(user_id, room_id)

    def _look(self, room_id: str, user_id: str | None) -> list[tuple[Argument, ...]]:
        room = keys.room(room_id, self.engine.database)
        return [("HGETALL", room.room), ("HGET", room.members, user_id or "")]

    def _moved(self, public_id: str) -> tuple[Argument, ...]:
        return ("GET", keys.moved_here(public_id))


def _seen(room_id: str, fields: list[bytes], member: bytes | None, user_id: str | None) -> Seen | None:
    if not fields:
        return None
    room = room_of(room_id, hash_of(fields))
    if user_id is not None and room.owner_id == user_id:
        return Seen(room, True, True)
    return Seen(room, member is not None, member is not None and membership_of(member).owner)


def _told(user: User) -> bytes:
    told = {"user_id": user.id, "username": user.username, "nickname": user.nickname, "icon": user.icon}
    return msgspec.json.encode({name: value for name, value in told.items() if value is not None})
