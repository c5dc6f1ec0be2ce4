"""People who come with clients of 2009: their sessions are in rooms without tickets."""

from __future__ import annotations

from lingr.domain import attendance
from lingr.domain.context import Context
from lingr.store import keys
from lingr.store.attendance import Notice
from lingr.values import User
from support.people import ROOM, session_of


class Attendant:
    """A session of a user's; ``via`` says through which process it acts from then on."""

    def __init__(self, ctx: Context, user: User) -> None:
        self.ctx = ctx
        self.session = session_of(ctx, user)

    def via(self, ctx: Context) -> Attendant:
        self.ctx = ctx
        return self

    def come(self, *room_ids: str, notice: Notice = "") -> Attendant:
        attendance.come(self.ctx, self.session, room_ids or (ROOM,), notice=notice)
        return self

    def go(self, *room_ids: str, notice: Notice = "gone") -> None:
        attendance.go(self.ctx, self.session.id, room_ids or (ROOM,), notice=notice)

    def end(self, *room_ids: str, notice: Notice = "") -> None:
        attendance.end(self.ctx, self.session.id, room_ids, notice=notice)

    def stay(self) -> bool:
        return attendance.stay(self.ctx, self.session)

    def destroy(self) -> None:
        """Ends the session as its own destruction does, and then its stay."""
        self.ctx.store.sessions.destroy(self.session.id)
        self.end()


def online(ctx: Context, room_id: str = ROOM) -> dict[str, int]:
    """How many occupants each user has in a room."""
    raw = ctx.store.engine.command("HGETALL", keys.room(room_id).online)
    return {user.decode(): int(times) for user, times in zip(raw[::2], raw[1::2], strict=True)}


def turns(ctx: Context, room_id: str = ROOM) -> list[tuple[str, str | None, bool]]:
    """Who came online and who went offline, by user name, and how it was told."""
    events = ctx.store.log.after(room_id, 0, 10_000)
    return [(one.type, one.username, one.online) for one in events if one.online is not None]


def remains(ctx: Context) -> list[str]:
    """What is kept of sessions that attend."""
    names = [raw.decode() for raw in ctx.store.engine.command("KEYS", "*")]
    kept = (keys.attending(), keys.stints(), keys.ended_stints())
    return [name for name in names if name in kept or ":attended:" in name]
