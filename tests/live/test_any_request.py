"""Whatever is sent to whichever method, in keeping with the OpenAPI document or against it, is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis.generation import GenerationMode

from lingr.api.generation import SHARED
from lingr.cli.editions import EDITIONS, FIRST, SECOND, Edition
from support import later, scenes
from support.house import House, opened
from support.uploads import Upload

pytestmark = pytest.mark.live

DOCS = Path(__file__).parents[2] / "docs"
FILES = {FIRST.year: DOCS / "openapi.json", SECOND.year: DOCS / "openapi-2009.json"}
TOLD: dict[str, Any] = {year: json.loads(file.read_bytes()) for year, file in FILES.items()}
DOCUMENTS = {year: schemathesis.openapi.from_dict(told) for year, told in TOLD.items()}
SCENES = {FIRST.year: scenes.Scene, SECOND.year: later.Scene}
EXAMPLES = 6
SECONDS = 10
OPERATIONS = [
    (edition, path, verb, mode)
    for edition in EDITIONS
    for path, verb, mode in product(edition.methods, ("GET", "POST"), GenerationMode)
]
CALL = re.compile(rb"/\*\*/[^(]+\((.*)\);?", re.DOTALL)

bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Two workers, and polls that do not keep anybody."""
    with opened(LINGR_HOLD_SECONDS="0.1", LINGR_RATE_LIMITS="off") as opened_house:
        yield opened_house


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda one: one.year)
def test_every_method_is_in_the_document(edition: Edition) -> None:
    assert list(TOLD[edition.year]["paths"]) == [f"/{path}" for path in edition.methods]


@pytest.mark.parametrize(
    ("edition", "path", "verb", "mode"), OPERATIONS, ids=lambda one: getattr(one, "year", str(one))
)
def test_any_request_is_answered(
    house: House, edition: Edition, path: str, verb: str, mode: GenerationMode
) -> None:
    scene = SCENES[edition.year](house, edition.methods[path])
    known = {name: as_sent(value) for name, value in scene.ask().params.items()}

    @bounded
    @given(
        case=DOCUMENTS[edition.year][f"/{path}"][verb].as_strategy(generation_mode=mode),
        knows=st.just(set(known)) | st.sets(st.sampled_from(sorted(known))),
    )
    def ask(case: schemathesis.Case, knows: set[str]) -> None:
        # Random bytes alone do not get past the first check.
        sent = case.query if verb == "GET" else case.body
        if isinstance(sent, dict):
            sent.update({name: known[name] for name in knows})
        answer = case.call(base_url=f"{house.url}/api", timeout=SECONDS)
        assert answer.status_code == 200, (case, answer.content)
        kind = answer.headers["content-type"][0]
        told = read(kind, answer.content)
        if told is not None:
            answers_of(generation_of(kind, edition, path), path, verb).validate(told)

    ask()


def generation_of(kind: str, asked: Edition, path: str) -> Edition:
    """Which generation has answered: where both have the path it may be the other one."""
    answered = SECOND if kind.startswith("application/javascript") else FIRST
    assert answered is asked or path in SHARED
    return answered


def as_sent(value: object) -> object:
    """A parameter as schemathesis sends it; of a file only what is in it."""
    return value.content if isinstance(value, Upload) else value


@cache
def answers_of(edition: Edition, path: str, verb: str) -> Draft202012Validator:
    """What the document says of the answers of a method."""
    told = TOLD[edition.year]
    content = told["paths"][f"/{path}"][verb.lower()]["responses"]["200"]["content"]
    (called,) = (content[kind]["schema"] for kind in content if kind.endswith("/javascript"))
    return Draft202012Validator({**called["anyOf"][0], "components": told["components"]})


def read(kind: str, body: bytes) -> Any:
    """An answer in JSON, in a call or not; None for one in XML, which is only looked at."""
    if kind.startswith("application/xml"):
        root = ElementTree.fromstring(body)
        assert root.tag == "response"
        assert root[0].tag == "status"
        return None
    called = CALL.fullmatch(body)
    return json.loads(body if called is None else called[1])
