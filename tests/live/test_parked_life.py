"""The life of a worker with polls parked: leaving, being replaced, what it logs, what it listens on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from functools import partial

import pytest

from support.crowd import anonymous
from support.house import opened
from support.polls import exchange, receive
from support.streams import play
from support.talk import conversation
from support.wire import Wire, soon, until_read

pytestmark = pytest.mark.live

LINE = re.compile(r'(\S+) - - \[[^\]]+\] "(GET|POST) ([^"]+) HTTP/1.1" (\d+) (\d+) "([^"]*)" "([^"]*)"')


@pytest.fixture(params=["on", "off"], ids="parking {}".format)
def settings(request):
    """What the servers of these tests have in common, with parking and without."""
    return {"LINGR_PARKING": request.param, "LINGR_RATE_LIMITS": "off", "LINGR_HOLD_SECONDS": "40"}


def test_a_server_told_to_end_answers_everybody_and_closes(settings):
    with opened(**settings) as house:
        visitors = anonymous(house, house.room(), 300)
        wires = [Wire(house.port).observe(visitor) for visitor in visitors]
        until_read(wires, house.served)
        assert not any(wire.is_answered() for wire in wires)
        started = time.monotonic()
        house.served.stop()
        assert time.monotonic() - started < 3
        answers = [receive(wire.sock) for wire in wires]
        assert {(one.status, one.body, one.headers["connection"]) for one in answers} == {
            (200, b'{"status":"ok"}', "close")
        }
        assert {wire.sock.recv(1) for wire in wires} == {b""}
        for wire in wires:
            wire.close()


def test_workers_replaced_after_so_many_requests_or_on_a_reload_cost_nobody_a_word(settings):
    with opened(**settings, GUNICORN_CMD_ARGS="--max-requests 150") as house:
        before = house.served.web_workers()
        talk = conversation(house, speakers=2, observers=4, pause=0.01)
        soon(lambda: not set(before) & set(house.served.web_workers()), 30)
        talk.goes_on()
        for _ in range(2):
            before = house.served.web_workers()
            house.served.reload()
            soon(lambda before=before: not set(before) & set(house.served.web_workers()), 30)
        talk.goes_on()
        talk.end()
        assert [one for speaker in talk.speakers for one in speaker.refusals] == []


def test_every_poll_is_in_the_access_log_as_gunicorn_would_have_written_it():
    told = {parking: _logged(parking) for parking in ("on", "off")}
    assert told["on"] == told["off"]
    assert len(told["on"]) == 10


def _logged(parking):
    """The lines of the access log for some polls, without what differs from house to house."""
    with opened(LINGR_PARKING=parking, LINGR_RATE_LIMITS="off", LINGR_ACCESS_LOG="on") as house:
        room = house.room()
        ann, bob = house.enter(room, "ann"), house.enter(room, "bob")
        ann.counter = bob.counter
        wire = Wire(house.port)
        for number in range(7):
            wire.observe(ann)
            until_read([wire], house.served)
            bob.say(f"{number}")
            ann.counter = wire.answer()["counter"]
        wire.close()
        target = f"/api/room/observe?session={ann.session}&ticket={ann.ticket}"
        for headers in (
            "User-Agent: lig.rb\r\nReferer: http://elsewhere/",
            "X-Forwarded-For: 10.1.1.1",
            "X: y",
        ):
            request = f"GET {target}&counter=1 HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n"
            assert exchange(house.port, request.encode()).status == 200

        def found():
            lines = [LINE.match(line) for line in house.served._log.read_text().splitlines()]
            return [line.groups() for line in lines if line and "/room/observe" in line[3]]

        soon(lambda: len(found()) == 10)
        same = {ann.session: "session", ann.ticket: "ticket"}
        return [tuple(_renamed(field, same) for field in line) for line in found()]


def _renamed(text, names):
    for name, meaning in names.items():
        text = text.replace(name, meaning)
    return text


def test_gunicorn_by_itself_serves_on_a_unix_socket(settings, valkey, folder):
    path = folder / "web.sock"
    command = [sys.executable, "-m", "gunicorn", "-c", "python:lingr.serving.gunicorn_conf"]
    environment = {**os.environ, **settings, "REDIS_URL": valkey.url, "LINGR_HOLD_SECONDS": "0.3"}
    with (folder / "web.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--bind", f"unix:{path}", "lingr.wsgi:app"],
            env={**environment, "WEB_CONCURRENCY": "1"},
            stdout=log,
            stderr=log,
        )
    try:
        ask = partial(play, str(path))
        call = b"GET /api/session/verify?format=json HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.1.1.1\r\n\r\n"
        soon(lambda: path.exists() and _answers(ask, call), 30)
        told = ask([call, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", call + call])
        assert told.answers == 4
        assert told.data.count(b'"code":102') == 3
        assert told.closed_after is None
    finally:
        server.terminate()
        server.wait(20)
        path.unlink(missing_ok=True)


def _answers(ask, call):
    try:
        return ask([call]).answers == 1
    except OSError:
        return False
