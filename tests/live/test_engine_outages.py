"""The storage engine killed, stopped, and put back to what it was, under people who talk and listen."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from support.engine import Valkey
from support.house import opened
from support.served import kill
from support.talk import conversation
from support.wire import Wire, soon, stopped, until_read, wires_to

pytestmark = pytest.mark.live

BACK_SECONDS = 2


@contextmanager
def without_engine(house) -> Iterator[None]:
    """The engine is dead, and the supervisor kept from starting it again."""
    with stopped(house.served.pid):
        kill(house.served.engine())
        yield


def healthy(house) -> int:
    try:
        with urllib.request.urlopen(f"{house.url}/healthz", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def is_back(house, former):
    return house.ctx.store.engine.answers() and former not in house.served.engines()


def test_everything_killed_at_once_is_back_within_two_seconds(house):
    talk = conversation(house)
    talk.goes_on()
    killed = {house.served.engine(), *house.served.web_workers()}
    for pid in killed:
        kill(pid)

    def replaced() -> bool:
        engines, workers = house.served.engines(), house.served.web_workers()
        return (len(engines), len(workers)) == (1, 2) and not killed & {*engines, *workers}

    assert soon(replaced) < BACK_SECONDS
    # The processes are there; two busy cores take a while to load them.
    talk.goes_on(seconds=10)
    talk.end()


def test_a_conversation_outlives_the_engine(house):
    talk = conversation(house)
    for _ in range(3):
        talk.goes_on()
        engine = house.served.engine()
        kill(engine)
        assert soon(lambda engine=engine: is_back(house, engine)) < BACK_SECONDS
    talk.goes_on()
    talk.end()
    # Nobody was sent away: what was asked meanwhile was answered late.
    assert talk.faults == []


def test_those_parked_over_an_outage_hear_what_is_said_after_it(house):
    room = house.room()
    visitors = [house.enter(room, f"n{number}") for number in range(10)]
    newest = house.info(room)["room"]["counter"]
    for visitor in visitors:
        visitor.counter = newest
    # Left to themselves, all might be accepted by the same worker.
    wires = [wire for worker in house.served.web_workers() for wire in wires_to(house.served, worker, 5)]
    for wire, visitor in zip(wires, visitors, strict=True):
        wire.observe(visitor)
    until_read(wires, house.served)
    engine = house.served.engine()
    kill(engine)
    soon(lambda: is_back(house, engine))
    said = visitors[0].say("after the outage")
    for wire in wires:
        assert [one["id"] for one in wire.answer()["messages"]] == [said["id"]]
        wire.close()


def test_words_said_into_an_outage_that_ends_are_said_once(house):
    ann = house.enter(house.room(), "Ann")
    ann.say("before")
    said = []
    with without_engine(house):
        speakers = [
            threading.Thread(target=lambda text=f"{number}": said.append(ann.say(text)))
            for number in range(5)
        ]
        for speaker in speakers:
            speaker.start()
        soon(lambda: healthy(house) == 503)
        assert said == []
    for speaker in speakers:
        speaker.join(30)
    assert len(said) == 5
    soon(lambda: healthy(house) == 200)
    log = [one["text"] for one in ann.observe()["messages"]]
    assert log[0] == "before"
    assert sorted(log[1:]) == [f"{number}" for number in range(5)]


def test_words_said_into_an_outage_that_lasts_are_refused_with_a_number(house):
    room = house.room()
    ann = house.enter(room, "Ann")
    with without_engine(house):
        asked = time.monotonic()
        answer = ann.client.post("room/say", session=ann.session, ticket=ann.ticket, message="lost")
        assert 4 < time.monotonic() - asked < 15
    assert (answer.status, answer.code) == (200, 999)
    assert answer.json["error"]["message"] == "temporarily unavailable"
    soon(lambda: healthy(house) == 200)
    ann.say("after")
    assert [one["text"] for one in ann.observe()["messages"]] == ["after"]


def test_an_engine_that_stands_still_for_a_while_costs_that_while_and_no_more(house):
    talk = conversation(house)
    talk.goes_on()
    with stopped(house.served.engine()):
        frozen = talk.acknowledged
        time.sleep(3)
        assert talk.acknowledged <= frozen + len(talk.speakers)
    talk.goes_on()
    talk.end()
    assert talk.faults == []
    assert [refusal for one in (*talk.speakers, *talk.observers) for refusal in one.refusals] == []


def test_an_older_data_set_voids_the_tickets_of_those_who_listen(house, tmp_path):
    """The engine dies under the running server, and comes back with a copy made some words ago."""
    data = house.ctx.settings.data_dir
    room = house.room()
    ann, bob = house.enter(room, "Ann"), house.enter(room, "Bob")
    session = house.session()
    shutil.copytree(data / "appendonlydir", tmp_path / "older")
    late = house.enter_as(session, room, "Late")
    ann.counter = late.counter
    poll = Wire(house.port).observe(ann)
    # A worker remembers the newest number of the rooms whose announcements it hears.
    soon(lambda: house.listeners(room))
    last = [bob.say(f"{number}") for number in range(5)][-1]
    ann.counter = poll.answer()["counter"]
    while ann.counter < last["id"]:
        ann.counter = poll.observe(ann).answer()["counter"]
    poll.observe(ann)
    until_read([poll], house.served)

    with without_engine(house):
        shutil.rmtree(data / "appendonlydir")
        shutil.copytree(tmp_path / "older", data / "appendonlydir")
    # Who looks before the worker has compared its numbers with the room's is not told yet, nor told wrong.
    assert poll.answer().get("messages", []) == []
    soon(lambda: ann.call("observe", counter=ann.counter).get("error", {}).get("code") == 109)
    poll.close()
    for visitor in (ann, bob, late):
        assert visitor.call("say", message="x")["error"]["code"] == 109
        assert visitor.call("observe", counter=visitor.counter)["error"]["code"] == 109
    again = house.enter(room, "Ann again")
    assert again.counter > last["id"]
    assert again.say("after")["id"] > last["id"]
    assert [one["text"] for one in again.observe()["messages"]] == ["after"]


def test_a_server_started_on_an_older_copy_knows_nothing_of_later_tickets(house, tmp_path):
    data = house.ctx.settings.data_dir
    room = house.room()
    early = house.enter(room, "Early")
    house.served.stop()
    shutil.copytree(data, tmp_path / "older", ignore=shutil.ignore_patterns("*.sock"))
    house.served.start()
    late = house.enter(room, "Late")
    late.say("lost")
    house.served.stop()
    shutil.rmtree(data / "appendonlydir")
    shutil.copytree(tmp_path / "older" / "appendonlydir", data / "appendonlydir")
    house.served.start()
    for answer in (late.call("observe", counter=late.counter), late.call("say", message="x")):
        # Its session began after the copy was made, too.
        assert answer["error"]["code"] == 102
    assert early.say("here")["text"] == "here"


def test_an_engine_of_ones_own_is_used_and_none_started(folder):
    place = folder / "mine"
    place.mkdir()
    engine = Valkey(place)
    engine.start()
    try:
        with opened(REDIS_URL=engine.url) as house:
            assert house.served.engines() == []
            room = house.room()
            ann = house.enter(room, "Ann")
            ann.say("hello")
            assert [one["text"] for one in ann.observe()["messages"]] == ["hello"]
            os.kill(engine.pid, signal.SIGTERM)
            soon(lambda: healthy(house) == 503)
            engine.kill()
            engine.start()
            soon(lambda: healthy(house) == 200)
            assert ann.say("and again")["text"] == "and again"
    finally:
        engine.kill()
