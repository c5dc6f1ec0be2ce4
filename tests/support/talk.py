"""People who go on talking and listening whatever happens to the server."""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from support.client import Visitor
from support.house import House

AGAIN_SECONDS = 0.02


class _Person(threading.Thread):
    """A visitor in a thread. ``faults`` counts by name what went wrong on the way."""

    def __init__(self, house: House, visitor: Visitor) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._visitor = visitor
        self._port = house.port
        self._connection: http.client.HTTPConnection | None = None
        self._over = threading.Event()

    def stop(self) -> None:
        self._over.set()
        self.join(40)
        assert not self.is_alive()
        if self._connection is not None:
            self._connection.close()

    def _call(self, path: str, **params: object) -> Any:
        """The answer, or None when there was none; the connection is then made anew."""
        query = urlencode(
            {"format": "json", "session": self._visitor.session, "ticket": self._visitor.ticket, **params}
        )
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
            self._connection.request("GET", f"/api/{path}?{query}")
            response = self._connection.getresponse()
            body = response.read()
            assert response.status == 200, body
            return json.loads(body)
        except (OSError, http.client.HTTPException) as fault:
            self.faults.append(type(fault).__name__)
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            self._over.wait(AGAIN_SECONDS)
            return None


class Speaker(_Person):
    """Says ``<name> 0``, ``<name> 1`` and so on.

    One that ``repeats`` asks again, with the same request id, until it is answered; another goes on to
    the next words. ``acknowledged`` has the words that were answered by their numbers in the room.
    """

    def __init__(self, house: House, visitor: Visitor, name: str, pause: float, *, repeats: bool) -> None:
        super().__init__(house, visitor)
        self.name = name
        self.acknowledged: dict[int, str] = {}
        self.said = 0
        self.refusals: list[dict[str, Any]] = []
        self._pause = pause
        self._repeats = repeats

    def run(self) -> None:
        while not self._over.is_set():
            text = f"{self.name} {self.said}"
            extra = {"request_id": text} if self._repeats else {}
            answer = self._call("room/say", message=text, **extra)
            if answer is not None and answer["status"] == "ok":
                self.acknowledged[answer["message"]["id"]] = answer["message"]["text"]
            elif answer is not None:
                self.refusals.append(answer["error"])
            if self._repeats and (answer is None or answer["status"] != "ok"):
                continue
            self.said += 1
            self._over.wait(self._pause)


class Observer(_Person):
    """Polls from where it stands, again and again. ``heard`` has what was said, by number, in order."""

    def __init__(self, house: House, visitor: Visitor) -> None:
        super().__init__(house, visitor)
        self.start_counter = visitor.counter
        self.heard: list[tuple[int, str]] = []
        self.refusals: list[dict[str, Any]] = []

    def run(self) -> None:
        while not self._over.is_set():
            answer = self._call("room/observe", counter=self._visitor.counter)
            if answer is None:
                continue
            if answer["status"] != "ok":
                self.refusals.append(answer["error"])
                self._over.wait(AGAIN_SECONDS)
                continue
            self._visitor.counter = answer.get("counter", self._visitor.counter)
            self.heard += [
                (one["id"], one["text"]) for one in answer.get("messages", ()) if one["type"] == "user"
            ]


@dataclass
class Conversation:
    """Speakers and observers in one room of a house."""

    house: House
    room_id: str
    speakers: list[Speaker] = field(default_factory=list)
    observers: list[Observer] = field(default_factory=list)

    def begin(self, speakers: int = 2, observers: int = 3, pause: float = 0.01) -> Conversation:
        """Every second speaker repeats what went unanswered."""
        for number in range(observers):
            visitor = self.house.enter(self.room_id, f"o{number}")
            self.observers.append(Observer(self.house, visitor))
        for number in range(speakers):
            visitor = self.house.enter(self.room_id, f"s{number}")
            repeats = number % 2 == 0
            self.speakers.append(Speaker(self.house, visitor, f"s{number}", pause, repeats=repeats))
        for person in (*self.observers, *self.speakers):
            person.start()
        return self

    @property
    def faults(self) -> list[str]:
        return [fault for person in (*self.speakers, *self.observers) for fault in person.faults]

    @property
    def acknowledged(self) -> int:
        return sum(len(speaker.acknowledged) for speaker in self.speakers)

    def goes_on(self, more: int = 10, seconds: float = 20) -> float:
        """Returns when this much more has been said and everybody has heard it; says how long that took."""
        started = time.monotonic()
        target = self.acknowledged + more
        while not self._heard_by_all(target):
            assert time.monotonic() - started < seconds, self.faults
            time.sleep(0.005)
        return time.monotonic() - started

    def _heard_by_all(self, target: int) -> bool:
        numbers = sorted(number for speaker in self.speakers for number in list(speaker.acknowledged))
        if len(numbers) < target:
            return False
        return all(self._newest(observer) >= numbers[target - 1] for observer in self.observers)

    @staticmethod
    def _newest(observer: Observer) -> int:
        return observer.heard[-1][0] if observer.heard else 0

    def end(self) -> None:
        """Ends it, and compares what was answered and heard with what is in the log."""
        for speaker in self.speakers:
            speaker.stop()
        log = [
            (event.id, event.text)
            for event in self.house.ctx.store.log.after(self.room_id, 0, 100_000)
            if event.type == "user"
        ]
        deadline = time.monotonic() + 20
        while any(self._newest(observer) < log[-1][0] for observer in self.observers):
            assert time.monotonic() < deadline, self.faults
            time.sleep(0.01)
        self._hush()
        self._compare(log)

    def _hush(self) -> None:
        # A word from outside ends the polls that wait.
        for observer in self.observers:
            observer._over.set()
        self.house.enter(self.room_id, "the last one")
        for observer in self.observers:
            observer.stop()

    def _compare(self, log: list[tuple[int, str]]) -> None:
        texts = [text for _, text in log]
        assert len(set(texts)) == len(texts), "something was said twice"
        numbered = dict(log)
        for speaker in self.speakers:
            assert {number: numbered.get(number) for number in speaker.acknowledged} == speaker.acknowledged
            own = [int(text.split()[1]) for text in texts if text.startswith(f"{speaker.name} ")]
            assert own == sorted(own)
            if speaker._repeats:
                assert own[: speaker.said] == list(range(speaker.said))
        for observer in self.observers:
            assert observer.heard == [one for one in log if one[0] > observer.start_counter]
            assert [refusal for refusal in observer.refusals if refusal["code"] != 999] == []


def conversation(house: House, **numbers: Any) -> Conversation:
    """A conversation in a room of its own, under way."""
    return Conversation(house, house.room()).begin(**numbers)
