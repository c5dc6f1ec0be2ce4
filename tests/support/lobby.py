"""A room and those in it, by the store alone."""

from __future__ import annotations

from typing import Any

from lingr.ids import ticket_of
from lingr.store import Store
from lingr.store.entrances import Entered
from lingr.store.rates import Allowance
from lingr.values import Message, Occupant, Room
from support.fakes import MIDNIGHT

EPOCH = "the-first"
UNLIMITED = Allowance(0, 0)


def blank(room_id: str = "lobby", **fields: Any) -> Room:
    given = {
        "name": "Lobby",
        "description": "",
        "tags": (),
        "timezone": "Tokyo",
        "listed": True,
        "owner_id": None,
        "password": None,
        "created": MIDNIGHT,
    }
    counts = dict.fromkeys(("counter", "max_user_message_id", "chatter_count", "observer_count", "roster"), 0)
    return Room(room_id, **{**given, **counts, **fields})


def occupant_of(who: str, nickname: str | None = None, **fields: Any) -> Occupant:
    return Occupant(f"{who}-occupant", "human", nickname=nickname, **fields)


class Lobby:
    """The room ``lobby``; sessions, tickets and occupants are called after those who enter."""

    def __init__(self, store: Store, room_id: str = "lobby") -> None:
        self.store = store
        self.id = room_id
        store.rooms.create(blank(room_id), EPOCH)

    def ticket(self, who: str) -> str:
        return ticket_of(self.id, f"{who:0>11}")

    def enter(self, who: str, nickname: str | None = None, *, again: bool = False, **fields: Any) -> str:
        """Returns the ticket held."""
        return self.come(who, again=again, occupant=occupant_of(who, nickname, **fields)).ticket

    def come(self, who: str, **options: Any) -> Entered:
        """An entrance with any of its arguments another one."""
        usual = {
            "session_id": f"{who}-session",
            "ticket": self.ticket(who),
            "occupant": occupant_of(who),
            "password": None,
            "again": False,
            "now": MIDNIGHT,
            "due": MIDNIGHT,
            "joined": " came",
            "most": 300,
        }
        return self.store.entrances.enter(self.id, **{**usual, **options})

    def say(
        self,
        who: str,
        text: str,
        request: str = "",
        target: str = "",
        allowance: Allowance = UNLIMITED,
        **times: int,
    ) -> Message:
        times = {"remember": 100_000, "now": MIDNIGHT, **times}
        return self.store.rooms.say(
            self.id,
            session_id=f"{who}-session",
            ticket=self.ticket(who),
            text=text,
            target=target,
            request_id=request or f"{who} {text}",
            attempt="",
            again=False,
            allowance=allowance,
            **times,
        )[0]

    def rename(self, who: str, nickname: str) -> None:
        self.store.rooms.rename(
            self.id,
            session_id=f"{who}-session",
            ticket=self.ticket(who),
            nickname=nickname,
            now=MIDNIGHT,
            joined=" came",
            renamed=" is now ",
        )

    def exit(self, who: str) -> None:
        self.store.rooms.exit(
            self.id, session_id=f"{who}-session", ticket=self.ticket(who), now=MIDNIGHT, left=" went"
        )

    def log(self) -> list[tuple[int, str, str]]:
        """Number, type and text of every event."""
        return [(one.id, one.type, one.text) for one in self.store.log.after(self.id, 0, 1000)]

    def roster(self) -> list[tuple[str, str | None]]:
        return [(one.id, one.nickname) for one in self.store.rooms.roster(self.id)]

    def room(self) -> Room:
        room = self.store.rooms.find(self.id)
        assert room is not None
        return room
