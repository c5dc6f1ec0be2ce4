"""The pages' addresses and what each shows."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from lingr.domain import accounts, directory, rooms
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.pages.headers import guard
from lingr.values import Room

LISTED_ROOMS = 100
CONTEXT_LINES = 50
SNIPPET_LINES = 20
FALLBACK_ROOM = "lobby"

NO_ROOM = 404, "No such room", "There is no room at this address. It may have been renamed or closed."
NO_PAGE = 404, "No such page", "There is nothing at this address."
NOT_NOW = 503, "Not just now", "The page cannot be shown at the moment. Please try again shortly."


def blueprint(ctx: Context) -> Blueprint:
    """The pages over this context: ``/`` and ``/room/<id>``."""
    pages = Blueprint("pages", __name__)

    @pages.get("/")
    def index() -> Response:
        listed = directory.listed(ctx, LISTED_ROOMS)
        room_id = _example_room(listed)
        key = accounts.web_key(ctx)
        snippet = render_template(
            "embed.html",
            base_url=ctx.settings.base_url,
            api_key=key,
            room_id=room_id,
            lines=SNIPPET_LINES,
        )
        page = _page(
            "index.html",
            rooms=listed,
            snippet=snippet,
            base_url=ctx.settings.base_url,
            api_key=key,
            room_id=room_id,
        )
        return guard(page)

    @pages.get("/room/<room_id>", strict_slashes=False)
    def room(room_id: str) -> Response:
        shown = rooms.find(ctx, room_id)
        options = {
            "base": _root(),
            "apiKey": accounts.web_key(ctx),
            "roomId": shown.id,
            "contextLines": CONTEXT_LINES,
        }
        page = _page("room.html", room=shown, options=options)
        return guard(page, framed=True)

    @pages.errorhandler(LingrError)
    def refused(error: LingrError) -> Response:
        return _problem(*(NO_ROOM if error.name == "invalid_room" else NOT_NOW))

    @pages.app_errorhandler(404)
    def unknown(_: Exception) -> Response:
        return _problem(*NO_PAGE)

    return pages


def _page(template: str, *, status: int = 200, **values: object) -> Response:
    return make_response(render_template(template, root=_root(), **values), status)


def _problem(status: int, title: str, text: str) -> Response:
    return guard(_page("error.html", status=status, title=title, text=text))


def _root() -> str:
    """The way from the page asked for to the server's root.

    Relative, so that it holds behind any host name, and behind a proxy that serves us under a path.
    """
    return "../" * (request.path.count("/") - 1) or "./"


def _example_room(listed: tuple[Room, ...]) -> str:
    """The room that the embedding example shows: the liveliest that anybody may enter."""
    for room in listed:
        if not room.requires_password:
            return room.id
    return FALLBACK_ROOM
