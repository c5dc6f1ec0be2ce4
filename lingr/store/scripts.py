"""The registry of Lua scripts: one state change, one script, one name.

A script's file opens with its purpose, its keys and arguments and what it returns. A line
``-- uses: name`` puts the functions of ``_name.lua`` in front of it. Every script answers ``ok`` and
values, or ``error`` and a row of the error table with its fields.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import redis

from lingr.errors import LingrError
from lingr.store.client import Argument, Engine, Reply

USES = re.compile(r"^-- uses: (\w+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Script:
    """A script's text and the digest the engine knows it by."""

    text: str
    digest: str


@cache
def script(name: str) -> Script:
    """The script of that name. Raises FileNotFoundError when there is none."""
    folder = files(__package__) / "lua"
    body = (folder / f"{name}.lua").read_text()
    parts = [(folder / f"_{used}.lua").read_text() for used in USES.findall(body)]
    text = "\n".join([*parts, body])
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


@dataclass(frozen=True, slots=True)
class Call:
    """A script to be run, with its keys and arguments."""

    name: str
    keys: Sequence[str]
    arguments: Sequence[Argument] = ()

    def command(self, *, whole: bool = False) -> tuple[Argument, ...]:
        """The command that runs it: by its digest, or with its ``whole`` text."""
        chosen = script(self.name)
        head = ("EVAL", chosen.text) if whole else ("EVALSHA", chosen.digest)
        return (*head, len(self.keys), *self.keys, *self.arguments)


Step = Call | tuple[Argument, ...]
"""A script, or a plain command."""


def run(
    engine: Engine, name: str, keys: Sequence[str], arguments: Sequence[Argument] = (), *, safe: bool = False
) -> list[Reply]:
    """Runs a script and returns its values. Raises LingrError when it answers with an error."""
    return run_once(engine, Call(name, keys, arguments), safe=safe)


def run_once(engine: Engine, call: Call, *, again: Call | None = None, safe: bool = False) -> list[Reply]:
    """The same with a call. ``again`` is asked for instead once nobody knows what became of the first."""
    try:
        reply = _ask(engine, call, again, safe, whole=False)
    except redis.exceptions.NoScriptError:
        # It may be the repetition that met an engine without the script.
        reply = _ask(engine, again or call, again, safe, whole=True)
    return values_of(reply)


def _ask(engine: Engine, call: Call, again: Call | None, safe: bool, *, whole: bool) -> Reply:
    repeated = None if again is None else again.command(whole=whole)
    return engine.command(*call.command(whole=whole), safe=safe, again=repeated)


def run_all(engine: Engine, steps: Sequence[Step], *, safe: bool = False) -> list[Reply]:
    """Several scripts and plain commands in one round trip; ``values_of`` reads what a script replied.

    They are carried out in this order, each by itself: others may come in between, and one that answers
    with an error keeps none of the later ones back. If the engine has forgotten one of the scripts, all
    are sent again with their texts, those too that were carried out. So even where a lost answer is not
    ``safe`` to ask for again, the steps must bear being done twice on end.
    """
    try:
        return engine.commands([_command(step, whole=False) for step in steps], safe=safe)
    except redis.exceptions.NoScriptError:
        return engine.commands([_command(step, whole=True) for step in steps], safe=safe)


def _command(step: Step, *, whole: bool) -> tuple[Argument, ...]:
    return step.command(whole=whole) if isinstance(step, Call) else step


def values_of(reply: Reply) -> list[Reply]:
    """The values of a script's reply. Raises LingrError when it is an error."""
    if reply[0] == b"ok":
        return list(reply[1:])
    fields = [part.decode() for part in reply[2:]]
    raise LingrError(reply[1].decode(), **dict(zip(fields[::2], fields[1::2], strict=True)))
