"""Rooms that move and go while two workers serve them, and are killed."""

from __future__ import annotations

import threading
from itertools import count

import pytest

from lingr.domain import settling
from lingr.store.changes import Unsettled
from support.served import kill
from support.talk import Conversation
from support.wire import soon, until_read, wires_to

pytestmark = pytest.mark.live


class Mover(threading.Thread):
    """Moves a room on and on, and is told now and then that it did not work, or hears nothing."""

    def __init__(self, house, session, room_id):
        super().__init__()
        self.ids = [room_id]
        self.moves = 0
        self._house = house
        self._session = session
        self._over = threading.Event()

    def run(self):
        for number in count():
            if self._over.is_set():
                return
            self.move(f"{self.ids[0]}-{number}")

    def move(self, new_id):
        """Tries to move the room from wherever it is."""
        self.ids.append(new_id)
        for known in reversed(self.ids):
            try:
                answer = self._house.client.post(
                    "room/change_settings", session=self._session, id=known, new_id=new_id
                )
            except OSError:
                continue
            if answer.json["status"] == "ok":
                self.moves += 1
                return True
        return False

    def stop(self):
        self._over.set()
        self.join(30)
        assert not self.is_alive()


def test_a_conversation_goes_on_in_a_room_that_moves_while_workers_are_killed(house):
    owner = house.user()
    session = house.session(owner)
    room = house.room(owner_id=owner.user_id)
    talk = Conversation(house, room).begin()
    mover = Mover(house, session, talk.room_id)
    mover.start()
    try:
        for _ in range(3):
            talk.goes_on()
            moves = mover.moves
            soon(lambda moves=moves: mover.moves > moves + 3)
            victim = house.served.web_workers()[0]
            kill(victim)
            soon(lambda victim=victim: victim not in house.served.web_workers())
        talk.goes_on()
    finally:
        mover.stop()
    assert sum(is_there(house, room_id) for room_id in mover.ids) == 1
    soon(lambda: mover.move(room))
    talk.end()
    assert house.info(room)["room"]["id"] == room


def is_there(house, room_id):
    return house.client.get("room/get_info", api_key=house.api_key, id=room_id).code is None


def test_those_who_wait_in_either_worker_are_released_when_their_room_is_deleted(house):
    owner = house.user()
    session = house.session(owner)
    room = house.room(owner_id=owner.user_id)
    wires = []
    for worker in house.served.web_workers():
        for wire in wires_to(house.served, worker, 5):
            visitor = house.enter(room)
            visitor.counter = 0
            wires.append((wire, visitor))
    for wire, visitor in wires:
        wire.observe(visitor)
    until_read([wire for wire, _ in wires], house.served)
    house.client.ok("room/delete", session=session, id=room)
    for wire, visitor in wires:
        told = wire.answer()
        if told["status"] == "ok":
            # Others came in after it.
            told = wire.observe(visitor).answer()
        assert told["error"]["code"] == 109
        wire.close()
    soon(lambda: house.ctx.store.engine.command("KEYS", f"*{room}*") == [])


def test_what_a_killed_process_has_not_cleared_away_another_one_does(house):
    room = house.room(tags="left")
    ann = house.enter(room, "Ann")
    ann.say("hello", request_id="once")
    found = house.ctx.store.rooms.find(room)
    # As a process that was killed right after the room was deleted, a minute ago.
    since = house.ctx.clock() - settling.LATE_MILLISECONDS
    noted = Unsettled(house.ctx.new_id(), "delete", since, found)
    house.ctx.store.changes.delete(found, noted.id, settling.CLOSED_MILLISECONDS)
    house.ctx.store.changes.begin(noted)
    soon(lambda: noted not in house.ctx.store.changes.unsettled())
    assert house.ctx.store.engine.command("KEYS", f"lingr:room:*{room}*") == []
    assert ann.call("observe", counter=0)["error"]["code"] == 109
