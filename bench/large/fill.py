"""Fills the engine that the settings name: `python -m bench.large.fill '{"rooms": 1000}' OUTPUT`.

Rooms, users and what they say are made by the server's own functions, many at the same time. What is stored
is what the server would have stored; only the times are made up. What it took goes to OUTPUT, as JSON.
"""

# ruff: noqa: E402 (what gevent is to patch must be patched first)
from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from gevent.pool import Pool

from bench.large import texts
from bench.large.sizes import DAY_MILLISECONDS, OWN_PASSWORDS, PASSWORD, Sizes, email, plan, room_id
from lingr.app import make_context
from lingr.domain import (
    accounts,
    archives,
    lists,
    observing,
    passwords,
    presence,
    room_fields,
    rooms,
    sessions,
)
from lingr.domain.chat import OWN_MILLISECONDS
from lingr.domain.context import Caller, Context
from lingr.settings import Settings
from lingr.store import keys
from lingr.store.rates import Allowance
from lingr.store.scripts import script
from lingr.store.speech import Speech
from lingr.values import Room, User
from lingr.waiting.link import Link

AT_ONCE = 100
MOST_UNDER_WAY = 500
FAVORITES, MONITORED, SPEAKERS = 20, 10, 1


class Filling:
    """One filling, whose steps are written down as they are done: one that was cut off goes on after them.

    ``used`` has what each kind of thing takes in memory, in bytes for all of it together.
    """

    def __init__(self, ctx: Context, sizes: Sizes, output: Path) -> None:
        self._ctx = ctx
        self._sizes = sizes
        self._kept = passwords.hashed(ctx, PASSWORD)
        self._users: list[User] = []
        self._key = accounts.create_api_key(ctx, name="filling").id
        self._output = output
        self._done: dict[str, dict[str, float]] = {"used": {}, "seconds": {}, "numbers": {}}
        if output.exists():
            self._done = json.loads(output.read_text())

    def go(self) -> None:
        """Everything, one kind after the other."""
        self._ctx.store.engine.command("SCRIPT", "LOAD", script("room_say").text)
        self._step("users", lambda: self._each(range(self._sizes.users), self._user))
        self._step("rooms", lambda: self._each(range(self._sizes.rooms), self._room))
        self._step("lists", lambda: self._each(range(self._sizes.users), self._lists))
        self._step("messages", self._talk)
        self._step("index", self._index)
        self._step("count", self._count)

    def _step(self, what: str, go: Callable[[], None]) -> None:
        if what in self._done["used"]:
            return
        before, since = self._memory(), time.monotonic()
        go()
        used, seconds = self._memory() - before, time.monotonic() - since
        self._done["used"][what], self._done["seconds"][what] = used, seconds
        self._output.write_text(json.dumps(self._done))
        print(f"{what}: {seconds:.0f} s, {used / 1e6:.1f} MB", file=sys.stderr)

    def _memory(self) -> float:
        self._ctx.store.sessions.flush()
        self._ctx.store.users.flush()
        raw = self._ctx.store.engine.command("INFO", "memory").decode()
        told = dict(line.split(":", 1) for line in raw.split("\r\n") if ":" in line)
        return float(told["used_memory"]) - sum(
            float(told.get(name, 0)) for name in ("mem_aof_buffer", "mem_clients_normal")
        )

    def _each(self, numbers: Iterable[int], act: Callable[[int], None]) -> None:
        pool = Pool(AT_ONCE)
        for _ in pool.imap_unordered(act, numbers):
            pass

    def _user(self, number: int) -> None:
        self._ctx.store.accounts.create_user(
            User(
                id=self._ctx.new_id(),
                username=f"user{number}",
                email=email(number),
                password=self._kept if number >= OWN_PASSWORDS else passwords.hashed(self._ctx, PASSWORD),
                nickname=f"User {number}",
                description=texts.description(number),
                created=self._ctx.clock(),
            )
        )

    def _room(self, number: int) -> None:
        one = plan(number)
        owner = self._owner(number)
        created = self._ctx.clock() - (self._sizes.days + 1) * DAY_MILLISECONDS + number
        room = Room(
            id=room_id(number),
            name=texts.name(number),
            description=room_fields.description_of(texts.description(number)),
            tags=room_fields.tags_of(texts.tags(number)),
            timezone=one.zone,
            listed=one.listed,
            owner_id=owner,
            password=self._kept if one.locked else None,
            created=created,
            counter=0,
            max_user_message_id=0,
            chatter_count=0,
            observer_count=0,
            roster=created,
        )
        rooms.make(self._ctx, room, None, self._ctx.store.rooms.create)

    def _owner(self, number: int) -> str | None:
        each = len(self._sizes.owned(0))
        user = (number - self._sizes.rooms // 10) // max(1, each)
        return self._everybody()[user].id if 0 <= user < self._sizes.users else None

    def _everybody(self) -> list[User]:
        if not self._users:
            raw = self._ctx.store.engine.command("HGET", keys.emails(), email(0))
            assert raw is not None
            found = [self._ctx.store.accounts.user_named(email(one)) for one in range(self._sizes.users)]
            self._users = [user for user in found if user is not None]
        return self._users

    def _lists(self, number: int) -> None:
        dice, user_id = Random(f"lists {number}"), self._everybody()[number].id
        busy = max(1, min(self._sizes.rooms, 10 * self._sizes.occupied))
        for place in range(FAVORITES + MONITORED):
            room = rooms.find(self._ctx, room_id(dice.randrange(busy)))
            mark = lists.mark_favorite if place < FAVORITES else lists.mark_monitored
            mark(self._ctx, user_id, room, True)

    def _talk(self) -> None:
        counts = self._sizes.counts()
        self._each(
            [number for number, count in enumerate(counts) if count], lambda one: self._chat(one, counts[one])
        )

    def _chat(self, number: int, count: int) -> None:
        """What is said in a room, by people who come, and stay in the rooms that are to be occupied."""
        dice, stays = Random(f"talk {number}"), number < self._sizes.occupied
        now, span = self._ctx.clock(), self._sizes.days * DAY_MILLISECONDS
        times = sorted(now - int(span * dice.random() ** 1.5) for _ in range(count))
        before = replace(self._ctx, clock=lambda: times[0])
        people = self._sizes.people if stays else SPEAKERS
        speakers = [self._enter(before, dice, number) for _ in range(people)]
        self._say(dice, texts.is_japanese(number), [speech for speech, _ in speakers], times)
        after = replace(self._ctx, clock=lambda: times[-1])
        for _, caller in speakers:
            if stays:
                # So that it counts as being there now.
                observing.get_messages(self._ctx, caller, counter=None, user_messages_only=False)
            else:
                sessions.destroy(after, caller)
        if not stays:
            self._ctx.store.presence.empty(room_id(number))

    def _enter(self, ctx: Context, dice: Random, number: int) -> tuple[Speech, Caller]:
        """Somebody in a room: every other one logged in."""
        one = plan(number)
        session = sessions.create(ctx, Caller(api_key=self._key), client_type="human")
        if dice.random() < 0.5:
            user = dice.choice(self._everybody())
            ctx.store.sessions.login(session.id, user.id, user.description)
            session = replace(session, user_id=user.id)
        caller = Caller(api_key=self._key, session=session, session_id=session.id)
        entrance = presence.enter(
            ctx,
            caller,
            id=room_id(number),
            password=PASSWORD if one.locked else None,
            nickname=texts.nickname(dice),
            idempotent=False,
        )
        speech = ctx.store.rooms.speech(
            room_id(number),
            session_id=session.id,
            ticket=entrance.ticket,
            target="",
            remember=OWN_MILLISECONDS,
            allowance=Allowance(0, 0),
        )
        return speech, replace(caller, ticket=entrance.ticket)

    def _say(self, dice: Random, japanese: bool, speeches: list[Speech], times: list[int]) -> None:
        """One after the other, as if each had been said at its time; sent in batches."""
        channel = self._ctx.store.engine.channel
        assert channel is not None
        for start in range(0, len(times), MOST_UNDER_WAY):
            commands = [
                dice.choice(speeches)
                .call(
                    texts.message(dice, japanese=japanese), attempt=self._ctx.new_id(), now=now, again=False
                )
                .command()
                for now in times[start : start + MOST_UNDER_WAY]
            ]
            for reply in channel.exchange(commands):
                if isinstance(reply, Exception) or reply[0] != b"ok":
                    raise RuntimeError(f"not said: {reply!r}")

    def _index(self) -> None:
        done = sum(
            archives.index_room(self._ctx, room_id(number))
            for number, count in enumerate(self._sizes.counts())
            if count
        )
        archives.tidy(self._ctx)
        self._done["numbers"]["indexed"] = done

    def _count(self) -> None:
        """How many there are of what was made, as the engine has it."""
        engine = self._ctx.store.engine
        logs = [keys.room(room_id(number)).log for number in range(self._sizes.rooms)]
        self._done["numbers"]["messages"] = sum(
            sum(engine.commands([("XLEN", log) for log in some])) for some in _chunks(logs, 1000)
        )
        segments = self._ctx.store.index.segments()
        postings = [keys.index_postings(one.key, shelf) for one in segments for shelf in range(one.shelves)]
        self._done["numbers"]["postings"] = (
            sum(sum(engine.commands([("STRLEN", name) for name in some])) for some in _chunks(postings, 1000))
            // 4
        )
        self._done["numbers"]["listed"] = self._ctx.store.directory.size()


def _chunks(names: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]


def main(told: str, output: str) -> None:
    ctx = make_context(Settings(), pause=lambda _: None, channel=Link)
    engine = ctx.store.engine
    # What is filled anew if the machine fails need not be on disk at once.
    kept = engine.command("CONFIG", "GET", "appendfsync")[1]
    engine.command("CONFIG", "SET", "appendfsync", "no")
    Filling(ctx, Sizes(**json.loads(told)), Path(output)).go()
    engine.command("CONFIG", "SET", "appendfsync", kept)


if __name__ == "__main__":
    main(*sys.argv[1:])
