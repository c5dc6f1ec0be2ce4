"""Whatever is sent to whichever method, in keeping with the OpenAPI document or against it, is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
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

from lingr.api.v1 import METHODS
from support.house import House, opened
from support.scenes import Scene
from support.uploads import Upload

pytestmark = pytest.mark.live

TOLD: Any = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_bytes())
DOCUMENT = schemathesis.openapi.from_dict(TOLD)
EXAMPLES = 6
SECONDS = 10
OPERATIONS = list(product(METHODS, ("GET", "POST"), GenerationMode))
CALL = re.compile(rb"/\*\*/[^(]+\((.*)\);", re.DOTALL)

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


def test_every_method_is_in_the_document() -> None:
    assert list(TOLD["paths"]) == [f"/{path}" for path in METHODS]


@pytest.mark.parametrize(("path", "verb", "mode"), OPERATIONS, ids=str)
def test_any_request_is_answered(house: House, path: str, verb: str, mode: GenerationMode) -> None:
    known = {name: as_sent(value) for name, value in Scene(house, METHODS[path]).ask().params.items()}
    answers = answers_of(path, verb)

    @bounded
    @given(
        case=DOCUMENT[f"/{path}"][verb].as_strategy(generation_mode=mode),
        knows=st.just(set(known)) | st.sets(st.sampled_from(sorted(known))),
    )
    def ask(case: schemathesis.Case, knows: set[str]) -> None:
        # Random bytes alone do not get past the first check.
        sent = case.query if verb == "GET" else case.body
        if isinstance(sent, dict):
            sent.update({name: known[name] for name in knows})
        answer = case.call(base_url=f"{house.url}/api", timeout=SECONDS)
        assert answer.status_code == 200, (case, answer.content)
        told = read(answer.headers["content-type"][0], answer.content)
        if told is not None:
            answers.validate(told)

    ask()


def as_sent(value: object) -> object:
    """A parameter as schemathesis sends it; of a file only what is in it."""
    return value.content if isinstance(value, Upload) else value


def answers_of(path: str, verb: str) -> Draft202012Validator:
    """What the document says of the answers of a method."""
    content = TOLD["paths"][f"/{path}"][verb.lower()]["responses"]["200"]["content"]
    return Draft202012Validator({**content["application/xml"]["schema"], "components": TOLD["components"]})


def read(kind: str, body: bytes) -> Any:
    """An answer in JSON, in a call or not; None for one in XML, which is only looked at."""
    if kind.startswith("application/xml"):
        root = ElementTree.fromstring(body)
        assert root.tag == "response"
        assert root[0].tag == "status"
        return None
    called = CALL.fullmatch(body)
    return json.loads(body if called is None else called[1])
