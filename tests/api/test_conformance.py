"""Every method in every form: it answers, and it refuses with each error that its row documents."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lingr.api.method import Method
from lingr.api.v1 import METHODS
from lingr.errors import TABLE
from support.forms import Speaker, read, refusal
from support.house import House
from support.provocations import PROVOCATIONS, provocation
from support.scenes import Scene

ROWS = list(METHODS.values())
PAIRS = [(row, error) for row in ROWS for error in row.errors]
LIMITED = ("rate_limited",)
"""What only a server with limits refuses with."""


def name_of(value: object) -> str:
    return str(getattr(value, "name", value))


def test_every_error_of_every_method_can_be_provoked() -> None:
    assert [f"{row.name} {error}" for row, error in PAIRS if provocation(row, error) is None] == []


def test_every_provocation_is_of_use() -> None:
    used = {f"{row.name} {error}" for row, error in PAIRS} | {error for _, error in PAIRS}
    assert PROVOCATIONS.keys() - used == set()


@pytest.mark.parametrize("row", ROWS, ids=name_of)
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_method_answers(house: House, speaker: Speaker, row: Method, verb: str) -> None:
    ask = replace(Scene(house, row).ask(), verb=verb)
    assert read(ask.send(speaker, row.path), speaker.form)["status"] == "ok"


@pytest.mark.parametrize(("row", "error"), PAIRS, ids=name_of)
def test_a_method_refuses(house: House, strict: House, form: str, row: Method, error: str) -> None:
    where = strict if error in LIMITED else house
    provoke = provocation(row, error)
    assert provoke is not None
    ask = provoke(Scene(where, row))
    speaker, wanted = Speaker(where.client, form), TABLE[error]
    for _ in range(ask.times):
        answer = ask.send(speaker, row.path)
        told = read(answer, ask.form or form)
        if told["status"] == "fail" and int(told["error"]["code"]) == wanted.v1:
            break
    assert refusal(told) == wanted.v1
    assert re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(wanted.text)), told["error"]["message"])
    assert ("retry-after" in answer.headers) == (error in LIMITED)
