"""Icons of rooms and users: sent as the clients of the time send them, told everywhere, and really there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from support import photos
from support.forms import Speaker, refusal
from support.house import Account, House
from support.uploads import Upload, fetched, shown, upload, upload_as

SMALL = Upload(photos.png())
PHOTO = Upload(photos.saved(photos.halves((3000, 2000)), "JPEG"), "foto 夜.jpg", "image/jpeg")


@pytest.fixture
def account(house: House) -> Account:
    return house.user()


@pytest.fixture
def session(house: House, account: Account) -> str:
    return house.session(account)


def create(house: House, session: str, **fields: object) -> Any:
    told = upload(house.client, "room/create", session=session, **{"name": "A room", **fields}).json
    assert told["status"] == "ok", told
    return told["room"]


def set_icon(house: House, session: str, image: object = SMALL) -> str:
    told = upload(house.client, "user/set_icon", session=session, image=image).json
    assert told["status"] == "ok", told
    url: str = told["icon_url"]
    return url


def files(house: House) -> set[Path]:
    """All files of icons there are."""
    return {path for path in (house.ctx.settings.images_dir).rglob("*") if path.is_file()}


@pytest.mark.parametrize("image", [SMALL, PHOTO], ids=["a few bytes", "a photo"])
def test_a_room_has_the_icon_it_was_made_with(house: House, session: str, image: Upload) -> None:
    room = create(house, session, description="お茶", image=image, tags='jazz "late night"')
    assert room["description"] == "お茶"
    assert len(room["tags"]) == 2
    assert shown(house.client, room["icon_url"], 16)
    for size in (16, 32, 48):
        assert shown(house.client, room["icon_url"].replace("16x16", f"{size}x{size}"), size)
    told = house.info(room["id"])["room"]
    assert told == room
    entered = house.client.ok("room/enter", session=session, id=room["id"], nickname="ann")
    assert entered["room"]["icon_url"] == room["icon_url"]


def test_a_room_without_an_icon_has_one_that_all_such_rooms_have(house: House, session: str) -> None:
    empty = Upload(b"", "", "application/octet-stream")
    urls = {create(house, session, **fields)["icon_url"] for fields in ({}, {"image": empty}, {"image": ""})}
    urls.add(house.client.ok("room/create", session=session, name="A room", image="")["room"]["icon_url"])
    assert len(urls) == 1
    assert not shown(house.client, urls.pop(), 16)


def test_every_icon_in_every_answer_is_there(house: House, session: str) -> None:
    icon = set_icon(house, session)
    room = create(house, session, image=SMALL)["id"]
    ann = house.enter_as(session, room, "ann")
    bob = house.enter(room, "bob")
    house.enter(room)
    said = [ann.say("hello"), bob.say("hi"), ann.say("psst", occupant_id=bob.occupant_id)]
    ann.call("set_nickname", nickname="anne")
    heard = bob.call("get_messages", counter=0)
    info = house.info(room, counter=0)
    entered = house.client.ok("room/enter", session=session, id=room, nickname="anna")
    assert shown(house.client, icon, 80)
    own = [shown(house.client, message["icon_url"], 26) for message in said]
    assert own == [True, False, True]
    for told in (heard, info, entered):
        for one in told["occupants"]:
            if "nickname" in one:
                assert shown(house.client, one["icon_url"], 48) is one["nickname"].startswith("ann")
            else:
                assert "icon_url" not in one
    for told in (heard, info):
        for one in told["messages"]:
            assert shown(house.client, one["icon_url"], 26) is one["nickname"].startswith("ann")
    assert [one["type"] for one in heard["messages"]] == [
        "system:enter", "system:enter", "user", "user", "private", "system:nickname_change",
    ]  # fmt: skip
    ann.call("exit")
    assert shown(house.client, bob.call("get_messages", counter=-1)["messages"][0]["icon_url"], 26)


def test_an_icon_may_be_kept_for_ever(house: House, session: str) -> None:
    url = create(house, session, image=SMALL)["icon_url"]
    answer = fetched(house.client, url)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    mark = answer.headers["etag"]
    again = fetched(house.client, url, **{"If-None-Match": mark})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", mark)
    assert again.headers["cache-control"] == answer.headers["cache-control"]
    assert fetched(house.client, url, **{"If-None-Match": '"another"'}).status == 200
    head = house.client.request("HEAD", url.removeprefix(house.url))
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(answer.body))
    assert house.client.request("POST", url.removeprefix(house.url)).status == 405


def test_what_comes_of_a_picture_says_nothing_about_who_sent_it(house: House, session: str) -> None:
    for content in (photos.secretive(), photos.turned()):
        url = create(house, session, image=Upload(content))["icon_url"]
        assert b"secretly" not in fetched(house.client, url).body


@pytest.mark.parametrize("what", [name for name, content in photos.NOT_PICTURES.items() if content])
@pytest.mark.parametrize("method", ["room/create", "user/set_icon"])
def test_what_is_no_picture_is_refused_and_nothing_changes(
    house: House, session: str, method: str, what: str
) -> None:
    before = files(house)
    wanted = house.ctx.new_id()
    upload_of_it = Upload(photos.NOT_PICTURES[what])
    answer = upload(house.client, method, session=session, id=wanted, name="A room", image=upload_of_it)
    assert answer.json["error"] == {"message": "invalid image", "code": 128}
    assert house.client.get("room/get_info", api_key=house.api_key, id=wanted).code == 108
    assert files(house) == before


@pytest.mark.parametrize("image", [Upload(b""), Upload(b"<svg/>", "icon.svg", "image/svg+xml"), "text"])
def test_nothing_and_worse_are_refused_in_the_form_asked_for(
    house: House, session: str, form: str, image: object
) -> None:
    speaker = Speaker(house.client, form)
    assert refusal(upload_as(speaker, "user/set_icon", session=session, image=image)) == 128
    assert refusal(upload_as(speaker, "room/create", session=session, name="x", image=image)) == 128


def test_text_where_a_picture_should_be_is_refused(house: House, session: str) -> None:
    assert house.client.post("room/create", session=session, name="x", image="icon.png").code == 128
    assert house.client.get("user/set_icon", session=session, image="x").code == 128


@pytest.mark.parametrize("megabytes", [4.001, 10, 70])
@pytest.mark.parametrize("method", ["room/create", "user/set_icon"])
def test_a_picture_of_many_bytes_is_refused_in_the_form_asked_for(
    house: House, session: str, form: str, method: str, megabytes: float
) -> None:
    image = Upload(photos.png() + b"x" * int(megabytes * 1_048_576))
    speaker = Speaker(house.client, form)
    before = files(house)
    # What is too much for anybody is not read to its end, where this client says how to answer.
    asked = speaker.asking() if megabytes > 64 else {}
    told = upload_as(speaker, method, session=session, name="A room", **asked, image=image)
    assert refusal(told) == 127
    assert files(house) == before


@pytest.mark.parametrize("side", [5_000, 20_000])
def test_a_picture_of_many_pixels_is_refused(house: House, session: str, form: str, side: int) -> None:
    image = Upload(photos.bomb(side, side))
    speaker = Speaker(house.client, form)
    told = upload_as(speaker, "room/create", session=session, name="A room", image=image)
    assert refusal(told) == 127
    assert refusal(upload_as(speaker, "user/set_icon", session=session, image=image)) == 127


def test_the_largest_picture_that_may_be_is_taken(house: House, session: str) -> None:
    noise = Image.effect_noise((1200, 1100), 90).convert("RGB")
    content = photos.saved(noise, "BMP")
    assert 3_500_000 < len(content) < 4_194_304
    assert create(house, session, image=Upload(content))["icon_url"].endswith("/16x16.png")
    assert create(house, session, image=Upload(content.ljust(4_194_304, b"\0")))["id"]


def test_who_is_not_logged_in_has_no_icon_to_set(house: House, form: str) -> None:
    speaker = Speaker(house.client, form)
    assert refusal(upload_as(speaker, "user/set_icon", session=house.session(), image=SMALL)) == 106
    assert refusal(upload_as(speaker, "user/set_icon", session="nobody", image=SMALL)) == 102
    assert refusal(upload_as(speaker, "user/set_icon", image=SMALL)) == 102


def test_an_icon_to_set_must_be_there(house: House, session: str, form: str) -> None:
    speaker = Speaker(house.client, form)
    assert refusal(upload_as(speaker, "user/set_icon", session=session)) == 124
    nothing_chosen = Upload(b"", "", "application/octet-stream")
    assert refusal(upload_as(speaker, "user/set_icon", session=session, image=nothing_chosen)) == 124


def test_who_changes_an_icon_is_seen_with_the_new_one_at_once(house: House, session: str, room: str) -> None:
    ann = house.enter_as(session, room, "ann")
    before = ann.say("plain")
    assert not shown(house.client, before["icon_url"], 26)
    first = set_icon(house, session)
    said = ann.say("with an icon")
    assert shown(house.client, said["icon_url"], 26)
    green = Upload(photos.saved(Image.new("RGB", (80, 80), photos.GREEN)))
    second = set_icon(house, session, green)
    assert second != first
    now = ann.say("green")
    assert not shown(house.client, now["icon_url"], 26)
    # The former address leads to the icon there is now, but nobody is to rely on that.
    former, current = fetched(house.client, first), fetched(house.client, second)
    assert former.body == current.body
    assert former.headers["cache-control"] == "public, max-age=60"
    assert fetched(house.client, said["icon_url"]).body == fetched(house.client, now["icon_url"]).body


def test_an_icon_that_is_taken_away_is_gone(house: House, account: Account, session: str, room: str) -> None:
    ann = house.enter_as(session, room, "ann")
    url = set_icon(house, session)
    said = ann.say("hello")
    plain = set_icon(house, session, "")
    assert not shown(house.client, plain, 80)
    assert plain.endswith("/static/icons/user-80x80.png")
    assert not shown(house.client, url, 80)
    assert not shown(house.client, said["icon_url"], 26)
    assert ann.say("again")["icon_url"] != said["icon_url"]
    assert not [path for path in files(house) if account.user_id in path.parts]
    assert not (house.ctx.settings.images_dir / "user" / account.user_id).exists()
    assert house.client.ok("user/set_icon", session=session, image="")["icon_url"] == plain


def test_an_icon_comes_with_the_log_in_and_goes_with_the_log_out(
    house: House, account: Account, session: str, room: str
) -> None:
    set_icon(house, session)
    other = house.session()
    ann = house.enter_as(other, room, "ann")
    assert not shown(house.client, ann.say("who am I")["icon_url"], 26)
    house.client.ok("auth/login", session=other, email=account.email, password=account.password)
    assert shown(house.client, ann.say("it is me")["icon_url"], 26)
    assert shown(house.client, house.info(room)["occupants"][0]["icon_url"], 48)
    house.client.ok("auth/logout", session=other)
    assert not shown(house.client, ann.say("nobody")["icon_url"], 26)
    assert not shown(house.client, house.info(room)["occupants"][0]["icon_url"], 48)


def test_addresses_that_were_never_told_show_a_plain_icon_or_nothing(house: House) -> None:
    version = house.ctx.new_id()
    for kind, size in (("room", 16), ("room", 48), ("user", 26), ("user", 80)):
        url = f"{house.url}/images/{kind}/{version}/{version}/{size}x{size}.png"
        assert not shown(house.client, url, size)
        answer = fetched(house.client, url)
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert fetched(house.client, url, **{"If-None-Match": answer.headers["etag"]}).status == 304
    for path in (
        f"/images/room/lobby/{version}/80x80.png",
        f"/images/user/{version}/{version}/16x16.png",
        f"/images/room/lobby/{version}/16x16.gif",
        f"/images/room/lobby/{version}/016x16.png",
        f"/images/room/lobby/{version}/..%2f16x16.png",
        f"/images/room/..%2flobby/{version}/16x16.png",
        f"/images/room/%2e%2e/{version}/16x16.png",
        f"/images/room/lobby/{version[:10]}/16x16.png",
        f"/images/room/lobby/{version}x/16x16.png",
        f"/images/room/{'x' * 33}/{version}/16x16.png",
        f"/images/group/lobby/{version}/16x16.png",
        f"/images/user/lobby/{version}/26x26.png",
        "/images/room/lobby//16x16.png",
        "/images/",
    ):
        assert house.client.request("GET", path).status == 404, path


def test_a_room_whose_id_is_taken_leaves_no_files(house: House, session: str, room: str) -> None:
    before = files(house)
    assert upload(house.client, "room/create", session=session, name="x", id=room, image=SMALL).code == 126
    assert files(house) == before


def test_files_that_nobody_wants_are_passed_over(house: House, session: str, room: str) -> None:
    told = upload(house.client, "room/get_info", api_key=house.api_key, id=room, image=SMALL, icon=SMALL)
    assert told.json["status"] == "ok"
    told = upload(house.client, "room/create", session=session, name="x", icon=SMALL, description=SMALL).json
    assert told["room"]["description"] == ""
    assert not shown(house.client, told["room"]["icon_url"], 16)
    assert upload(house.client, "room/create", session=session, name=SMALL).code == 124


def test_texts_in_a_form_with_a_picture_are_bounded(house: House, session: str) -> None:
    big = "x" * 1_100_000
    answer = upload(house.client, "room/create", session=session, name="x", description=big, image=SMALL)
    assert answer.code == 998
    broken = b"\xff\xfe"
    body = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + broken + b"\r\n--b--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    target = f"/api/room/create?format=json&session={session}"
    assert house.client.request("POST", target, body, kind).code == 120
    assert house.client.request("POST", target, body[:-9], kind).code in (120, 998)
    plain = {"Content-Type": "multipart/form-data"}
    assert house.client.request("POST", target, body, plain).code == 998


def files_of(house: House, owner_id: str) -> set[Path]:
    """The files of one room's or user's icons."""
    return {path for path in files(house) if owner_id in path.parts}


def test_a_room_gets_another_icon_and_then_none(house: House, session: str) -> None:
    room = create(house, session, image=SMALL)
    green = Upload(photos.saved(Image.new("RGB", (30, 50), photos.GREEN)), "green.gif", "image/gif")
    before = files_of(house, room["id"])
    told = upload(house.client, "room/change_settings", session=session, id=room["id"], image=green).json
    changed = told["room"]
    assert changed == {**room, "icon_url": changed["icon_url"]}
    assert changed == house.info(room["id"])["room"]
    answer = fetched(house.client, changed["icon_url"])
    assert photos.near(photos.opened(answer.body).convert("RGB").getpixel((8, 8)), photos.GREEN)
    assert len(files_of(house, room["id"])) == 3
    assert not files_of(house, room["id"]) & before
    # The former address shows what rooms without an icon have.
    assert not shown(house.client, room["icon_url"], 16)
    assert fetched(house.client, room["icon_url"]).headers["cache-control"] == "public, max-age=60"

    same = upload(house.client, "room/change_settings", session=session, id=room["id"], name="Other").json[
        "room"
    ]
    assert (same["icon_url"], same["name"]) == (changed["icon_url"], "Other")
    gone = upload(house.client, "room/change_settings", session=session, id=room["id"], image="").json["room"]
    assert not shown(house.client, gone["icon_url"], 16)
    assert files_of(house, room["id"]) == set()


def test_of_icons_that_a_room_gets_at_once_one_is_kept(house: House, session: str) -> None:
    room = create(house, session, image=SMALL)["id"]

    def change(_: int) -> str:
        told = upload(house.client, "room/change_settings", session=session, id=room, image=SMALL).json
        assert told["status"] == "ok", told
        url: str = told["room"]["icon_url"]
        return url

    with ThreadPoolExecutor(8) as pool:
        told = set(pool.map(change, range(8)))
    url = house.info(room)["room"]["icon_url"]
    assert len(told) == 8
    assert url in told
    assert shown(house.client, url, 16)
    [kept] = {path.parent.name for path in files_of(house, room)}
    assert kept in url


def test_a_room_takes_its_icon_along_and_leaves_none_behind(house: House, session: str) -> None:
    room, wanted = create(house, session, image=SMALL), house.ctx.new_id()
    told = house.client.ok("room/change_settings", session=session, id=room["id"], new_id=wanted)["room"]
    assert told["id"] == wanted
    assert shown(house.client, told["icon_url"], 16)
    before = files(house)
    house.client.ok("room/delete", session=session, id=wanted)
    assert len(before - files(house)) == 3
    assert not shown(house.client, told["icon_url"], 16)


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (Upload(photos.NOT_PICTURES["SVG"]), 128),
        (Upload(b""), 128),
        (Upload(photos.bomb()), 127),
        (Upload(b"x" * 10_000_000), 127),
    ],
    ids=["SVG", "nothing", "a bomb", "10 MB"],
)
def test_a_bad_picture_leaves_a_room_as_it_was(
    house: House, session: str, form: str, image: Upload, code: int
) -> None:
    room = create(house, session, image=SMALL)
    before = files_of(house, room["id"])
    speaker = Speaker(house.client, form)
    wanted = {"id": room["id"], "name": "Other", "new_id": house.ctx.new_id(), "image": image}
    assert refusal(upload_as(speaker, "room/change_settings", session=session, **wanted)) == code
    assert house.info(room["id"])["room"] == room
    assert files_of(house, room["id"]) == before


def test_only_the_owner_gives_a_room_its_icon(house: House, session: str) -> None:
    room = create(house, session, image=SMALL)
    other = house.session(house.user())
    path = "room/change_settings"
    refused = upload(house.client, path, session=other, id=room["id"], image=SMALL).json
    assert refused["status"] == "fail"
    assert refused["error"]["code"] == upload(house.client, path, session=other, id=room["id"]).code
    assert upload(house.client, path, session=house.session(), id=room["id"], image=SMALL).code == 106
    assert upload(house.client, path, session=session, id="none-such", image=SMALL).code == 108
    assert house.info(room["id"])["room"] == room
    assert len(files_of(house, room["id"])) == 3
