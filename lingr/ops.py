"""What operators and their load balancers ask."""

from __future__ import annotations

import flask

from lingr.domain.context import Context


def blueprint(ctx: Context) -> flask.Blueprint:
    """``/healthz``: 200 once the engine answers, 503 otherwise."""
    views = flask.Blueprint("ops", __name__)

    @views.get("/healthz")
    def healthz() -> tuple[dict[str, str], int, dict[str, str]]:
        headers = {"Cache-Control": "no-store"}
        if ctx.store.engine.answers():
            return {"status": "ok"}, 200, headers
        return {"status": "fail", "reason": "the storage engine does not answer"}, 503, headers

    return views
