"""Icons of rooms and users: made of what somebody sends, kept as files, found, taken away.

An icon has a version, a random id that the room or user has with it. The files of a version never change, so
whoever has fetched one may keep it.
"""

from __future__ import annotations

from dataclasses import dataclass

from lingr import pictures
from lingr.domain.context import Context
from lingr.errors import LingrError

ROOM = "room"
USER = "user"
SIZES = {ROOM: (48, 32, 16), USER: (80, 48, 26)}
TURN_SECONDS = 0.02
PATIENCE_MILLISECONDS = 20_000

_drawing: set[object] = set()


@dataclass(frozen=True, slots=True)
class Drawing:
    """An icon that nobody has yet: its version, and a PNG of each width."""

    version: str
    squares: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG. ``version`` is whose it is, ``lasting``: it is the one that was asked for, and never changes."""

    content: bytes
    version: str
    lasting: bool


def draw(ctx: Context, kind: str, image: bytes | None) -> Drawing | None:
    """Makes an icon of what somebody sent; None where that is nothing, or empty.

    Raises LingrError ``image_too_large``, ``invalid_image``.
    """
    if not image:
        return None
    if len(image) > ctx.settings.image_bytes:
        raise LingrError("image_too_large")
    return Drawing(ctx.new_id(), _squares(ctx, image, SIZES[kind]))


def keep(ctx: Context, kind: str, owner_id: str, drawing: Drawing | None) -> None:
    """Keeps the files of an icon, to be called before the room or user is said to have it."""
    if drawing is not None:
        for size, content in drawing.squares.items():
            ctx.files.put(_name(kind, owner_id, drawing.version, size), content)


def drop(ctx: Context, kind: str, owner_id: str, version: str | None) -> None:
    """Takes away the files of a version that the room or user has not any more, or did not get in the end."""
    if version is not None:
        ctx.files.forget(f"{kind}/{owner_id}/{version}")


def forget_room(ctx: Context, room_id: str) -> None:
    """Takes away all icons of a room."""
    ctx.files.forget(f"{ROOM}/{room_id}")


def find(ctx: Context, kind: str, owner_id: str, version: str, size: int) -> Picture | None:
    """The icon of that version; of a user who has another one by now, that. None if there is none."""
    content = ctx.files.get(_name(kind, owner_id, version, size))
    if content is not None:
        return Picture(content, version, lasting=True)
    if kind != USER:
        return None
    user = ctx.store.accounts.user(owner_id)
    if user is None or user.icon is None or user.icon == version:
        return None
    content = ctx.files.get(_name(kind, owner_id, user.icon, size))
    return None if content is None else Picture(content, user.icon, lasting=False)


def _squares(ctx: Context, image: bytes, sizes: tuple[int, ...]) -> dict[int, bytes]:
    # One at a time in each process: a picture that is being decoded may take 200 MB.
    patience = ctx.clock() + PATIENCE_MILLISECONDS
    while _drawing:
        if ctx.clock() > patience:
            raise LingrError("unavailable")
        ctx.pause(TURN_SECONDS)
    turn = object()
    _drawing.add(turn)
    try:
        found: dict[int, bytes] = ctx.offload(pictures.squares, image, sizes, ctx.settings.image_pixels)
        return found
    finally:
        _drawing.discard(turn)


def _name(kind: str, owner_id: str, version: str, size: int) -> str:
    return f"{kind}/{owner_id}/{version}/{size}x{size}.png"
