"""The registry of Lua scripts: one state change, one script, one name.

A script's file opens with its purpose, its keys and arguments and what it returns. A line
``-- uses: name`` puts the functions of ``_name.lua`` in front of it. Every script answers ``ok`` and
values, or ``error`` and a row of the error table with the fields of its text.
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


def run(
    engine: Engine, name: str, keys: Sequence[str], arguments: Sequence[Argument] = (), *, safe: bool = False
) -> list[Reply]:
    """Runs a script and returns its values. Raises LingrError when it answers with an error."""
    chosen = script(name)
    tail = (len(keys), *keys, *arguments)
    try:
        reply = engine.command("EVALSHA", chosen.digest, *tail, safe=safe)
    except redis.exceptions.NoScriptError:
        reply = engine.command("EVAL", chosen.text, *tail, safe=safe)
    return values_of(reply)


def values_of(reply: Reply) -> list[Reply]:
    """The values of a script's reply. Raises LingrError when it is an error."""
    if reply[0] == b"ok":
        return list(reply[1:])
    fields = [part.decode() for part in reply[2:]]
    raise LingrError(reply[1].decode(), **dict(zip(fields[::2], fields[1::2], strict=True)))
