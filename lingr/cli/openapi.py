"""``lingr openapi``: the methods as an OpenAPI 3.1 document, from their tables."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, TypeAlias

import click
import msgspec

from lingr.api.method import Method
from lingr.api.params import Param
from lingr.api.v1 import METHODS
from lingr.cli.bodies import Bodies, bodies_option
from lingr.cli.method_page import ANYWHERE, credentials, default_of, shows_all
from lingr.errors import TABLE

Json: TypeAlias = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
KINDS: dict[str, Json] = {
    "text": {"type": "string"},
    "flag": {"type": "boolean"},
    "counter": {"type": "integer"},
    "number": {"type": "integer"},
    "image": {"type": "string", "format": "binary"},
}
"""What a kind of parameter looks like; a text where nothing is said."""

DESCRIPTION = """\
The API of 2007. A refusal has the HTTP status 200 too: `status` is `fail`, and `error.code` says why. \
Parameters may be in the query string, in a form body, or in both."""
FAILURE: Json = {
    "type": "object",
    "required": ["status", "error"],
    "properties": {
        "status": {"const": "fail"},
        "error": {
            "type": "object",
            "required": ["message", "code"],
            "properties": {"message": {"type": "string"}, "code": {"type": "integer"}},
        },
    },
    "xml": {"name": "response"},
}
RETRY_AFTER: Json = {
    "description": "With code 112: after how many seconds the call may be made again.",
    "schema": {"type": "integer", "minimum": 1},
}


@click.command()
@bodies_option
def openapi(bodies: Bodies) -> None:
    """Print the OpenAPI document in JSON."""
    click.echo(written(document(bodies)), nl=False)


def written(document: Json) -> bytes:
    """The document as it is kept in a file."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def document(bodies: Bodies) -> Json:
    """The whole document; ``bodies`` are what the forms of the answers are read from."""
    shapes = sorted({row.shape for row in METHODS.values()})
    return {
        "openapi": "3.1.0",
        "info": {"title": "lingr", "version": version("lingr"), "description": DESCRIPTION},
        "servers": [{"url": "/api"}],
        "tags": [{"name": name} for name in dict.fromkeys(map(_category, METHODS.values()))],
        "paths": {f"/{row.path}": {verb.lower(): _operation(row, verb) for verb in ("GET", "POST")}
                  for row in METHODS.values()},
        "components": {
            "schemas": {**{name: _answer(bodies.value(name)) for name in shapes}, "failure": FAILURE},
            "headers": {"Retry-After": RETRY_AFTER},
        },
    }  # fmt: skip


def _category(row: Method) -> str:
    return row.name.partition(".")[0]


def _operation(row: Method, verb: str) -> Json:
    operation: Json = {
        "operationId": row.name if verb == row.verb else f"{row.name}.{verb.lower()}",
        "summary": row.doc,
        "description": f"Needs: {row.needs.value}.",
        "tags": [_category(row)],
        "responses": {"200": _response(row)},
    }
    if verb == "GET":
        sendable = [param for param in row.params if param.kind != "image"]
        operation["parameters"] = [
            *({"name": name, "in": "query", **rest} for name, rest in _shown(row)),
            *({"name": param.name, "in": "query", **_told(param)} for param in sendable),
            *({"name": name, "in": "query", "schema": schema} for name, schema in _MANNER.items()),
        ]
    else:
        operation["requestBody"] = _body(row)
    return operation


_MANNER: Json = {
    "format": {"enum": ["xml", "json"], "default": "xml"},
    "callback": {"type": "string", "pattern": r"^[A-Za-z_$][A-Za-z0-9_$.\[\]]{0,127}$"},
}


def _shown(row: Method) -> list[tuple[str, Json]]:
    return [
        (name, {"description": doc, "required": shows_all(row), "schema": KINDS["text"]})
        for name, doc in credentials(row).items()
    ]


def _told(param: Param) -> Json:
    return {"description": param.doc, "required": param.required, "schema": _schema(param)}


def _schema(param: Param) -> Json:
    schema = dict(KINDS.get(param.kind, KINDS["text"]))
    if default_of(param) is not None:
        schema["default"] = getattr(param, "default", None)
    return schema


def _body(row: Method) -> Json:
    told = [*_shown(row), *((param.name, _told(param)) for param in row.params)]
    required = [name for name, rest in told if rest["required"]]
    properties = {name: {**rest["schema"], "description": rest["description"]} for name, rest in told}
    schema: Json = {"type": "object", "properties": {**properties, **_MANNER}}
    if required:
        schema["required"] = required
    kinds = (FORM,) if all(param.kind != "image" for param in row.params) else (MULTIPART,)
    return {"required": bool(required), "content": {kind: {"schema": schema} for kind in kinds}}


def _response(row: Method) -> Json:
    names = list(dict.fromkeys([*row.errors, *ANYWHERE]))
    refusals = "\n".join(f"* {TABLE[name].v1} {TABLE[name].text}: {TABLE[name].doc}" for name in names)
    codes = sorted({TABLE[name].v1 for name in names})
    refusal = {
        "allOf": [
            {"$ref": "#/components/schemas/failure"},
            {"properties": {"error": {"properties": {"code": {"enum": codes}}}}},
        ]
    }
    schema = {"oneOf": [{"$ref": f"#/components/schemas/{row.shape}"}, refusal]}
    response: Json = {
        "description": f"The answer, or a refusal:\n\n{refusals}",
        "content": {
            "application/xml": {"schema": schema},
            "text/javascript": {"schema": {"anyOf": [schema, {"type": "string"}]}},
        },
    }
    if "rate_limited" in names:
        response["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return response


def _answer(value: Json) -> Json:
    """The form of an answer, as far as one such answer shows it; only its status is always there."""
    properties = {**_form(value)["properties"], "status": {"const": "ok"}}
    return {
        "type": "object",
        "required": ["status"],
        "properties": properties,
        "examples": [value],
        "xml": {"name": "response"},
    }


def _form(value: Any) -> Json:
    if isinstance(value, dict):
        return {"type": "object", "properties": {name: _form(one) for name, one in value.items()}}
    if isinstance(value, list):
        forms = [_form(one) for one in value]
        fields = {name: form for one in forms for name, form in one.get("properties", {}).items()}
        return {"type": "array", "items": {"type": "object", "properties": fields}}
    names = {bool: "boolean", int: "integer", float: "number"}
    return {"type": names.get(type(value), "string")}
