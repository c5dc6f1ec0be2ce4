"""Users as their clients see them: the profile, five lists of rooms, and a counter of changes.

The lists are kept beside what they repeat, which lies in other slots of the engine. Whoever reads them
compares, and has put right what it finds to be otherwise; that is counted as a change like any other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from lingr.domain import rates
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.store.profile import Place, Profile
from lingr.values import Room, User
from lingr.values_user import UserInfo

MOST_TOLD = 100
"""Rooms in which somebody is that are told; the newest entrances."""

NEWS_MILLISECONDS = 1000
"""News of monitored rooms is counted as a change so often at most."""

FEW_USERS = 500
"""Up to so many users' lists are put right while somebody waits."""

REST_SECONDS = 0.005
"""How long those who talk have the engine for themselves after the lists of some users."""

TRIES = 3
"""How often the lists are read when they change while they are read; after that they are told as they are."""

Found = dict[str, Any]
"""What a reader found to be otherwise than it is kept, as `store.users.Users.settle` wants it."""


def get_info(ctx: Context, caller: Caller) -> UserInfo:
    """The session's user. Raises LingrError ``not_logged_in``, ``rate_limited``."""
    user_id = caller.user_id
    rates.take(ctx, caller.session_id, (rates.USER_INFO, ""))
    return current(ctx, user_id)


def current(ctx: Context, user_id: str, profile: Profile | None = None, *, patient: bool = False) -> UserInfo:
    """The user as it is now, with a counter that covers all that is told.

    ``profile`` is what was read just now, if it was. ``patient``: news of monitored rooms may have to wait.
    """
    for _ in range(TRIES):
        known = profile or ctx.store.users.read(user_id)
        rooms, places = ctx.store.users.rooms(user_id, known)
        found = _found(ctx, user_id, known, rooms, places, patient)
        counter = ctx.store.users.settle(user_id, known.counter, found) if found else known.counter
        if counter is not None:
            break
        profile = None
    return _info(user_id, known, rooms, places, known.counter if counter is None else counter)


def is_stirred(ctx: Context, user_id: str, profile: Profile) -> bool:
    """Whether there may be more to tell than the counter says; asks for less than ``current``."""
    if profile.owns != profile.owned or _mark(profile.user) != profile.mark:
        return True
    if not _may_be_told(ctx, user_id, profile):
        # Where people talk all the time, the rooms are not asked each time somebody does.
        return False
    newest, places = ctx.store.users.stirrings(user_id, profile)
    if len(places) < len(profile.occupied) or None in newest.values():
        return True
    heard = {room_id: one for room_id, one in newest.items() if one is not None}
    return _is_news(heard, profile)


def account_changed(ctx: Context, user_id: str) -> None:
    """To be called when an account has changed: nickname, description or icon."""
    ctx.store.users.change(user_id, _mark(ctx.store.accounts.user(user_id)))


def is_listed_by_few(ctx: Context, room_id: str) -> bool:
    """Whether ``room_changed`` and ``forget_room`` are soon done."""
    return ctx.store.users.listers(room_id) <= FEW_USERS


def room_changed(ctx: Context, room_id: str) -> None:
    """Counts a change for all users who have a room in a list, because it is told otherwise now."""
    for user_ids in ctx.store.users.listing(room_id):
        ctx.store.users.room_changed(user_ids)
        ctx.pause(REST_SECONDS)


def forget_room(ctx: Context, room_id: str) -> None:
    """Takes a room that is no more off the lists of all users. Who was cut off may begin again."""
    for user_ids in ctx.store.users.listing(room_id):
        ctx.store.users.forget_room(room_id, user_ids)
        ctx.pause(REST_SECONDS)


def due_news(ctx: Context) -> list[str]:
    """Users of whose monitored rooms there is news that had to wait, and may be told now."""
    now, put_off = ctx.clock(), ctx.store.users.put_off
    due = [user_id for user_id, when in put_off.items() if when <= now]
    for user_id in due:
        del put_off[user_id]
    return due


def _found(
    ctx: Context,
    user_id: str,
    profile: Profile,
    rooms: Mapping[str, Room],
    places: set[Place],
    patient: bool,
) -> Found:
    owns = {one for one in profile.owns if _owned_by(rooms.get(one), user_id)}
    listed = {*profile.favorite, *profile.monitored, *profile.visited}
    heard = {one: rooms[one].max_user_message_id for one in profile.monitored if one in rooms}
    found: Found = {
        "left": [
            (f"{one.room_id} {one.session_id}", one.score) for one in profile.occupied if one not in places
        ],
        "dead": [one for one in listed if one not in rooms],
        "own": list(owns - profile.owned),
        "disown": list(profile.owned - owns),
    }
    mark = _mark(profile.user)
    if mark != profile.mark:
        found["profile"] = mark
    is_news = _is_news(heard, profile)
    if not is_news or not patient or _may_be_told(ctx, user_id, profile):
        found["heard"] = [(one, newest) for one, newest in heard.items() if newest != profile.heard.get(one)]
        if is_news:
            found["news_at"] = ctx.clock()
    return {name: value for name, value in found.items() if value}


def _is_news(heard: Mapping[str, int], profile: Profile) -> bool:
    return any(newest > profile.heard.get(room_id, 0) for room_id, newest in heard.items())


def _may_be_told(ctx: Context, user_id: str, profile: Profile) -> bool:
    """Whether news may be counted now; if not, ``due_news`` will tell when."""
    when = profile.news_at + NEWS_MILLISECONDS
    # A time that is far ahead was taken by another clock.
    if not 0 < when - ctx.clock() <= NEWS_MILLISECONDS:
        return True
    ctx.store.users.put_off[user_id] = when
    return False


def _info(
    user_id: str, profile: Profile, rooms: Mapping[str, Room], places: set[Place], counter: int
) -> UserInfo:
    if profile.user is None:
        raise LingrError("not_logged_in")

    def known(room_ids: tuple[str, ...]) -> tuple[Room, ...]:
        return tuple(rooms[one] for one in room_ids if one in rooms)

    owned = [rooms[one] for one in profile.owns if _owned_by(rooms.get(one), user_id)]
    occupied = tuple(dict.fromkeys(one.room_id for one in profile.occupied if one in places))
    return UserInfo(
        user=profile.user,
        counter=counter,
        owned=tuple(sorted(owned, key=lambda room: (room.created, room.id))),
        favorite=known(profile.favorite),
        monitored=known(profile.monitored),
        visited=known(profile.visited),
        occupied=known(occupied[-MOST_TOLD:]),
    )


def _owned_by(room: Room | None, user_id: str) -> bool:
    return room is not None and room.owner_id == user_id


def _mark(user: User | None) -> str:
    """Stands for what is told of an account: another one, another mark."""
    told = None if user is None else (user.username, user.email, user.nickname, user.description, user.icon)
    return hashlib.blake2b(msgspec.json.encode(told), digest_size=8).hexdigest()
