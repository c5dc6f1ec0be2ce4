"""Which messages users like. They are kept with the room, and go with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.scripts import run

MOST_FAVORITES = 1000
"""Messages of one room that a user likes; one more, and the oldest of them is none any more."""

_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Favorites:
    """``number`` is a message's id; ``counter`` is its id in the room."""

    engine: Engine

    def add(self, room_id: str, user_id: str, number: int, counter: int) -> None:
        """Raises LingrError ``unknown_message`` if the room has forgotten it, ``already_favorite``."""
        names = (*keys.room(room_id, self.engine.database), keys.liked(room_id))
        run(self.engine, "room_like", names, [user_id, _digits(number), counter, MOST_FAVORITES])

    def remove(self, room_id: str, user_id: str, number: int) -> bool:
        """Returns whether it was one."""
        return bool(self.engine.command("ZREM", keys.liked(room_id), f"{user_id} {_digits(number)}"))

    def among(self, user_id: str, shown: Sequence[tuple[str, Sequence[int]]]) -> list[tuple[int, ...]]:
        """Which of the messages a user likes; each room comes with ids that rise."""
        asked = [(room_id, numbers) for room_id, numbers in shown if numbers]
        replies = (
            self.engine.commands(
                [
                    (
                        "ZRANGEBYLEX",
                        keys.liked(room_id),
                        f"[{user_id} {_digits(numbers[0])}",
                        f"[{user_id} {_digits(numbers[-1])}",
                    )
                    for room_id, numbers in asked
                ],
                safe=True,
            )
            if asked
            else []
        )
        found = iter(replies)
        return [
            tuple(one for one in map(_number, next(found)) if one in numbers) if numbers else ()
            for _, numbers in shown
        ]

    def forget(self, room_id: str) -> None:
        """Nobody likes anything any more in a room that is gone."""
        self.engine.command("UNLINK", keys.liked(room_id), safe=True)


def _digits(number: int) -> str:
    # As texts they are in the order of the numbers.
    return f"{number:0{_DIGITS}d}"


def _number(raw: bytes) -> int:
    return int(raw[-_DIGITS:])
