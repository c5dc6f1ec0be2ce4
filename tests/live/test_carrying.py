"""``lingr export`` and ``lingr import``, beside a server that people use."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from lingr.cli import main
from support.house import House

pytestmark = pytest.mark.live


def lingr(house: House, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Runs a command with the server's own environment."""
    return subprocess.run(
        [sys.executable, "-m", "lingr", *arguments],
        env=house.served.environment,
        input=given,
        capture_output=True,
        check=False,
        timeout=60,
    )


def exported(house: House, room: str) -> bytes:
    done = lingr(house, "export", room)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


@pytest.fixture(scope="module")
def talk(house: House) -> bytes:
    """The file of a room with a password in which something was said."""
    room = house.room(id="talk", password="開けゴマ", tags='お茶 "late night"')
    ann, bob = (house.enter(room, name, password="開けゴマ") for name in ("アリス", "bob"))
    ann.say("こんにちは 😀 / \\")
    ann.say("秘密", occupant_id=bob.occupant_id)
    return exported(house, room)


def test_a_room_goes_into_a_file_that_nobody_else_may_read(house: House, talk: bytes, tmp_path: Path) -> None:
    place = tmp_path / "talk.jsonl"
    done = lingr(house, "export", "talk", "-o", str(place))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert place.read_bytes() == talk
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [place]
    kinds = [json.loads(line)["type"] for line in talk.splitlines()[1:]]
    assert kinds == ["system:enter", "system:enter", "user", "private"]


def test_what_comes_out_of_a_file_is_a_room_as_any_other(house: House, talk: bytes, tmp_path: Path) -> None:
    place = tmp_path / "talk.jsonl"
    place.write_bytes(talk)
    done = lingr(house, "import", str(place), "--id", "twin", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"room_id": "twin", "name": "A room", "url": f"{house.url}/room/twin"}
    assert exported(house, "twin") == talk.replace(b'"id":"talk"', b'"id":"twin"')
    told = house.info("twin", counter=0, password="開けゴマ")
    assert [one["text"] for one in told["messages"]][2:] == ["こんにちは 😀 / \\"]
    assert (told["occupants"], told["room"]["counter"]) == ([], 4)
    carol = house.enter("twin", "carol", password="開けゴマ")
    assert carol.say("hello")["id"] == 6


def test_a_file_may_come_through_a_pipe(house: House, talk: bytes) -> None:
    done = lingr(house, "import", "-", "--id", "piped", given=talk)
    assert (done.returncode, done.stdout.decode().strip()) == (0, f"{house.url}/room/piped")


def test_what_cannot_be_done_is_said_in_a_sentence(house: House, talk: bytes, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(talk[:-40])
    nowhere = str(tmp_path / "none" / "talk.jsonl")
    cases: list[tuple[list[str], bytes, str]] = [
        (["import", "-"], talk, "id unavailable"),
        (["import", "-", "--id", "a/b"], talk, "invalid parameter: id"),
        (["import", "-", "--id", "spoilt"], b"", "line 1: the file is empty"),
        (["import", "-", "--id", "spoilt"], b"PK\x03\x04", "line 1: "),
        (["import", str(cut), "--id", "spoilt"], b"", f"{cut}, line 5: "),
        (["import", nowhere], b"", "does not exist"),
        (["export", "nowhere"], b"", "invalid room id"),
        (["export", "talk", "-o", nowhere], b"", "cannot be written: No such file or directory."),
    ]
    runner = CliRunner(env=house.served.environment)
    for arguments, given, sentence in cases:
        # In this process, for speed.
        done = runner.invoke(main, arguments, input=given)
        assert isinstance(done.exception, SystemExit), done.exception
        assert (done.exit_code in (1, 2), done.stdout) == (True, ""), arguments
        assert sentence in done.stderr, (arguments, done.stderr)
    assert house.client.post("room/get_info", api_key=house.api_key, id="spoilt").code == 108
    assert [path.name for path in tmp_path.iterdir()] == ["cut.jsonl"]


def test_a_room_that_is_talked_in_is_exported_up_to_one_moment(house: House) -> None:
    room = house.room(id="busy")
    ann, done = house.enter(room, "ann"), threading.Event()

    def talk_on() -> None:
        while not done.is_set():
            ann.say("more")

    talker = threading.Thread(target=talk_on)
    talker.start()
    try:
        files = [exported(house, room) for _ in range(3)]
    finally:
        done.set()
        talker.join()
    for file in files:
        head, *events = map(json.loads, file.splitlines())
        assert [one["id"] for one in events] == list(range(1, head["counter"] + 1))
        assert head["max_user_message_id"] in (0, head["counter"])
    assert files[0].partition(b"\n")[2] in files[1]
    assert files[1].partition(b"\n")[2] in files[2]
