"""The frozen records of what was said long ago, as they travel between layers."""

from __future__ import annotations

from dataclasses import dataclass

from lingr.values import Message, Room


@dataclass(frozen=True, slots=True)
class Archive:
    """What room.getArchives answers: a room, and messages of one day there, oldest first."""

    room: Room
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was searched for, where it was said, and how good it is, from 0.0 to 1.0."""

    room: Room
    message: Message
    score: float
