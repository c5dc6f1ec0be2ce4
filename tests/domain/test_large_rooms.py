"""Rooms with more people than are listed, and limits that hold whichever process is asked."""

from __future__ import annotations

import pytest

from lingr.domain import rooms
from lingr.domain.context import Caller
from lingr.errors import LingrError
from support.people import ROOM, Person


def info(ctx, **options):
    usual = {"id": ROOM, "counter": None, "user_messages_only": False, "password": None}
    return rooms.info(ctx, Caller(api_key="k"), **{**usual, **options})


def test_who_is_listed_in_a_large_room_and_how_many_are_there(open_ctx, lobby):
    ctx = open_ctx(roster_occupants=2)
    for nickname in ("Ann", "", "Cid"):
        Person(ctx).enter(nickname)
    assert [one.nickname for one in info(ctx).occupants] == ["Ann", "Cid"]
    Person(ctx).enter("Dan")
    told = info(ctx)
    assert (told.occupants, told.room.chatter_count, told.room.observer_count) == ((), 3, 1)


def test_polls_in_a_large_room_leave_everybody_out(open_ctx, lobby):
    ctx = open_ctx(roster_occupants=1)
    ann = Person(ctx).enter("Ann")
    assert [one.nickname for one in ann.get_messages(0).occupants] == ["Ann"]
    Person(ctx).enter()
    assert ann.get_messages(0).occupants is None


@pytest.mark.parametrize(
    ("setting", "act"),
    [
        ("limit_enter", lambda ann, ctx: ann.via(ctx).enter()),
        ("limit_get_messages", lambda ann, ctx: ann.via(ctx).get_messages(0)),
        ("limit_get_info", lambda ann, ctx: info(ctx)),
        ("limit_say", lambda ann, ctx: ann.via(ctx).say("hello")),
    ],
)
def test_a_limit_counts_what_two_processes_answer_together(open_ctx, lobby, setting, act):
    ann = Person(open_ctx()).enter("Ann")
    limits = {"rate_limits": True, setting: "3/minute"}
    one, two = open_ctx("one", **limits), open_ctx("two", **limits)
    for ctx in (one, two, one):
        act(ann, ctx)
    for ctx in (one, two):
        with pytest.raises(LingrError, match="rate_limited"):
            act(ann, ctx)
