"""Makes sessions of the 2009 API in bulk, without log-ins: `python -m bench.sessions bench 1 1000 50`.

Prints a line for each: its id, and the counter to observe from. The rooms must be there.
"""

from __future__ import annotations

import sys

from lingr.app import make_context
from lingr.domain import attendance, rooms, subscribing
from lingr.domain.context import Caller, Context
from lingr.settings import Settings
from lingr.values import Session, User


def main(prefix: str, number: int, observers: int, heard: int) -> None:
    """First a speaker for each room PREFIX0, PREFIX1, ...; then the observers of the first one, and so on.

    Each observer is subscribed to its room and to others, made here, in which nobody speaks: ``heard`` rooms
    in all. They are the same for all observers, half of them before and half behind its own by their ids.
    """
    ctx = make_context(Settings())
    quiet = [f"{'az'[place % 2]}-quiet{place}" for place in range(heard - 1)]
    for room in quiet:
        rooms.create(ctx, id=room, name=room, listed=False)
    speakers = [_session(ctx, f"speaker{room}") for room in range(number)]
    listeners = [
        (_session(ctx, f"listener{room}-{place}"), (f"{prefix}{room}", *quiet))
        for room in range(number)
        for place in range(observers)
    ]
    # They all come online before any of them begins to hear of it.
    for session, room_ids in listeners:
        attendance.come(ctx, session, room_ids)
    for session in speakers:
        print(session.id, 0)
    for session, room_ids in listeners:
        caller = Caller(session=session, session_id=session.id)
        print(session.id, subscribing.subscribe(ctx, caller, rooms=room_ids, reset=True))


def _session(ctx: Context, name: str) -> Session:
    # Nobody logs in with that password.
    user = User(
        id=ctx.new_id(),
        username=name,
        email=f"{name}@example.org",
        password="",
        nickname=name,
        description="",
        created=0,
    )
    ctx.store.accounts.create_user(user)
    session = Session(
        id=ctx.new_id() + ctx.new_id(),
        api_key="",
        client_type="human",
        user_id=user.id,
        username=user.username,
        public_id=ctx.new_id(),
    )
    ctx.store.sessions.create(session)
    return session


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
