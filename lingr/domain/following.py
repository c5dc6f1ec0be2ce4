"""Following a user: user.startObserving, user.observe and user.stopObserving."""

from __future__ import annotations

import re

from lingr.domain import users
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.ids import ALPHABET, LENGTH, user_of, user_ticket_of
from lingr.store.keys import USER
from lingr.store.profile import Profile
from lingr.values_user import Observation, UserInfo, UserWatch

TICKET = re.compile(rf"a-u-[{ALPHABET}]{{1,32}}-[{ALPHABET}]{{{LENGTH}}}")


def start(ctx: Context, caller: Caller) -> Observation:
    """A ticket for observing the session's user, and where to begin. Raises LingrError ``not_logged_in``."""
    user_id = caller.user_id
    info = users.current(ctx, user_id)
    ticket = user_ticket_of(user_id, ctx.new_id())
    now = ctx.clock()
    ctx.store.users.follow(
        user_id, ticket, caller.session_id, now=now, due=now + _lifetime(ctx), kept=_kept(ctx)
    )
    return Observation(ticket, info.counter, max(1, int(ctx.settings.hold_seconds)))


def observe(ctx: Context, caller: Caller, *, counter: int) -> UserInfo | UserWatch:
    """The user if its counter is another one, or what to wait for until it is.

    Raises LingrError ``not_logged_in``, ``invalid_ticket``, ``repeated_counter``.
    """
    user_id, now = _user_of(caller), ctx.clock()
    profile = ctx.store.users.poll(
        user_id,
        caller.ticket,
        caller.session_id,
        counter=counter,
        now=now,
        due=now + _kept(ctx),
        kept=_kept(ctx),
    )
    watch = UserWatch(
        f"{USER}{user_id}", user_id, caller.session_id, caller.ticket, counter, profile.monitored
    )
    info = _news(ctx, watch, profile)
    if info is None:
        return watch
    end(ctx, watch)
    return info


def look(ctx: Context, watch: UserWatch) -> UserInfo | None:
    """The user if its counter is another one than when the watch began, or None.

    Raises LingrError ``invalid_ticket``.
    """
    return _news(ctx, watch, ctx.store.users.look(watch.user_id, watch.ticket, watch.session_id))


def end(ctx: Context, watch: UserWatch) -> None:
    """The watch is over: its holder was there until now."""
    ctx.store.users.polled(watch.user_id, watch.ticket, ctx.clock() + _lifetime(ctx))
    ctx.store.sessions.seen(watch.session_id)


def stop(ctx: Context, caller: Caller) -> None:
    """Gives the ticket back; a poll that waits with it ends. Raises LingrError ``invalid_ticket``."""
    ctx.store.users.unfollow(_user_of(caller), caller.ticket, caller.session_id, ctx.clock())


def check(ctx: Context, caller: Caller) -> None:
    """Raises LingrError ``invalid_ticket`` unless the ticket is the session's, for its user, and good."""
    ctx.store.users.look(_user_of(caller), caller.ticket, caller.session_id)


def _news(ctx: Context, watch: UserWatch, profile: Profile) -> UserInfo | None:
    is_same = profile.counter == watch.counter
    if is_same and not users.is_stirred(ctx, watch.user_id, profile):
        return None
    info = users.current(ctx, watch.user_id, profile, patient=is_same)
    return info if info.counter != watch.counter else None


def _user_of(caller: Caller) -> str:
    user_id = caller.user_id
    if not TICKET.fullmatch(caller.ticket) or user_of(caller.ticket) != user_id:
        raise LingrError("invalid_ticket")
    return user_id


def _lifetime(ctx: Context) -> int:
    return int(ctx.settings.ticket_seconds * 1000)


def _kept(ctx: Context) -> int:
    # A poll that is held keeps its ticket alive.
    return _lifetime(ctx) + int(ctx.settings.hold_seconds * 1000)
