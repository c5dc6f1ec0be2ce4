"""Pictures that several processes share: in a directory, and in a bucket that two servers use."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from lingr.cli import main
from support import photos
from support.bucket import Service, serving
from support.client import Client
from support.house import House, opened
from support.served import Served
from support.uploads import Upload, fetched, shown, upload

pytestmark = pytest.mark.live

SMALL = Upload(photos.png())
GREEN = Upload(photos.saved(Image.new("RGB", (90, 90), photos.GREEN)))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture(scope="module")
def first(service: Service) -> Iterator[House]:
    """A server that keeps its pictures in the bucket."""
    bucket = {"LINGR_IMAGES_URL": "s3://pictures/of/tests", "LINGR_IMAGES_ENDPOINT": service.endpoint}
    with opened(LINGR_RATE_LIMITS="off", LINGR_HOLD_SECONDS="2", **bucket, **service.environment) as house:
        yield house


@pytest.fixture(scope="module")
def second(first: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Another machine's server for the same rooms: its own directory, the same engine and bucket."""
    settings = dict(first.served.environment)
    settings["REDIS_URL"] = f"unix://{Path(settings['LINGR_DATA_DIR']).resolve()}/valkey.sock"
    settings["LINGR_BASE_URL"] = first.url
    for name in ("PORT", "LINGR_DATA_DIR"):
        del settings[name]
    served = Served(tmp_path_factory.mktemp("second"), **settings)
    try:
        served.start()
        yield Client(served.url)
    finally:
        served.destroy()


def test_what_one_server_was_sent_the_other_shows(first: House, second: Client, service: Service) -> None:
    owner = first.user()
    session = first.session(owner)
    room = upload(first.client, "room/create", session=session, name="A room", image=SMALL).json["room"]
    for client in (first.client, second):
        assert shown(client, room["icon_url"], 16)
        assert client.ok("room/get_info", api_key=first.api_key, id=room["id"])["room"] == room
    icon = upload(second, "user/set_icon", session=session, image=SMALL).json["icon_url"]
    assert shown(first.client, icon, 80)
    assert {key.split("/")[2] for key in service.held()} == {"room", "user"}
    assert not list((Path(first.served.environment["LINGR_DATA_DIR"])).glob("images/*"))

    changed = upload(second, "room/change_settings", session=session, id=room["id"], image=GREEN).json["room"]
    assert changed["icon_url"] != room["icon_url"]
    assert not shown(first.client, changed["icon_url"], 16)
    assert fetched(first.client, changed["icon_url"]).headers["cache-control"].endswith("immutable")
    assert first.client.ok("room/delete", session=session, id=room["id"]) == {"status": "ok"}
    assert second.ok("user/set_icon", session=session, image="")["icon_url"] != icon
    assert service.held() == []


def test_many_send_and_look_at_pictures_at_once(first: House, second: Client, service: Service) -> None:
    sessions = [first.session(first.user()) for _ in range(8)]
    faults: list[object] = []

    def visit(number: int) -> None:
        client = (first.client, second)[number % 2]
        try:
            for _ in range(3):
                told = upload(client, "user/set_icon", session=sessions[number], image=SMALL).json
                assert shown(second, told["icon_url"], 80)
                assert shown(first.client, told["icon_url"], 80)
        except BaseException as fault:  # noqa: BLE001 (which the test is about)
            faults.append(fault)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(len(sessions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    # Of each user what it has now, and nothing of what it had.
    assert len(service.held()) == 3 * len(sessions)
    for session in sessions:
        first.client.ok("user/set_icon", session=session, image="")
    assert service.held() == []


def test_a_bucket_that_is_away_is_no_reason_to_fall_silent(tmp_path: Path, service: Service) -> None:
    with serving(tmp_path) as short_lived:
        bucket = {"LINGR_IMAGES_URL": "s3://pictures", "LINGR_IMAGES_ENDPOINT": short_lived.endpoint}
        environment = {**bucket, **short_lived.environment, "AWS_MAX_ATTEMPTS": "1"}
        house_of_it = opened(LINGR_RATE_LIMITS="off", LINGR_HOLD_SECONDS="2", **environment)
        house = house_of_it.__enter__()
        session = house.session(house.user())
        room = upload(house.client, "room/create", session=session, name="A room", image=SMALL).json["room"]
        assert shown(house.client, room["icon_url"], 16)
    try:
        away = fetched(house.client, room["icon_url"])
        assert (away.status, away.headers["cache-control"]) == (503, "no-store")
        assert upload(house.client, "user/set_icon", session=session, image=SMALL).code == 999
        assert upload(house.client, "room/create", session=session, name="x", image=SMALL).code == 999
        assert house.enter(room["id"], "ann").say("we can still talk")["id"] == 2
        assert house.client.ok("room/create", session=session, name="without a picture")["room"]["icon_url"]
    finally:
        house_of_it.__exit__(None, None, None)


def test_an_operator_gives_icons(first: House, second: Client, tmp_path: Path) -> None:
    account = first.user(username="painter")
    room = first.room()
    picture = tmp_path / "picture.png"
    picture.write_bytes(SMALL.content)
    lingr = first.served.lingr
    told = lingr("user", "icon", "painter", str(picture))
    assert told["user_id"] == account.user_id
    assert shown(second, told["icon_url"], 80)
    ann = first.enter_as(first.session(account), room, "ann")
    assert shown(second, ann.say("hello")["icon_url"], 26)
    told = lingr("room", "icon", room, str(picture))
    assert told == {"room_id": room, "icon_url": first.info(room)["room"]["icon_url"]}
    assert shown(first.client, told["icon_url"], 16)
    assert not shown(first.client, lingr("room", "icon", room, "--off")["icon_url"], 16)
    assert not shown(first.client, lingr("user", "icon", "painter", "--off")["icon_url"], 80)


def test_an_operator_is_told_what_is_wrong_with_a_picture(first: House, tmp_path: Path) -> None:
    room = first.room()
    first.user(username="sculptor")
    picture = tmp_path / "picture.png"
    for content, sentence in (
        (b"no picture", "invalid image"),
        (b"", "invalid image"),
        (photos.bomb(), "image too large"),
        (b"x" * 5_000_000, "image too large"),
    ):
        picture.write_bytes(content)
        for arguments in (("room", "icon", room), ("user", "icon", "sculptor")):
            assert sentence in refused(first, *arguments, str(picture))
    assert "Name a file, or say --off" in refused(first, "room", "icon", room)
    assert "Name a file, or say --off" in refused(first, "room", "icon", room, str(picture), "--off")
    assert "does not exist" in refused(first, "room", "icon", room, str(tmp_path / "none"))
    assert "invalid room id" in refused(first, "room", "icon", "none-such", "--off")
    assert "invalid parameter: user" in refused(first, "user", "icon", "none-such", "--off")


def refused(house: House, *arguments: str, **environment: str) -> str:
    """The sentence that a command fails with. It runs in this process, for speed."""
    done = CliRunner(env={**house.served.environment, **environment}).invoke(main, arguments)
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code in (1, 2)
    return done.stderr


def test_check_says_where_pictures_are_and_whether_that_works(first: House, tmp_path: Path) -> None:
    told = first.served.lingr("check")
    assert told["settings"]["LINGR_IMAGES_URL"] == "s3://pictures/of/tests"
    assert {"ok": True, "text": "Pictures are kept in s3://pictures/of/tests."} in told["findings"]
    absent = {**first.served.environment, "LINGR_IMAGES_URL": "s3://there-is-none"}
    done = CliRunner(env=absent).invoke(main, ["check", "--json"])
    assert done.exit_code == 1
    texts = [one["text"] for one in json.loads(done.stdout)["findings"] if not one["ok"]]
    assert len(texts) == 1
    assert texts[0].startswith("Pictures cannot be kept: the bucket there-is-none cannot be used: ")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("LINGR_IMAGES_URL", "pictures"),
        ("LINGR_IMAGES_URL", "s3://"),
        ("LINGR_IMAGES_URL", "http://bucket"),
        ("LINGR_IMAGES_URL", "s3://bucket?x=y"),
        ("LINGR_IMAGES_ENDPOINT", "localhost:9000"),
        ("LINGR_IMAGE_BYTES", "0"),
        ("LINGR_IMAGE_PIXELS", "many"),
    ],
)
def test_settings_that_can_be_of_no_use_are_refused(first: House, setting: str, value: str) -> None:
    assert f"These settings cannot be used: {setting}:" in refused(first, "check", **{setting: value})
