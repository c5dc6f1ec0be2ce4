"""The pages' addresses and what each shows."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.routing import BaseConverter

from lingr.domain import accounts, exploring, rates, rooms
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.pages.headers import guard
from lingr.values import Room

HOT_ROOMS = 20
NEW_ROOMS = 50
FOUND_ROOMS = 100
CONTEXT_LINES = 50
SNIPPET_LINES = 20
FALLBACK_ROOM = "lobby"

NO_ROOM = 404, "No such room", "There is no room at this address. It may have been renamed or closed."
NO_PAGE = 404, "No such page", "There is nothing at this address."
NO_SEARCH = 400, "Nothing to search for", "Search for up to 20 words, 200 characters altogether."
TOO_OFTEN = 429, "Too many searches", "Please wait a moment before you search again."
NOT_NOW = 503, "Not just now", "The page cannot be shown at the moment. Please try again shortly."
PROBLEMS = {"invalid_room": NO_ROOM, "invalid_parameter": NO_SEARCH, "rate_limited": TOO_OFTEN}


def blueprint(ctx: Context) -> Blueprint:
    """The pages over this context: ``/``, ``/room/<id>``, ``/tag/<name>`` and ``/search``."""
    pages = Blueprint("pages", __name__)
    pages.add_app_template_filter(_segment, "segment")

    @pages.get("/")
    def index() -> Response:
        hot = exploring.hot_rooms(ctx, HOT_ROOMS)
        hot_ids = {room.id for room in hot}
        new = [room for room in exploring.new_rooms(ctx, NEW_ROOMS) if room.id not in hot_ids]
        room_id = _example_room([*hot, *new])
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
            hot=hot,
            new=new,
            snippet=snippet,
            base_url=ctx.settings.base_url,
            api_key=key,
            room_id=room_id,
        )
        return guard(page)

    @pages.get("/room/<room_id>", strict_slashes=False)
    def room(room_id: str) -> Response:
        shown = rooms.find(ctx, room_id)
        if shown.is_hidden:
            raise LingrError("invalid_room")
        options = {
            "base": _root(),
            "apiKey": accounts.web_key(ctx),
            "roomId": shown.public_id,
            "contextLines": CONTEXT_LINES,
        }
        page = _page("room.html", room=shown, options=options)
        return guard(page, framed=True)

    _add_finding(pages, ctx)

    @pages.errorhandler(LingrError)
    def refused(error: LingrError) -> Response:
        response = _problem(*PROBLEMS.get(error.name, NOT_NOW))
        if error.name == "rate_limited":
            response.headers["Retry-After"] = str(error.fields["seconds"])
        return response

    @pages.app_errorhandler(404)
    def unknown(_: Exception) -> Response:
        return _problem(*NO_PAGE)

    return pages


class _Tag(BaseConverter):
    """The name of a tag, slashes included, be it at its beginning."""

    regex = ".+?"
    part_isolating = False


def _add_finding(pages: Blueprint, ctx: Context) -> None:
    def count() -> None:
        rates.take(ctx, request.remote_addr or "", (rates.PAGES, ""))

    pages.record(lambda state: state.app.url_map.converters.update(tag=_Tag))

    # A slash in a tag's name is part of the name, and not of the way back to the root.
    @pages.get("/tag/<tag:name>", merge_slashes=False)
    def tag(name: str) -> Response:
        count()
        found = exploring.tagged(ctx, [name], FOUND_ROOMS)
        nothing = "No listed room has this tag."
        return guard(
            _page("found.html", root="../", title=f"Rooms tagged {name}", q="", rooms=found, nothing=nothing)
        )

    @pages.get("/search")
    def search() -> Response:
        q = request.args.get("q", "")
        terms = exploring.terms_of(q)
        count()
        found = exploring.found(ctx, terms, FOUND_ROOMS)
        nothing = "No listed room has all of this in its name, description or tags."
        return guard(_page("found.html", title=f"Rooms about {q}", q=q, rooms=found, nothing=nothing))


def _page(template: str, *, status: int = 200, root: str | None = None, **values: object) -> Response:
    return make_response(render_template(template, root=root or _root(), **values), status)


def _segment(text: str) -> str:
    """A text as one part of a path, slashes included."""
    return quote(text, safe="")


def _problem(status: int, title: str, text: str) -> Response:
    return guard(_page("error.html", status=status, title=title, text=text))


def _root() -> str:
    """The way from the page asked for to the server's root.

    Relative, so that it holds behind any host name, and behind a proxy that serves us under a path.
    """
    return "../" * (request.path.count("/") - 1) or "./"


def _example_room(shown: Sequence[Room]) -> str:
    """The room that the embedding example shows: the first that anybody may enter."""
    for room in shown:
        if not room.requires_password:
            return room.public_id
    return FALLBACK_ROOM
