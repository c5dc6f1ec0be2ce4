"""The OpenAPI document says what the tables say, and validators accept it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from lingr.api.method import Method
from lingr.cli.bodies import Bodies
from lingr.cli.editions import EDITIONS, FIRST, SECOND, Edition, credentials, names_of, shows_all
from lingr.cli.openapi import document, written

ROOT = Path(__file__).parents[2]
FILES = {FIRST.year: ROOT / "docs" / "openapi.json", SECOND.year: ROOT / "docs" / "openapi-2009.json"}
TOLD: dict[str, Any] = {year: json.loads(file.read_bytes()) for year, file in FILES.items()}
TYPES = {
    FIRST.year: ["application/xml", "text/javascript"],
    SECOND.year: ["application/javascript"],
}


def name_of(one: Edition | Method) -> str:
    return one.year if isinstance(one, Edition) else one.name


BOTH = pytest.mark.parametrize("edition", EDITIONS, ids=name_of)
ROWS = pytest.mark.parametrize(
    ("edition", "row"),
    [(edition, row) for edition in EDITIONS for row in edition.methods.values()],
    ids=name_of,
)


@BOTH
def test_the_document_is_what_the_tables_say(edition: Edition) -> None:
    made = written(document(edition, Bodies(ROOT / "tests" / "unit" / "golden")))
    assert FILES[edition.year].read_bytes() == made, "not what the tables say: run `make reference`"


@BOTH
def test_a_validator_accepts_it(edition: Edition) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(TOLD[edition.year]).iter_errors()] == []


@BOTH
def test_every_method_is_there_and_nothing_else(edition: Edition) -> None:
    assert list(TOLD[edition.year]["paths"]) == [f"/{path}" for path in edition.methods]


@ROWS
def test_a_method_is_there_with_both_verbs_and_all_types(edition: Edition, row: Method) -> None:
    path = TOLD[edition.year]["paths"][f"/{row.path}"]
    assert list(path) == ["get", "post"]
    for operation in path.values():
        assert list(operation["responses"]) == ["200"]
        assert list(operation["responses"]["200"]["content"]) == TYPES[edition.year]
    assert path[row.verb.lower()]["operationId"] == row.name


@ROWS
def test_a_methods_parameters_are_there(edition: Edition, row: Method) -> None:
    path = TOLD[edition.year]["paths"][f"/{row.path}"]
    asked = {param["name"]: param.get("required", False) for param in path["get"]["parameters"]}
    form, *others = path["post"]["requestBody"]["content"].values()
    assert others == ([] if edition is FIRST else [form]), "JSON bodies are like forms"
    every = dict.fromkeys(credentials(row), shows_all(row))
    for param in row.params:
        names = names_of(param)
        every.update(dict.fromkeys(names, param.required and len(names) == 1))
    assert form["schema"]["properties"].keys() == every.keys() | edition.manner.keys()
    assert set(form["schema"].get("required", [])) == {name for name, required in every.items() if required}
    images = {param.name for param in row.params if param.kind == "image"}
    assert asked.keys() == form["schema"]["properties"].keys() - images
    must = {name for name, required in asked.items() if required}
    assert must == set(form["schema"].get("required", [])) - images


@ROWS
def test_a_methods_errors_are_there(edition: Edition, row: Method) -> None:
    for operation in TOLD[edition.year]["paths"][f"/{row.path}"].values():
        answer = operation["responses"]["200"]
        for one in edition.errors(row):
            assert f"* {edition.code(one)} {one.text}: {one.doc}" in answer["description"]
        assert ("Retry-After" in answer.get("headers", {})) == ("rate_limited" in row.errors)
