"""Programs as users had them: a script of 2007, a client and an editor of 2009, and a bot, in one room."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lingr.cli import main
from support.endpoint import Server, soon
from support.house import Account, House
from support.programs import Program, perl_2007, python_2009, vim_2009


def has_vim() -> bool:
    """Whether there is an editor that can read JSON, and what it calls."""
    if shutil.which("vim") is None or shutil.which("curl") is None:
        return False
    able = [
        "vim",
        "-es",
        "-N",
        "-u",
        "NONE",
        "--cmd",
        "exe has('lambda') && exists('*json_decode') ? 'q' : 'cq'",
    ]
    return subprocess.run(able, stdin=subprocess.DEVNULL, timeout=20, check=False).returncode == 0


needs_perl = pytest.mark.skipif(shutil.which("perl") is None, reason="there is no perl")
needs_vim = pytest.mark.skipif(not has_vim(), reason="there is no vim with JSON, or no curl")


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Starts programs; none outlives the test."""
    started: list[Program] = []

    def run(make: Callable[..., Program], house: House, *arguments: Any) -> Program:
        started.append(make(house, tmp_path, f"{make.__name__}_{len(started)}", *arguments))
        return started[-1]

    yield run
    for one in started:
        one.kill()


@pytest.fixture
def endpoint() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def lingr(house: House, *arguments: str) -> None:
    """Does as an operator does on the command line."""
    done = CliRunner(env=house.served.environment).invoke(main, arguments)
    assert done.exit_code == 0, done.output


@pytest.fixture
def tea(house: House, endpoint: Server) -> str:
    """A room with a bot that answers, both made on the command line."""
    room, bot = f"tea_{house.ctx.new_id()}", f"echo_{house.ctx.new_id()}"
    lingr(house, "room", "create", room, "--name", "お茶")
    lingr(house, "bot", "create", bot, "--name", "Echo", "--endpoint", endpoint.url("echo"))
    lingr(house, "bot", "invite", bot, room)
    return room


def account(house: House, room: str, nickname: str) -> Account:
    """An account of a member of the room, made on the command line."""
    name = house.ctx.new_id()
    made = Account("", f"{name}@example.org", f"pass of {name}")
    who = ["--username", name, "--email", made.email, "--password", made.password]
    lingr(house, "user", "create", *who, "--nickname", nickname)
    lingr(house, "room", "member", "add", room, name)
    return made


def heard(program: Program) -> list[tuple[str, str]]:
    """Who said what, in the order in which the program heard it."""
    return [(fields[2], fields[3]) for fields in program.lines("HEARD")]


def has_heard(program: Program, text: str) -> Callable[[], bool]:
    return lambda: any(said == text for _, said in heard(program))


def left(program: Program) -> bool:
    return program.ended() == 0 and program.lines("LEFT") == [[]]


@needs_perl
def test_a_script_of_2007_a_client_of_2009_and_a_bot_talk(
    house: House, tea: str, run: Callable[..., Program]
) -> None:
    ann = account(house, tea, "アン")
    perl = run(perl_2007, house, tea)
    python = run(python_2009, house, ann, tea)
    soon(lambda: perl.lines("ENTERED") and python.lines("SESSION"))
    hard = 'fish & <chips> "語" + 100% it\'s 🐰'
    expected = []
    for program, name, text in (
        (perl, perl.name, hard),
        (python, "アン", f"{hard}!"),
        (perl, perl.name, "done"),
    ):
        program.tell(text if program is perl else f"{tea}\t{text}")
        expected += [(name, text), ("Echo", f"heard {text}")]
        soon(has_heard(perl, f"heard {text}"))
        soon(has_heard(python, f"heard {text}"))
    assert heard(perl) == heard(python) == expected
    perl.tell("!quit")
    assert left(perl), perl.log()
    assert left(python), python.log()
    assert [perl.log(), python.log()] == ["", ""]
    assert house.info(tea)["occupants"] == []


@needs_vim
@needs_perl
def test_an_editor_shows_a_room_and_talks_in_it(house: House, tea: str, run: Callable[..., Program]) -> None:
    perl = run(perl_2007, house, tea)
    perl.tell("before")
    soon(has_heard(perl, "heard before"))
    editor = account(house, tea, "ヴィム")
    vim = run(vim_2009, house, editor, tea, "編集 & + 100% 'quoted'")
    soon(has_heard(perl, "heard 編集 & + 100% 'quoted'"))
    assert vim.lines("ROOMS") == [[tea]]
    assert [fields[1] for fields in vim.lines("BEFORE")] == ["before", "heard before"]
    assert vim.lines("ROSTER") == [[f"{editor.email.partition('@')[0]}-", "Echo"]]
    assert vim.lines("OLDER") == [["0"]]
    perl.tell("!quit")
    assert left(vim), (vim.log(), vim.lines("FAULT"))
    assert left(perl), perl.log()
    assert heard(vim)[:3] == heard(perl)[2:5]
    assert heard(vim)[0] == ("ヴィム", "編集 & + 100% 'quoted'")
