"""Programs of both generations and a bot that talk in rooms, and what has become of what they said."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from lingr.domain import bots, rooms
from support.endpoint import Server
from support.house import House
from support.programs import Program, perl_2007, python_2009

PREFIX = "heard "
SETTLE_SECONDS = 30
LARGEST = 2**31 - 1


class Endurance:
    """In the first room: a Perl script of 2007, two Python clients of 2009, and a bot that answers everybody.

    One of the clients is in four more rooms and speaks in all of them in turn.
    """

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.rooms = [house.room(id=f"room_{house.ctx.new_id()}") for _ in range(5)]
        self.endpoint = Server()
        bot = bots.create(house.ctx, id=f"bot_{house.ctx.new_id()}", name="Echo", endpoint=self._address)
        bots.invite(house.ctx, bot, rooms.find(house.ctx, self.room))
        self.perl = perl_2007(house, folder, "perl", self.room)
        self.one = python_2009(house, folder, "one", house.user(nickname="one"), self.room)
        self.five = python_2009(house, folder, "five", house.user(nickname="five"), *self.rooms)
        self._count = 0
        self.until(lambda: self.perl.lines("ENTERED"), "the script has entered")
        self.until(lambda: self.one.lines("SESSION") and self.five.lines("SESSION"), "clients have come")

    @property
    def _address(self) -> str:
        return self.endpoint.url("echo?wait=0.02")

    @property
    def room(self) -> str:
        return self.rooms[0]

    @property
    def programs(self) -> list[Program]:
        return [self.perl, self.one, self.five]

    def talk(self, times: int = 3) -> None:
        """Everybody is told to say something so many times."""
        for _ in range(times):
            self._count += 1
            self.perl.tell(f"perl {self._count} <&> 語")
            self.one.tell(f"{self.room}\tone {self._count} & 語 + %")
            for number in (0, 1 + self._count % 4):
                self.five.tell(f"{self.rooms[number]}\tfive {self._count} in {number}")
            time.sleep(0.02)

    def move_endpoint(self) -> None:
        """The bot's endpoint dies, and comes back at the same address."""
        port = self.endpoint.server_port
        self.endpoint.close()
        self.endpoint = Server(port)

    def until(self, check: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + SETTLE_SECONDS
        while not check():
            assert time.monotonic() < deadline, (what, [program.log() for program in self.programs])
            time.sleep(0.02)

    def settle(self) -> None:
        """Returns when all has been said, answered and heard."""
        self.until(self._has_spoken, "everything is said")
        self.until(self._is_answered, "the bot has answered")
        self.until(self._is_heard, "all is heard")

    def _has_spoken(self) -> bool:
        lost = len(self.perl.lines("LOST"))
        return all(
            len(program.lines("SAID")) + (lost if program is self.perl else 0) >= len(program.told)
            for program in self.programs
        )

    def _is_answered(self) -> bool:
        log = self.log(self.room)
        return sum(text.startswith(PREFIX) for text in log) * 2 >= len(log)

    def _is_heard(self) -> bool:
        logs = {room: self.log(room) for room in self.rooms}
        where = [(self.perl, self.rooms[:1]), (self.one, self.rooms[:1]), (self.five, self.rooms)]
        return all(
            len(self.heard(program, room)) >= len(logs[room]) for program, places in where for room in places
        )

    def log(self, room: str) -> list[str]:
        """What was said in a room, bots included."""
        events = self.house.ctx.store.log.after(room, 0, 100_000)
        return [event.text for event in events if event.type == "user"]

    @staticmethod
    def heard(program: Program, room: str) -> list[str]:
        return [fields[3] for fields in program.lines("HEARD") if fields[0] == room]

    def compare(self) -> None:
        """Nothing is lost, doubled or out of order, for anybody."""
        for room in self.rooms:
            log = self.log(room)
            assert len(set(log)) == len(log), "something was said twice"
            assert self.heard(self.five, room) == log
        log = self.log(self.room)
        assert self.heard(self.perl, self.room) == self.heard(self.one, self.room) == log
        self._compare_said(log)
        human = [text for text in log if not text.startswith(PREFIX)]
        # The bot answers in the order in which it was told.
        assert [text.removeprefix(PREFIX) for text in log if text.startswith(PREFIX)] == human
        self._compare_numbers()

    def _compare_said(self, log: list[str]) -> None:
        everything = {room: self.log(room) for room in self.rooms}
        for program in (self.one, self.five):
            assert len(program.lines("SAID")) == len(program.told)
            for room in self.rooms:
                own = [line.partition("\t")[2] for line in program.told if line.startswith(f"{room}\t")]
                assert [text for text in everything[room] if text in own] == own, program.name
        acknowledged = [fields[2] for fields in self.perl.lines("SAID")]
        own = [text for text in log if text.startswith("perl ")]
        assert [text for text in own if text in acknowledged] == acknowledged
        assert set(own) <= set(self.perl.told)
        assert [fields for fields in self.perl.lines("REFUSED") if fields != ["999"]] == []

    def _compare_numbers(self) -> None:
        for program in (self.one, self.five):
            # Whoever came stays, whatever is killed, and nobody comes twice.
            seen = program.lines("PRESENCE")
            assert {status for _, _, status in seen} == {"online"}
            assert len(set(map(tuple, seen))) == len(seen)
            events = [int(fields[0]) for fields in program.lines("EVENT")]
            assert events == sorted(set(events))
            assert events[-1] < LARGEST
            for room in self.rooms:
                ids = [int(fields[1]) for fields in program.lines("HEARD") if fields[0] == room]
                assert ids == sorted(set(ids))
                assert not ids or ids[-1] < LARGEST

    def end(self) -> None:
        """Everybody leaves in good order."""
        self.perl.tell("!quit")
        for program in self.programs:
            assert program.ended() == 0, program.log()
            assert program.lines("LEFT") == [[]]
            assert program.log() == ""

    def close(self) -> None:
        for program in self.programs:
            program.kill()
        self.endpoint.close()
