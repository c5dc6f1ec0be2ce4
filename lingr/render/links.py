"""The addresses that answers tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from lingr.values import Message, Room

USER_SIZE = "80x80"
OCCUPANT_SIZE = "48x48"
MESSAGE_SIZE = "26x26"


@dataclass(frozen=True, slots=True)
class Links:
    """Makes addresses. ``base_url`` is the public one of this server, without a slash.

    ``occupant_icon`` and ``message_icon`` are those of people without one.
    """

    base_url: str
    occupant_icon: str = field(init=False)
    message_icon: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "occupant_icon", self.user_picture(None, None, OCCUPANT_SIZE))
        object.__setattr__(self, "message_icon", self.user_picture(None, None, MESSAGE_SIZE))

    def room(self, room_id: str) -> str:
        return f"{self.base_url}/room/{quote(room_id, safe='')}"

    def tag(self, name: str) -> str:
        return f"{self.base_url}/tag/{quote(name, safe='')}"

    def room_picture(self, room: Room) -> str:
        """The icon of a room."""
        if room.icon is None:
            return self.room_icon
        return f"{self.base_url}/images/room/{quote(room.id, safe='')}/{room.icon}/16x16.png"

    def user_picture(self, user_id: str | None, icon: str | None, size: str) -> str:
        """The icon of a user, or of somebody without one, as 80x80, 48x48 or 26x26."""
        if icon is None:
            return f"{self.base_url}/static/icons/user-{size}.png"
        return f"{self.base_url}/images/user/{user_id}/{icon}/{size}.png"

    def message_picture(self, told: Message, size: str) -> str:
        """The icon of who said it: a user, or a bot, which has its icon under its occupant id."""
        return self.user_picture(told.user_id or told.occupant_id, told.icon, size)

    @property
    def room_icon(self) -> str:
        return f"{self.base_url}/static/icons/room-16x16.png"
