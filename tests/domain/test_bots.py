"""Bots: made, changed, proved, invited, and gone."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode

import pytest

from lingr.domain import accounts, bots, changing, icons, rooms
from lingr.errors import LingrError
from support import photos
from support.people import ROOM


@pytest.fixture
def echo(ctx):
    return bots.create(ctx, id="echo", name="Echo")


def test_a_new_bot_has_a_secret_of_its_own(ctx, clock):
    echo = bots.create(
        ctx, id="Echo_2", name="  エコー  bot ", owner_id="u", endpoint=" https://bots.example:8443/echo?x=1 "
    )
    assert (echo.id, echo.name, echo.owner_id, echo.created) == ("Echo_2", "エコー bot", "u", clock.now)
    assert echo.endpoint == "https://bots.example:8443/echo?x=1"
    assert re.fullmatch(r"[0-9A-Za-z]{27}", echo.secret)
    assert echo.secret != bots.create(ctx, id="other", name="Other").secret
    assert bots.require(ctx, "Echo_2") == echo
    assert [one.id for one in bots.every(ctx)] == ["Echo_2", "other"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("id", value) for value in ("", "a b", "a-b", "ボット", "x" * 33, "a/b", "a\n")),
        *(("name", value) for value in ("", " ", "\x00", "x" * 101)),
        *(
            ("endpoint", value)
            for value in (
                "bots.example",
                "ftp://bots.example/",
                "http://",
                "http:///path",
                "http://bots.example:99999/",
                "http://bots.example:0/",
                "http://[::1/",
                "http://bots.example/a b",
                "http://bots.example/\x00",
                "http://ボット.example/",
                "javascript:alert(1)",
                "http://ann:secret@bots.example/",
                "http://bots.example/" + "x" * 2000,
            )
        ),
    ],
)
def test_what_no_bot_can_have_is_refused(ctx, field, value):
    with pytest.raises(LingrError, match=f"parameter: {field}"):
        bots.create(ctx, **{"id": "echo", "name": "Echo", field: value})
    assert bots.every(ctx) == []
    if field != "id":
        echo = bots.create(ctx, id="echo", name="Echo")
        if value:
            with pytest.raises(LingrError, match=f"parameter: {field}"):
                bots.change(ctx, echo, **{field: value})
        assert bots.require(ctx, "echo") == echo


def test_nobody_goes_by_the_name_of_another(ctx, echo):
    user = {"email": "e@example.org", "password": "p"}
    with pytest.raises(LingrError, match="id_unavailable"):
        accounts.create_user(ctx, username="ECHO", **user)
    accounts.create_user(ctx, username="ann", **user)
    for taken in ("Ann", "Echo", "echo"):
        with pytest.raises(LingrError, match="id_unavailable"):
            bots.create(ctx, id=taken, name="X")


def test_what_is_not_given_stays(ctx, echo):
    told = bots.change(ctx, echo, endpoint="http://bots.example/", owner_id="u")
    assert (told.name, told.secret, told.endpoint) == ("Echo", echo.secret, "http://bots.example/")
    named = bots.change(ctx, told, name="Ekho")
    assert (named.name, named.endpoint, named.owner_id) == ("Ekho", "http://bots.example/", "u")
    assert bots.change(ctx, named, endpoint="").endpoint is None
    assert bots.change(ctx, named) == bots.require(ctx, "echo")


def test_a_bot_proves_itself_by_its_secret(ctx, echo):
    verifier = hashlib.sha1(f"echo{echo.secret}".encode()).hexdigest()
    assert bots.verifier_of("echo", echo.secret) == verifier
    assert bots.verify(ctx, "echo", verifier) == echo
    assert bots.verify(ctx, "echo", verifier.upper()) == echo
    for bot_id, wrong in (
        ("echo", ""),
        ("echo", verifier[:-1]),
        ("echo", f"{verifier} "),
        ("echo", echo.secret),
        ("echo", "検証"),
        ("echo", "\ud800"),
        ("Echo", verifier),
        ("nobody", verifier),
        ("", verifier),
        ("a/b", verifier),
    ):
        with pytest.raises(LingrError, match="invalid_bot"):
            bots.verify(ctx, bot_id, wrong)


def test_a_former_secret_is_worth_nothing(ctx, echo):
    renewed = bots.renew_secret(ctx, echo)
    assert renewed.secret != echo.secret
    with pytest.raises(LingrError, match="invalid_bot"):
        bots.verify(ctx, "echo", bots.verifier_of("echo", echo.secret))
    assert bots.verify(ctx, "echo", bots.verifier_of("echo", renewed.secret)) == renewed


def test_the_secret_signs_as_standard_webhooks_have_it(echo):
    mark, _, key = bots.signing_key(echo.secret).partition("_")
    assert (mark, b64decode(key, validate=True).decode()) == ("whsec", echo.secret)
    assert 24 <= len(echo.secret) <= 64


def test_a_room_has_the_bots_that_were_invited(ctx, lobby, echo):
    zed = bots.create(ctx, id="zed", name="Zed")
    assert bots.present(ctx, ROOM) == ()
    assert bots.invite(ctx, zed, lobby)
    assert bots.invite(ctx, echo, lobby)
    assert not bots.invite(ctx, echo, lobby)
    shown = bots.present(ctx, ROOM)
    assert [(one.id, one.name, one.public_id) for one in shown] == [
        ("echo", "Echo", echo.public_id),
        ("zed", "Zed", zed.public_id),
    ]
    assert not any(hasattr(one, "secret") for one in shown)
    assert bots.rooms_of(ctx, "echo") == {ROOM}
    assert bots.rooms_of_all(ctx, ["zed", "echo"]) == {"zed": {ROOM}, "echo": {ROOM}}
    assert bots.remove(ctx, echo, lobby)
    assert not bots.remove(ctx, echo, lobby)
    assert [one.id for one in bots.present(ctx, ROOM)] == ["zed"]
    assert bots.rooms_of(ctx, "echo") == frozenset()


def test_a_bot_of_many_rooms_and_a_room_of_many_bots(ctx, lobby, echo):
    many = [rooms.create(ctx, id=f"room{number}", name="R") for number in range(30)]
    others = [bots.create(ctx, id=f"bot{number:02}", name="B") for number in range(20)]
    for room in many:
        bots.invite(ctx, echo, room)
    for bot in others:
        bots.invite(ctx, bot, lobby)
    assert bots.rooms_of(ctx, "echo") == {room.id for room in many}
    assert [one.id for one in bots.present(ctx, ROOM)] == [one.id for one in others]
    assert bots.present_in(ctx, [ROOM, "room7", "nowhere"])[1:] == [(bots.present(ctx, "room7")[0],), ()]


def test_a_bot_stays_in_a_room_that_moves_and_hears_none_that_is_deleted(ctx, lobby, echo):
    bots.invite(ctx, echo, lobby)
    moved = changing.change(ctx, lobby, new_id="elsewhere")
    assert [one.id for one in bots.present(ctx, moved.id)] == ["echo"]
    changing.delete(ctx, moved)
    assert bots.rooms_of(ctx, "echo") == frozenset()
    again = rooms.create(ctx, id=ROOM, name="Lobby")
    assert bots.present(ctx, again.id) == ()
    assert not list(ctx.store.engine.command("KEYS", "*invited*"))


def test_a_bot_that_is_deleted_is_nowhere(ctx, lobby, echo):
    bots.invite(ctx, echo, lobby)
    bots.delete(ctx, echo)
    assert bots.present(ctx, ROOM) == ()
    assert bots.every(ctx) == []
    with pytest.raises(LingrError, match="parameter: bot"):
        bots.require(ctx, "echo")
    with pytest.raises(LingrError, match="parameter: bot"):
        bots.change(ctx, echo, name="X")
    anew = bots.create(ctx, id="Echo", name="Another")
    assert bots.rooms_of(ctx, anew.id) == frozenset()
    assert anew.public_id != echo.public_id


def test_a_bot_has_an_icon(ctx, echo):
    drawn = bots.change(ctx, echo, image=photos.png())
    assert icons.find(ctx, icons.USER, echo.public_id, drawn.icon, 48) is not None
    other = bots.change(ctx, drawn, image=photos.png())
    assert icons.find(ctx, icons.USER, echo.public_id, drawn.icon, 48) is None
    with pytest.raises(LingrError, match="invalid_image"):
        bots.change(ctx, other, image=b"no picture")
    assert bots.require(ctx, "echo").icon == other.icon
    assert bots.change(ctx, other, image=b"").icon is None
    assert icons.find(ctx, icons.USER, echo.public_id, other.icon, 48) is None
    with pytest.raises(LingrError, match="id_unavailable"):
        bots.create(ctx, id="echo", name="Echo", image=photos.png())
