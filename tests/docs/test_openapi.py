"""The OpenAPI document says what the tables say, and validators accept it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from lingr.api.method import Method
from lingr.api.v1 import METHODS
from lingr.cli.bodies import Bodies
from lingr.cli.method_page import credentials, shows_all
from lingr.cli.openapi import document, written
from lingr.errors import TABLE

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "openapi.json"
TOLD: Any = json.loads(FILE.read_bytes())
ROWS = pytest.mark.parametrize("row", METHODS.values(), ids=lambda row: row.name)


def test_the_document_is_what_the_tables_say() -> None:
    made = written(document(Bodies(ROOT / "tests" / "unit" / "golden")))
    assert FILE.read_bytes() == made, "not what the tables say: run `make reference`"


def test_a_validator_accepts_it() -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(TOLD).iter_errors()] == []


def test_every_method_is_there_and_nothing_else() -> None:
    assert list(TOLD["paths"]) == [f"/{path}" for path in METHODS]


@ROWS
def test_a_method_is_there_with_both_verbs_and_formats(row: Method) -> None:
    path = TOLD["paths"][f"/{row.path}"]
    assert list(path) == ["get", "post"]
    for operation in path.values():
        assert list(operation["responses"]) == ["200"]
        assert list(operation["responses"]["200"]["content"]) == ["application/xml", "text/javascript"]
    assert path[row.verb.lower()]["operationId"] == row.name


@ROWS
def test_a_methods_parameters_are_there(row: Method) -> None:
    path = TOLD["paths"][f"/{row.path}"]
    asked = {param["name"]: param.get("required", False) for param in path["get"]["parameters"]}
    (form,) = path["post"]["requestBody"]["content"].values()
    every = {param.name: param.required for param in row.params} | dict.fromkeys(
        credentials(row), shows_all(row)
    )
    assert form["schema"]["properties"].keys() == every.keys() | {"format", "callback"}
    assert set(form["schema"].get("required", [])) == {name for name, required in every.items() if required}
    images = {param.name for param in row.params if param.kind == "image"}
    assert asked.keys() == form["schema"]["properties"].keys() - images
    must = {name for name, required in asked.items() if required}
    assert must == set(form["schema"].get("required", [])) - images


@ROWS
def test_a_methods_errors_are_there(row: Method) -> None:
    for operation in TOLD["paths"][f"/{row.path}"].values():
        answer = operation["responses"]["200"]
        for name in row.errors:
            assert f"* {TABLE[name].v1} {TABLE[name].text}: {TABLE[name].doc}" in answer["description"]
        assert ("Retry-After" in answer.get("headers", {})) == ("rate_limited" in row.errors)
