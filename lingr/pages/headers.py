"""What browsers are told about the pages besides their text."""

from __future__ import annotations

from flask import Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)


def guard(response: Response, *, framed: bool = False) -> Response:
    """Set the security headers; scripts, styles and pictures then come from this server alone.

    ``framed`` lets other sites show the page in a frame. Only pages that act with nothing but what is
    typed into them may say so: a page that trusts a cookie could be clicked through an overlay.
    """
    response.headers["Content-Security-Policy"] = POLICY.format(ancestors="*" if framed else "'none'")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-cache"
    return response
