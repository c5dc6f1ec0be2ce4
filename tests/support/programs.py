"""Clients that are programs of their own, and may be killed like anything else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from support.house import Account, House

FOLDER = Path(__file__).parent.parent / "compat" / "programs"
END_SECONDS = 20


class Program:
    """What it does it writes to a file, a line for each thing: a word, and then fields with tabs between.

    ``SAID`` and ``HEARD`` are the words that all of them have.
    """

    def __init__(self, folder: Path, name: str, command: list[str], *, has_file: bool = False) -> None:
        self.name = name
        self.file = folder / f"{name}.talk"
        self.told: list[str] = []
        self._command = command
        self._has_file = has_file
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Program:
        # What writes its file itself prints nothing but what went wrong.
        place = self.file.with_suffix(".log") if self._has_file else self.file
        with place.open("ab") as output, self.file.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=output, stderr=log, start_new_session=True
            )
        return self

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def tell(self, line: str) -> None:
        """Has it say something."""
        self.told.append(line)
        self._write(line)

    def _write(self, line: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def lines(self, word: str) -> list[list[str]]:
        """The fields of all lines that begin with a word."""
        if not self.file.exists():
            return []
        # The last line may be on its way.
        rows = [line.split("\t") for line in self.file.read_text().split("\n")[:-1]]
        return [row[1:] for row in rows if row[0] == word]

    def restart(self) -> None:
        """Killed and started again; what it was told to say and had not begun to, it is told once more."""
        self.kill()
        self.start()
        begun = {"\t".join(fields[1:]) for fields in self.lines("SAYING")}
        for line in self.told:
            if line not in begun:
                self._write(line)

    def ended(self) -> int:
        """Its exit status, once it has ended by itself."""
        assert self._process is not None
        return self._process.wait(END_SECONDS)

    def log(self) -> str:
        """What went wrong, in its own words."""
        return self.file.with_suffix(".log").read_text()

    def kill(self) -> None:
        """Ends it, and what it started."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process = None


def perl_2007(house: House, folder: Path, name: str, room: str) -> Program:
    """A script that keeps nothing, and says nothing twice."""
    script = str(FOLDER / "talk_2007.pl")
    where = ["127.0.0.1", str(house.port), house.api_key, room, name]
    return Program(folder, name, ["perl", "-w", script, *where]).start()


def python_2009(house: House, folder: Path, name: str, account: Account, *rooms: str) -> Program:
    """A client that says again what was not answered, and goes on where it was when it is killed."""
    who = [house.url, account.email, account.password, str(folder / f"{name}.talk")]
    command = [sys.executable, str(FOLDER / "talk_2009.py"), *who, *rooms]
    return Program(folder, name, command, has_file=True).start()


def vim_2009(house: House, folder: Path, name: str, account: Account, room: str, text: str) -> Program:
    """A plug-in of an editor that says one thing."""
    known = {"url": house.url, "user": account.email, "password": account.password}
    given = json.dumps({**known, "room": room, "text": text, "file": str(folder / f"{name}.talk")})
    command = ["vim", "-es", "-N", "-u", "NONE", "-i", "NONE", "--cmd", f"let g:lingr = {given}"]
    return Program(folder, name, [*command, "-S", str(FOLDER / "talk_2009.vim")], has_file=True).start()
