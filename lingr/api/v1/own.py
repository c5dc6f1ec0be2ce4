"""What the documents do not have and clients of today ask for."""

from __future__ import annotations

from lingr.api.method import Method, Needs
from lingr.api.params import Image
from lingr.domain import portraits

METHODS = (
    Method(
        "user.setIcon",
        "POST",
        Needs.LOGIN,
        portraits.set_own,
        "user_icon",
        "Ours: give oneself an icon, or take it away.",
        params=(
            Image(
                name="image",
                required=True,
                doc="A file in a multipart form: PNG, JPEG, GIF, WebP or BMP. Empty: no icon.",
            ),
        ),
    ),
)
