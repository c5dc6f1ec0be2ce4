"""``lingr openapi``: the methods as an OpenAPI 3.1 document, from their tables."""

from __future__ import annotations

from importlib.metadata import version

import click
import msgspec

from lingr.api.method import Method
from lingr.api.params import Param
from lingr.cli.bodies import Bodies, bodies_option
from lingr.cli.editions import FIRST, Edition, credentials, default_of, edition_option, names_of, shows_all
from lingr.cli.openapi_answers import Json, answer, called, failure, refused
from lingr.errors import TABLE

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
JSON = "application/json"
KINDS: dict[str, Json] = {
    "text": {"type": "string"},
    "flag": {"type": "boolean"},
    "counter": {"type": "integer"},
    "number": {"type": "integer"},
    "image": {"type": "string", "format": "binary"},
}
"""What a kind of parameter looks like; a text where nothing is said."""

MANNER: Json = {
    "format": {"enum": ["xml", "json"], "default": "xml"},
    "callback": {"type": "string", "pattern": r"^[A-Za-z_$][A-Za-z0-9_$.\[\]]{0,127}$"},
}
"""The parameters about the answer."""

DESCRIPTIONS = {
    "2007": """\
The API of 2007. A refusal has the HTTP status 200 too: `status` is `fail`, and `error.code` says why. \
Parameters may be in the query string, in a form body, or in both.""",
    "2009": """\
The API of 2009. A refusal has the HTTP status 200 too: `status` is `error`, and `code` says why. \
Parameters may be in the query string, in a form body, or in a JSON object as a body.""",
}
RETRY_AFTER: Json = {
    "description": "With code {code}: after how many seconds the call may be made again.",
    "schema": {"type": "integer", "minimum": 1},
}


@click.command()
@edition_option
@bodies_option
def openapi(edition: Edition, bodies: Bodies) -> None:
    """Print the OpenAPI document in JSON."""
    click.echo(written(document(edition, bodies)), nl=False)


def written(document: Json) -> bytes:
    """The document as it is kept in a file."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def document(edition: Edition, bodies: Bodies) -> Json:
    """The whole document; ``bodies`` are what the forms of the answers are read from."""
    rows = edition.methods.values()
    recorded = bodies.below(edition.folder)
    answers = {shape: answer(edition, recorded.value(shape)) for shape in sorted({row.shape for row in rows})}
    return {
        "openapi": "3.1.0",
        "info": {"title": "lingr", "version": version("lingr"), "description": DESCRIPTIONS[edition.year]},
        "servers": [{"url": "/api"}],
        "tags": [{"name": name} for name in dict.fromkeys(map(_category, rows))],
        "paths": {
            f"/{row.path}": {verb.lower(): _operation(edition, row, verb) for verb in ("GET", "POST")}
            for row in rows
        },
        "components": {"schemas": {**answers, "failure": failure(edition)}, "headers": _headers(edition)},
    }


def _category(row: Method) -> str:
    return row.name.partition(".")[0]


def _headers(edition: Edition) -> Json:
    code = edition.code(TABLE["rate_limited"])
    return {"Retry-After": {**RETRY_AFTER, "description": RETRY_AFTER["description"].format(code=code)}}


def _operation(edition: Edition, row: Method, verb: str) -> Json:
    operation: Json = {
        "operationId": row.name if verb == row.verb else f"{row.name}.{verb.lower()}",
        "summary": row.doc,
        "description": f"Needs: {row.needs.value}.",
        "tags": [_category(row)],
        "responses": {"200": _response(edition, row)},
    }
    if verb == "GET":
        sendable = [param for param in row.params if param.kind != "image"]
        operation["parameters"] = [
            *({"name": name, "in": "query", **rest} for name, rest in _shown(row)),
            *({"name": name, "in": "query", **rest} for param in sendable for name, rest in _told(param)),
            *({"name": name, "in": "query", "schema": MANNER[name]} for name in edition.manner),
        ]
    else:
        operation["requestBody"] = _body(edition, row)
    return operation


def _shown(row: Method) -> list[tuple[str, Json]]:
    return [
        (name, {"description": doc, "required": shows_all(row), "schema": KINDS["text"]})
        for name, doc in credentials(row).items()
    ]


def _told(param: Param) -> list[tuple[str, Json]]:
    """A parameter under each of its names; where it has several, none of these must be there."""
    names = names_of(param)
    schema, required = _schema(param), param.required and len(names) == 1
    return [(name, {"description": param.doc, "required": required, "schema": schema}) for name in names]


def _schema(param: Param) -> Json:
    schema = dict(KINDS.get(param.kind, KINDS["text"]))
    if default_of(param) is not None:
        schema["default"] = getattr(param, "default", None)
    return schema


def _body(edition: Edition, row: Method) -> Json:
    told = [*_shown(row), *(one for param in row.params for one in _told(param))]
    required = [name for name, rest in told if rest["required"]]
    properties = {name: {**rest["schema"], "description": rest["description"]} for name, rest in told}
    schema: Json = {
        "type": "object",
        "properties": {**properties, **{name: MANNER[name] for name in edition.manner}},
    }
    if required:
        schema["required"] = required
    kinds = [FORM] if all(param.kind != "image" for param in row.params) else [MULTIPART]
    if edition is not FIRST:
        kinds.append(JSON)
    return {"required": bool(required), "content": {kind: {"schema": schema} for kind in kinds}}


def _response(edition: Edition, row: Method) -> Json:
    errors = [*edition.errors(row), *edition.others(row)]
    refusals = "\n".join(f"* {edition.code(one)} {one.text}: {one.doc}" for one in errors)
    schema = {"oneOf": [{"$ref": f"#/components/schemas/{row.shape}"}, refused(edition, errors)]}
    response: Json = {
        "description": f"The answer, or a refusal:\n\n{refusals}",
        "content": called(edition, schema),
    }
    if "rate_limited" in row.errors:
        response["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return response
