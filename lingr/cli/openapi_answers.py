"""What answers look like, as schemas: read off one recorded answer of each shape."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any, TypeAlias

from lingr.cli.editions import FIRST, Edition
from lingr.errors import ErrorRow

Json: TypeAlias = dict[str, Any]

NULLABLE = ("blurb", "local_id", "public_session_id")
"""What may be null, in answers of 2009."""

_TEXT = {"type": "string"}
_FAILURES: dict[str, Json] = {
    "2007": {
        "type": "object",
        "required": ["status", "error"],
        "properties": {
            "status": {"const": "fail"},
            "error": {
                "type": "object",
                "required": ["message", "code"],
                "properties": {"message": _TEXT, "code": {"type": "integer"}},
            },
        },
        "xml": {"name": "response"},
    },
    "2009": {
        "type": "object",
        "required": ["status", "code", "detail"],
        "properties": {"status": {"const": "error"}, "code": _TEXT, "detail": _TEXT},
    },
}


def failure(edition: Edition) -> Json:
    """Any refusal."""
    return _FAILURES[edition.year]


def refused(edition: Edition, errors: Iterable[ErrorRow]) -> Json:
    """A refusal for one of these reasons."""
    codes = {"enum": sorted({edition.code(one) for one in errors}, key=str)}
    told = {"error": {"properties": {"code": codes}}} if edition is FIRST else {"code": codes}
    return {"allOf": [{"$ref": "#/components/schemas/failure"}, {"properties": told}]}


def called(edition: Edition, schema: Json) -> Json:
    """An answer by its types, those included that make it a call."""
    script = {"schema": {"anyOf": [schema, _TEXT]}}
    if edition is FIRST:
        return {"application/xml": {"schema": schema}, "text/javascript": script}
    return {"application/javascript": script}


def answer(edition: Edition, value: Json) -> Json:
    """The form of an answer, as far as one such answer shows it; only its status is always there."""
    told: Json = {
        "type": "object",
        "required": ["status"],
        "properties": {**_form(value)["properties"], "status": {"const": "ok"}},
        "examples": [value],
    }
    return {**told, "xml": {"name": "response"}} if edition is FIRST else told


def _form(value: Any, name: str = "") -> Json:
    if isinstance(value, dict):
        return {"type": "object", "properties": {name: _form(one, name) for name, one in value.items()}}
    if isinstance(value, list):
        items: Json = {}
        return {"type": "array", "items": reduce(_both, map(_form, value), items)}
    if name in NULLABLE:
        return {"type": ["string", "null"]}
    names = {bool: "boolean", int: "integer", float: "number"}
    return {"type": names.get(type(value), "string")}


def _both(one: Json, other: Json) -> Json:
    """The form of two things in one list: whatever either of them has."""
    if one.get("type") != "object":
        return other or one
    shared = one["properties"].keys() & other["properties"].keys()
    both = {name: _both(one["properties"][name], other["properties"][name]) for name in shared}
    return {"type": "object", "properties": {**one["properties"], **other["properties"], **both}}
