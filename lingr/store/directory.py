"""The directory: the listed rooms, what they are found by, and how hot they are.

What is here follows from the rooms themselves, and can be made anew from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.scripts import run
from lingr.store.slices import SLICES, TAG_MARK, slices_for, slices_of, tags_in

SCANNED = 1000
_ROOM = re.compile(re.escape(keys.room("\0").room).replace("\0", "([A-Za-z0-9_-]+)"))


class Found(NamedTuple):
    """Ids of hot rooms, the hottest first, and of others, more or less the newest first.

    ``start`` is where to go on; None if all rooms have been looked at.
    """

    hot: list[str]
    others: list[str]
    start: int | None


@dataclass(frozen=True, slots=True)
class Directory:
    """Texts are those that `slices` reads; heat is a number that rises with time, see lingr.domain.heat."""

    engine: Engine

    def note(self, room_id: str, created: int) -> None:
        """Has a room looked at that is about to be listed, in case nobody comes to enter it."""
        self.engine.command("ZADD", keys.listed_rooms(), "NX", created, room_id, safe=True)

    def change(
        self, room_id: str, created: int, *, former: str, text: str, shown: Mapping[str, str]
    ) -> str | None:
        """Makes a room found by ``text`` from now on, or takes it out if that is empty.

        ``shown`` is how the tags in it are shown. ``former`` must be the text it was found by: if it is not,
        that is returned and nothing has changed.
        """
        before, after = slices_of(former), slices_of(text)
        left = [tag for tag in tags_in(former) if tag not in tags_in(text)]
        joined = [tag for tag in tags_in(text) if tag not in tags_in(former)]
        leaves, joins = before - after, after - before
        names = [
            keys.listed_rooms(),
            keys.hot_rooms(),
            keys.directory_texts(),
            keys.directory_numbers(),
            keys.directory_places(),
            keys.directory_vacant(),
            keys.directory_tags(),
            keys.directory_tag_names(),
            *map(keys.directory_slice, [*leaves, *joins]),
        ]
        tags = [*left, *(part for tag in joined for part in (tag, shown[tag]))]
        arguments: list[Argument] = [room_id, created, former, text, len(leaves), len(left), *tags]
        done, *known = run(self.engine, "directory_change", names, arguments, safe=True)
        return None if done else known[0].decode()

    def newest(self, most: int) -> list[str]:
        """Ids of listed rooms, those made last first."""
        return _texts(self.engine.command("ZREVRANGE", keys.listed_rooms(), 0, most - 1, safe=True))

    def hottest(self, most: int, *, above: float) -> list[str]:
        """Ids of rooms at least as hot as ``above``, the hottest first."""
        return _texts(
            self.engine.command(
                "ZREVRANGEBYSCORE", keys.hot_rooms(), "+inf", above, "LIMIT", 0, most, safe=True
            )
        )

    def warm(self, heats: Mapping[str, float], *, above: float, most: int) -> list[str]:
        """Notes how hot rooms are, if that is hotter than before; those not above ``above`` are dropped.

        Returns the ids of those that are not in the directory.
        """
        pairs: list[Argument] = [part for room_id, heat in heats.items() for part in (room_id, repr(heat))]
        names = [keys.hot_rooms(), keys.directory_texts()]
        return _texts(run(self.engine, "directory_warm", names, [repr(above), most, *pairs], safe=True)[0])

    def hot_tags(self, most: int, *, above: float, most_rooms: int) -> list[tuple[str, str]]:
        """Names of the tags of the hottest rooms, and how they are shown; the hottest first."""
        names = [keys.hot_rooms(), keys.directory_texts(), keys.directory_tag_names()]
        arguments: list[Argument] = [repr(above), most_rooms, most, TAG_MARK]
        found, shown = run(self.engine, "directory_hot_tags", names, arguments, safe=True)
        return _pairs(found, shown)

    def all_tags(self, most: int) -> list[tuple[str, str]]:
        """Names of the tags of listed rooms, and how they are shown; those of the most rooms first."""
        found = self.engine.command("ZREVRANGE", keys.directory_tags(), 0, most - 1, safe=True)
        if not found:
            return []
        return _pairs(found, self.engine.command("HMGET", keys.directory_tag_names(), *found, safe=True))

    def find(self, needles: tuple[str, ...], most: int, start: int = -1) -> Found:
        """Rooms whose texts contain all needles: ``most`` of them, or, ``start`` given, ``most`` more.

        If many rooms might contain them, it looks through some of these only. Rooms may then come a second
        time.
        """
        names = [
            keys.listed_rooms(),
            keys.hot_rooms(),
            keys.directory_texts(),
            keys.directory_numbers(),
            keys.directory_places(),
            keys.directory_scratch(),
            *map(keys.directory_slice, slices_for(needles)),
        ]
        hot, others, following = run(self.engine, "directory_find", names, [most, start, *needles], safe=True)
        return Found(_texts(hot), _texts(others), None if following == b"" else int(following))

    def size(self) -> int:
        """How many rooms are found by a text."""
        return int(self.engine.command("HLEN", keys.directory_texts(), safe=True))

    def is_whole(self) -> bool:
        """Whether as many rooms are found by a text as are listed."""
        listed, found = self.engine.commands(
            [("ZCARD", keys.listed_rooms()), ("HLEN", keys.directory_texts())], safe=True
        )
        return bool(listed == found)

    def textless(self, cursor: int, most: int) -> tuple[int, dict[str, int]]:
        """Of the listed rooms from a cursor on, some ``most``: those without a text, and when they were made.

        Returns the next cursor, too, which is 0 at the end, as it is at the beginning.
        """
        following, raw = self.engine.command("ZSCAN", keys.listed_rooms(), cursor, "COUNT", most, safe=True)
        ids = raw[::2]
        texts = self.engine.command("HMGET", keys.directory_texts(), *ids, safe=True) if ids else []
        made = dict(zip(_texts(ids), raw[1::2], strict=True))
        missing = [room_id for room_id, text in zip(made, texts, strict=True) if text is None]
        return int(following), {room_id: int(float(made[room_id])) for room_id in missing}

    def clear(self) -> None:
        """Forgets all but which rooms are listed and hot."""
        made = [
            keys.directory_texts(),
            keys.directory_numbers(),
            keys.directory_places(),
            keys.directory_vacant(),
            keys.directory_tags(),
            keys.directory_tag_names(),
            *map(keys.directory_slice, range(SLICES)),
        ]
        self.engine.command("UNLINK", *made, safe=True)

    def listed(self) -> Iterator[str]:
        """Ids of listed rooms, those made first first; those taken out or made meanwhile shift the others."""
        start = 0
        while found := _texts(
            self.engine.command("ZRANGE", keys.listed_rooms(), start, start + SCANNED - 1, safe=True)
        ):
            yield from found
            start += len(found)

    def every_room(self) -> Iterator[str]:
        """Ids of all rooms there are, listed or not, in no order; those made meanwhile may be missing."""
        cursor = b"0"
        pattern = keys.room("*").room
        while True:
            cursor, names = self.engine.command(
                "SCAN", cursor, "MATCH", pattern, "COUNT", SCANNED, "TYPE", "hash", safe=True
            )
            for name in _texts(names):
                if found := _ROOM.fullmatch(name):
                    yield found[1]
            if cursor == b"0":
                return


def _texts(raw: Sequence[bytes]) -> list[str]:
    return [one.decode() for one in raw]


def _pairs(names: Sequence[bytes], shown: Sequence[bytes | None]) -> list[tuple[str, str]]:
    return [
        (name.decode(), name.decode() if text is None else text.decode())
        for name, text in zip(names, shown, strict=True)
    ]
