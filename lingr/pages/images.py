"""The icons that answers tell the addresses of."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, abort, request

from lingr.domain import icons
from lingr.domain.context import Context
from lingr.domain.room_fields import ROOM_ID
from lingr.errors import LingrError
from lingr.ids import RANDOM_ID
from lingr.resources import static_dir

OWNERS = {icons.ROOM: ROOM_ID, icons.USER: RANDOM_ID}

LASTING = "public, max-age=31536000, immutable"
PASSING = "public, max-age=60"
"""For a picture that stands in for another: that one may yet come, or change."""


def blueprint(ctx: Context) -> Blueprint:
    """Everything under ``/images/``: icons, and where there is none any more, the one of those without.

    What could never have been an icon's address is not found.
    """
    images = Blueprint("images", __name__)

    @images.get("/images/<kind>/<owner_id>/<version>/<name>.png")
    def image(kind: str, owner_id: str, version: str, name: str) -> Response:
        size = _size(kind, name)
        if size is None or not OWNERS[kind].fullmatch(owner_id) or not RANDOM_ID.fullmatch(version):
            abort(404)
        found = icons.find(ctx, kind, owner_id, version, size)
        if found is None:
            content = (static_dir() / "icons" / f"{kind}-{name}.png").read_bytes()
            mark = hashlib.blake2b(content, digest_size=8).hexdigest()
            return _answer(content, mark, PASSING)
        return _answer(found.content, f"{found.version}-{size}", LASTING if found.lasting else PASSING)

    @images.errorhandler(LingrError)
    def refused(_: LingrError) -> Response:
        return Response("Not just now.\n", 503, {"Cache-Control": "no-store", "Retry-After": "5"})

    return images


def _size(kind: str, name: str) -> int | None:
    for size in icons.SIZES.get(kind, ()):
        if name == f"{size}x{size}":
            return size
    return None


def _answer(content: bytes, mark: str, lifetime: str) -> Response:
    response = Response(content, content_type="image/png")
    response.set_etag(mark)
    response.headers["Cache-Control"] = lifetime
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    # Pages anywhere show them.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.make_conditional(request)
    return response
