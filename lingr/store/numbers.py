"""Message ids: one number for each event, unique over all rooms, rising within a room, never another one.

A room's counter is cut into **stretches** of 64 numbers, and each stretch has a **block** of 64 ids to
itself. Blocks are leased from one counter for all rooms, as late as somebody wants to know an id, many in a
row for a long log: nothing is done for it when something is said. What belongs to what never changes, so a
process remembers it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.mirror import Mirror
from lingr.store.scripts import run

STRETCH = 64
_BITS = STRETCH.bit_length() - 1

MOST_AHEAD = 16
"""How many blocks are leased before they are needed."""

KEPT_STRETCHES = 16
"""Before the oldest event, for those who read it just before it was forgotten."""

TRUST_MILLISECONDS = 10_000
"""How long it is believed that a room which this process does not hear of is still the same one."""

MOST_TABLES = 10_000
TRIES = 20


class Lease(NamedTuple):
    """So ``many`` stretches of a room's counter from ``first`` on, and the block of the first of them."""

    first: int
    many: int
    block: int


@dataclass(slots=True)
class Table:
    """The blocks of a room, as far as they are known: the leases in order, one stretch after the other.

    ``epoch`` tells the room from another one that had its id. The table is good as long as the mirror with
    that ``serial`` hears of the room, and otherwise ``until`` a time (ms).
    """

    epoch: bytes = b""
    serial: int = 0
    until: int = 0
    leases: list[Lease] = field(default_factory=list)
    blocks: dict[int, int] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """The first stretch that has a block; 0 if none has."""
        return self.leases[0].first if self.leases else 0

    @property
    def beyond(self) -> int:
        """The first stretch after all that have blocks; 0 if none has."""
        return self.leases[-1].first + self.leases[-1].many if self.leases else 0

    @property
    def highest(self) -> int:
        """The last of all blocks; 0 if there is none."""
        return self.leases[-1].block + self.leases[-1].many - 1 if self.leases else 0

    def number(self, counter: int) -> int | None:
        """The id of the event with this number, or None if its stretch has no block that is known."""
        block = self.blocks.get(counter >> _BITS)
        if block is None:
            block = self._find(counter >> _BITS)
            if block is None:
                return None
        return block << _BITS | counter & (STRETCH - 1)

    def counter(self, number: int) -> int | None:
        """The least counter whose id is this one or a greater one; None if all that are known are less.

        It is 0 if none is less.
        """
        block = number >> _BITS
        place = bisect_right(self.leases, block, key=lambda lease: lease.block) - 1
        if place < 0:
            return 0
        lease = self.leases[place]
        if block < lease.block + lease.many:
            return (lease.first + block - lease.block) << _BITS | number & (STRETCH - 1)
        return None if lease is self.leases[-1] else (lease.first + lease.many) << _BITS

    def _find(self, stretch: int) -> int | None:
        place = bisect_right(self.leases, stretch, key=lambda lease: lease.first) - 1
        if place < 0 or stretch >= self.beyond:
            return None
        lease = self.leases[place]
        block = self.blocks[stretch] = lease.block + stretch - lease.first
        return block


class _Look(NamedTuple):
    """What a room's script told: the table, its next stretch, that of the newest event, its first block."""

    table: Table
    start: int
    newest: int
    oldest_block: int


@dataclass(slots=True)
class Numbers:
    """What is kept of message ids, and what this process remembers of it. ``now`` is the time in ms."""

    engine: Engine
    mirror: Mirror
    _tables: dict[str, Table] = field(default_factory=dict)
    _generation: int = 0
    _highest: int = 0

    def known(self, room_id: str, counter: int, now: int) -> int | None:
        """The id of an event, if it takes no round trip to know it."""
        table = self._tables.get(room_id)
        if table is None or not self._is_good(table, room_id, now):
            return None
        return table.number(counter)

    def find(self, room_id: str, counters: Sequence[int], now: int) -> list[int | None]:
        """The ids of events that a room has or lately had, in the order of the counters given.

        None stands for an event forgotten long ago. Raises LingrError ``invalid_room``.
        """
        found = [self.known(room_id, one, now) for one in counters]
        if None in found:
            table = self._learn(room_id, min(counters), max(counters), now)
            found = [table.number(one) for one in counters]
        return found

    def before(self, room_id: str, number: int, now: int) -> int | None:
        """The least counter whose id is not below that number, or None if those of all events are.

        Raises LingrError ``invalid_room``.
        """
        table = self._tables.get(room_id)
        if table is None or not self._is_good(table, room_id, now) or number >> _BITS > table.highest:
            table = self._learn(room_id, None, None, now)
        return table.counter(number)

    def place(self, number: int, now: int) -> tuple[str, int] | None:
        """The room and the counter of the event with that id; None if no room has such an id."""
        block = number >> _BITS
        found = self.engine.command(
            "ZREVRANGEBYSCORE",
            keys.number_places(),
            block,
            "-inf",
            "WITHSCORES",
            "LIMIT",
            0,
            1,
            safe=True,
        )
        if number < 0 or not found:
            return None
        raw_room, first, many = found[0].split()[:3]
        room_id, stretch = raw_room.decode(), int(first) + block - int(found[1])
        if stretch >= int(first) + int(many):
            return None
        counter = stretch << _BITS | number & (STRETCH - 1)
        # A room may not have taken the lease, or be another one.
        known = self.known(room_id, counter, now)
        if known is None:
            try:
                known = self._look(room_id, None, now).table.number(counter)
            except LingrError as error:
                if error.name != "invalid_room":
                    raise
        return (room_id, counter) if known == number else None

    def forget(self, room_id: str) -> None:
        """Forgets the ids of a room that is gone. A room that has its id by now keeps its own."""
        self._tables.pop(room_id, None)
        raw = self.engine.command("HGET", keys.number_leases(), room_id, safe=True)
        if raw is None:
            return
        taken = self.engine.command(
            "ZRANGE", keys.room(room_id, self.engine.database).numbers, 0, -1, safe=True
        )
        kept = {one.split()[2] for one in taken}
        gone = [block for block in raw.split() if block not in kept]
        names = [keys.number_places(), keys.number_leases()]
        run(self.engine, "number_forget", names, [room_id, *gone], safe=True)

    def _is_good(self, table: Table, room_id: str, now: int) -> bool:
        if self._generation != self.mirror.generation:
            return False
        followed = self.mirror.rooms.get(room_id)
        return (followed is not None and followed.serial == table.serial) or now < table.until

    def _learn(self, room_id: str, low: int | None, high: int | None, now: int) -> Table:
        """The room's table up to the newest event, and for counters from ``low`` to ``high`` if given."""
        offer: Lease | None = None
        for _ in range(TRIES):
            look = self._look(room_id, offer, now)
            table, last = look.table, look.newest if high is None else high >> _BITS
            if table.leases and table.beyond > last:
                return table
            first = look.start
            if not table.leases and low is not None and first - KEPT_STRETCHES <= low >> _BITS:
                first = min(first, low >> _BITS)
            ahead = min((table.beyond - table.first) // 4, MOST_AHEAD)
            offer = self._lease(room_id, first, max(look.newest, last) + 1 + ahead - first, look.oldest_block)
        raise LingrError("unavailable")

    def _lease(self, room_id: str, first: int, many: int, oldest: int) -> Lease:
        names = [keys.number_counter(), keys.number_places(), keys.number_leases()]
        arguments: list[Argument] = [room_id, first, many, self._highest, oldest]
        # If it is carried out twice, some ids are nobody's.
        return Lease(first, many, int(run(self.engine, "number_lease", names, arguments, safe=True)[0]))

    def _look(self, room_id: str, offer: Lease | None, now: int) -> _Look:
        """Reads a room's table, with the lease offered to it unless another one was faster.

        Raises LingrError ``invalid_room``.
        """
        followed, generation = self.mirror.rooms.get(room_id), self.mirror.generation
        if self._generation != generation:
            # The engine was away, and may have forgotten what it leased.
            self._generation = generation
            self._tables.clear()
        known = self._tables.get(room_id)
        arguments: list[Argument] = [
            known.epoch if known is not None else "",
            known.beyond if known is not None else 0,
            *(offer or ("", "", "")),
            KEPT_STRETCHES,
            STRETCH,
        ]
        names = keys.room(room_id, self.engine.database)
        epoch, start, newest, oldest, raw = run(self.engine, "room_number", names, arguments, safe=True)
        leases = [Lease(*map(int, one.split())) for one in raw]
        if known is None or known.epoch != epoch:
            known = Table(epoch)
        table = known
        # Another greenlet may have taken in the same ones meanwhile.
        table.leases += [lease for lease in leases if lease.first >= table.beyond]
        table.serial = followed.serial if followed is not None else 0
        table.until = now + TRUST_MILLISECONDS
        if generation == self.mirror.generation and (not table.leases or table.beyond == start):
            self._remember(room_id, table)
        else:
            self._tables.pop(room_id, None)
        return _Look(table, start, newest, oldest)

    def _remember(self, room_id: str, table: Table) -> None:
        if room_id not in self._tables and len(self._tables) >= MOST_TABLES:
            del self._tables[next(iter(self._tables))]
        self._tables[room_id] = table
        self._highest = max(self._highest, table.highest)
