"""Answers that may be very long are made off the loop, and are the same."""

from __future__ import annotations

from dataclasses import replace

from lingr.api import v1
from lingr.api.dispatch import Dispatcher
from lingr.api.reading import Request
from lingr.domain import accounts
from lingr.render.links import Links
from support.archive import room_with


def test_an_archive_is_rendered_off_the_loop(ctx):
    offloaded = []

    def offload(function, *arguments):
        offloaded.append(function.__name__)
        return function(*arguments)

    room = room_with(ctx, "busy", *(f"お茶 {number}" for number in range(300)))
    key = accounts.create_api_key(ctx, name="tests").id
    dispatcher = Dispatcher(replace(ctx, offload=offload), v1.METHODS, Links("http://chat.example.org"))
    for path, expected in (("room/get_archives", ["_rendered"]), ("room/get_info", [])):
        for format in ("xml", "json"):
            offloaded.clear()
            query = f"api_key={key}&id={room}&format={format}".encode()
            answer = dispatcher.begin(Request("GET", path, query=query))
            assert offloaded == expected
            assert b"ok" in answer.body
            assert answer.body.count("お茶".encode()) == (300 if expected else 0)
