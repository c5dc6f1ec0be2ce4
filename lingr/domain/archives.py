"""The index of what was said: kept true as people talk, and within its bounds.

It follows the room logs at a distance, so that nobody who speaks waits for it. How far a room has been
indexed is written down together with what was indexed, and a room stays among those with people until all of
it has been. So whichever process dies, another one goes on, and nothing is left out.
"""

from __future__ import annotations

from lingr.domain.context import Context
from lingr.domain.terms import terms_of
from lingr.errors import LingrError
from lingr.store.index import Entry, Known, Look, Segment, places, segment_of
from lingr.values import Message

MESSAGES_AT_ONCE = 50
TERMS_AT_ONCE = 3000
"""With so many, or those of one more message, it takes some milliseconds in which nobody else gets a turn."""

REST_SECONDS = 0.002
REST_PER_TERM_SECONDS = 0.00003
"""How long the indexer rests, so that those who talk and listen have most of the machine."""

TRIES = 5
EIGHTHS = 8
DAY_MILLISECONDS = 86_400_000


class Indexer:
    """Indexes the rooms that it is told of, one by one, each once however often it was told of it."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._waiting: dict[str, None] = {}

    def follow(self, ctx: Context, room_id: str) -> None:
        """Something has happened in a room: it is for a later ``turn``."""
        self._waiting[room_id] = None

    def turn(self) -> int:
        """Indexes all that waits, and tidies up; returns how many messages were indexed."""
        done = 0
        while self._waiting:
            room_id = next(iter(self._waiting))
            del self._waiting[room_id]
            try:
                done += index_room(self._ctx, room_id)
            except BaseException:
                # Later, and after all others.
                self._waiting[room_id] = None
                raise
        return done


def index_room(ctx: Context, room_id: str, most: int | None = None) -> int:
    """Indexes what was said in a room since the last time; returns how many messages that were.

    Private messages are not indexed, nor what the system says. If there is much to do, it ends with ``most``
    messages or some more. Raises LingrError ``unavailable`` when others keep getting in between.
    """
    done = 0
    while ctx.settings.index_messages and (most is None or done < most):
        indexed = _go_on(ctx, room_id)
        if indexed is None:
            return done
        done += len(indexed)
        terms = sum(len(entry.terms) for entry in indexed)
        ctx.pause(REST_SECONDS + terms * REST_PER_TERM_SECONDS)
    return done


def forget(ctx: Context, room_id: str) -> None:
    """Forgets a room that is gone: nothing said there is found from now on, and its own rules go, too."""
    ctx.store.index.forget(room_id)
    ctx.store.retention.keep_as_all(room_id)


def tidy(ctx: Context) -> None:
    """Drops what is too much for the index, or too old, and packs what is not added to any more."""
    newer = 0
    for place, segment in enumerate(ctx.store.index.segments()):
        if segment.dropped or newer >= ctx.settings.index_messages or segment.newest < oldest(ctx):
            ctx.store.index.drop(segment)
        elif place > 0 and not segment.packed:
            ctx.store.index.pack(segment)
        newer += segment.weight


def oldest(ctx: Context) -> int:
    """The time before which messages are not searched (ms)."""
    days = ctx.settings.index_days
    return ctx.clock() - days * DAY_MILLISECONDS if days else 0


def _go_on(ctx: Context, room_id: str) -> list[Entry] | None:
    """Indexes the next messages of a room and returns them; None if there are none."""
    for _ in range(TRIES):
        look = ctx.store.index.look(room_id)
        if look.counter is None:
            ctx.store.index.forget(room_id)
            return None
        known = look.known
        if known is None or known.created != look.created or known.cursor > look.counter:
            # Of a room that is new, or was another one: its ids mean something else now.
            start = max(0, look.counter - ctx.settings.index_messages)
            known = Known(ctx.store.index.number(), start, look.created)
        elif known.cursor == look.counter:
            return None
        entries, cursor = _entries(ctx, room_id, known.cursor, look.counter)
        after = Known(known.number, cursor, known.created)
        if ctx.store.index.add(room_id, look.known, after, _open(ctx, look), entries):
            return entries
    raise LingrError("unavailable")


def _entries(ctx: Context, room_id: str, after: int, counter: int) -> tuple[list[Entry], int]:
    """What is to be indexed next of a room that stood at ``counter``, and up to where that is all."""
    events = ctx.store.log.stored(room_id, after, MESSAGES_AT_ONCE)
    entries: list[Entry] = []
    terms = 0
    for event in events:
        entry = _entry(ctx, event)
        if entry is not None:
            entries.append(entry)
            terms += len(entry.terms)
        if terms >= TERMS_AT_ONCE:
            return entries, event.id
    # What the log does not have any more, up to where the room stood, is not to be waited for.
    newest = events[-1].id if events else counter
    return entries, newest if len(events) == MESSAGES_AT_ONCE else max(newest, counter)


def _entry(ctx: Context, event: Message) -> Entry | None:
    if event.type != "user" or event.timestamp < oldest(ctx):
        return None
    terms = terms_of(event.text)
    return Entry(event.id, event.timestamp, terms) if terms else None


def _open(ctx: Context, look: Look) -> Segment:
    """The segment that is added to; another one when it is full, or has been open for long."""
    now, most = ctx.clock(), ctx.settings.index_messages
    if look.segments:
        latest = look.segments[0]
        is_old = latest.opened < now - ctx.settings.index_days * DAY_MILLISECONDS // EIGHTHS
        is_over = latest.packed or latest.dropped or latest.weight >= places(most)
        if not is_over and not (ctx.settings.index_days and is_old):
            return latest
    return segment_of(ctx.store.index.number(), most, now)
