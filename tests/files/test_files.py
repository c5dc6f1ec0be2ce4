"""Files, in a directory and in a bucket alike."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lingr import files
from lingr.errors import LingrError
from lingr.files import Files, open_files
from support.bucket import ACCESS, Service, serving
from support.served import free_port

NAME = "room/lobby/0123456789a/16x16.png"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("bucket")) as service:
        yield service


@pytest.fixture(params=["directory", "bucket", "bucket without a prefix"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    if request.param == "directory":
        yield open_files(tmp_path / "a" / "b", None, None)
        return
    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    service: Service = request.getfixturevalue("service")
    url = "s3://pictures" if request.param.endswith("prefix") else "s3://pictures/some/place"
    place = open_files(tmp_path, url, service.endpoint)
    yield place
    place.forget("room")
    place.forget("user")
    assert service.held() == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_read_as_it_was_put(place: Files) -> None:
    assert place.get(NAME) is None
    for content in (b"\x89PNG\r\n\0", b"another", b"", os.urandom(300_000)):
        place.put(NAME, content)
        assert place.get(NAME) == content
    assert place.get("room/lobby") is None
    assert place.get(NAME + "/x") is None


def test_a_folder_is_forgotten_with_all_that_is_in_it_and_nothing_else(place: Files) -> None:
    place.forget("room/lobby")
    for owner in ("lobby", "lobby2", "lobb", "Lobby"):
        place.put(f"room/{owner}/v1/16x16.png", owner.encode())
        place.put(f"room/{owner}/v2/16x16.png", owner.encode())
    place.put("user/lobby/v1/16x16.png", b"user")
    place.forget("room/lobby/v1")
    assert place.get("room/lobby/v1/16x16.png") is None
    assert place.get("room/lobby/v2/16x16.png") == b"lobby"
    place.forget("room/lobby")
    assert place.get("room/lobby/v2/16x16.png") is None
    for owner in ("lobby2", "lobb", "Lobby"):
        assert place.get(f"room/{owner}/v1/16x16.png") == owner.encode()
    assert place.get("user/lobby/v1/16x16.png") == b"user"
    place.put("room/lobby/v1/16x16.png", b"again")
    assert place.get("room/lobby/v1/16x16.png") == b"again"


def test_what_nobody_put_here_is_not_read_at_length(place: Files) -> None:
    place.put(NAME, b"x" * files.MOST_BYTES)
    assert len(place.get(NAME) or b"") == files.MOST_BYTES
    place.put(NAME, b"x" * (files.MOST_BYTES + 1))
    assert place.get(NAME) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "..",
        "../x",
        "room/../../x",
        "/etc/passwd",
        "room//x",
        "room/.x",
        ".new/x",
        "x\0",
        "あ",
        "a b",
    ],
)
def test_no_name_leads_anywhere_else(place: Files, name: str) -> None:
    for attempt in (place.get, place.forget, lambda name: place.put(name, b"x")):
        with pytest.raises(ValueError, match="no file may be called"):
            attempt(name)


def test_there_is_no_trouble_with_it(place: Files) -> None:
    assert place.trouble() is None


def test_the_bucket_says_that_they_are_pictures(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    place = open_files(tmp_path, "s3://pictures/x", service.endpoint)
    place.put(NAME, b"x")
    assert service.held() == [f"x/{NAME}"]
    assert service.kind(f"x/{NAME}") == "image/png"
    place.forget("room")


def test_a_bucket_that_cannot_be_used_is_told_of(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    absent = open_files(tmp_path, "s3://there-is-none", service.endpoint)
    away = open_files(tmp_path, "s3://pictures", f"http://127.0.0.1:{free_port()}")
    for place in (absent, away):
        assert "cannot be used" in str(place.trouble())
        with pytest.raises(LingrError, match="unavailable"):
            place.put(NAME, b"x")
        with pytest.raises(LingrError, match="unavailable"):
            place.forget("room")
    with pytest.raises(LingrError, match="unavailable"):
        away.get(NAME)


def test_a_directory_that_cannot_be_used_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, and no directory")
    place = open_files(tmp_path / "taken" / "images", None, None)
    assert place.trouble() is not None
    assert place.get(NAME) is None
    with pytest.raises(LingrError, match="unavailable"):
        place.put(NAME, b"x")


def test_a_file_that_is_put_while_it_is_read_is_the_old_or_the_new_one(tmp_path: Path) -> None:
    place = open_files(tmp_path, None, None)
    wanted = {letter * 200_000 for letter in (b"a", b"b")}
    place.put(NAME, b"a" * 200_000)
    done = threading.Event()

    def put() -> None:
        for _ in range(100):
            for content in wanted:
                place.put(NAME, content)
        done.set()

    putting = threading.Thread(target=put)
    putting.start()
    while not done.is_set():
        assert place.get(NAME) in wanted
    putting.join()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["16x16.png"]


def test_what_a_process_left_half_done_is_cleared_away_by_the_next_one(tmp_path: Path) -> None:
    place = open_files(tmp_path, None, None)
    place.put(NAME, b"x")
    for name in ("late", "early"):
        for half in (f".new/{name}", f".gone/{name}/folder/16x16.png"):
            path = tmp_path / half
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"half")
    for late in (tmp_path / ".new" / "late", tmp_path / ".gone" / "late"):
        os.utime(late, (0, 0))
    place.forget("room/other")
    assert {path.name for kind in (".new", ".gone") for path in (tmp_path / kind).iterdir()} == {"early"}
    assert place.get(NAME) == b"x"


def test_no_empty_folders_are_left(tmp_path: Path) -> None:
    place = open_files(tmp_path, None, None)
    place.put(NAME, b"x")
    place.put("room/lobby/other/16x16.png", b"x")
    for folder in ("room/lobby/0123456789a", "room/there-is-none/0123456789a"):
        place.forget(folder)
    assert [path.name for path in (tmp_path / "room").iterdir()] == ["lobby"]
    place.forget("room/lobby/other")
    assert not (tmp_path / "room" / "lobby").exists()


def test_a_file_that_arrives_while_its_folder_is_cleared_is_cleared_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = open_files(tmp_path, None, None)
    place.put(NAME, b"x")
    rmdir, late = os.rmdir, iter(["late.png"])

    def put_first(path: str, *, dir_fd: int | None = None) -> None:
        name = next(late, None)
        if name is not None:
            os.close(os.open(f"{path}/{name}", os.O_CREAT | os.O_WRONLY, dir_fd=dir_fd))
        rmdir(path, dir_fd=dir_fd)

    monkeypatch.setattr(os, "rmdir", put_first)
    place.forget("room/lobby")
    assert next(late, None) is None
    assert list(tmp_path.rglob("*.png")) == []


def test_files_put_while_their_folder_is_forgotten_are_there_or_not(tmp_path: Path) -> None:
    place = open_files(tmp_path, None, None)
    faults: list[BaseException] = []

    def repeat(what: str) -> None:
        try:
            for number in range(200):
                if what == "put":
                    place.put(f"room/lobby/v{number}/16x16.png", b"x")
                else:
                    place.forget("room/lobby")
        except BaseException as fault:  # noqa: BLE001 (which the test is about)
            faults.append(fault)

    threads = [threading.Thread(target=repeat, args=(what,)) for what in ("put", "forget", "put", "forget")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    place.forget("room/lobby")
    assert list(tmp_path.rglob("*.png")) == []
