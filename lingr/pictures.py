"""Pictures made small: whatever somebody sends becomes square PNGs that hold nothing but pixels.

What comes in is not to be trusted. Its size is looked at before anything is decoded, only the first frame
of an animation is, and nothing of what was written beside the pixels (place, camera, comments, colour
profiles) goes out again.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from PIL import Image, ImageOps

from lingr.errors import LingrError

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MOST_SCANS = 50
"""A JPEG that becomes clearer by and by has some ten: each is another look at all pixels, in a few bytes."""

_DEEP = ("I;16", "I;16L", "I;16B", "I;16N")
_MARKER = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd7])")
_SCAN, _END = b"\xda", b"\xd9"
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def squares(content: bytes, sizes: Sequence[int], most_pixels: int) -> dict[int, bytes]:
    """The middle of a picture as PNGs of these widths, upright as its camera says.

    Raises LingrError ``image_too_large`` when it has more pixels than that, and ``invalid_image`` when it
    is not a whole picture in one of the formats known. It takes some hundred milliseconds, so it is for
    `ctx.offload`.
    """
    try:
        largest = _square(content, max(sizes), most_pixels)
        return {size: _png(largest, size) for size in sizes}
    except LingrError:
        raise
    except _BOMBS as error:
        raise LingrError("image_too_large") from error
    except Exception as error:  # (decoders raise whatever comes to their minds)
        raise LingrError("invalid_image") from error


def is_square(content: bytes, size: int) -> bool:
    """Whether it is a whole PNG of that width, and square."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            if image.size != (size, size):
                return False
            image.load()
    except Exception:  # noqa: BLE001 (as above)
        return False
    return True


def _square(content: bytes, size: int, most_pixels: int) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        if image.width * image.height > most_pixels:
            raise LingrError("image_too_large")
        if image.format in ("JPEG", "MPO") and _scans(content) > MOST_SCANS:
            raise LingrError("invalid_image")
        # A JPEG is decoded to an eighth of its width, if that is still enough.
        image.draft("RGB", (2 * size, 2 * size))
        image.load()
        # Each further copy of a large picture takes as much memory again.
        ImageOps.exif_transpose(image, in_place=True)
    return ImageOps.fit(_plain(image), (size, size), Image.Resampling.LANCZOS)


def _scans(content: bytes) -> int:
    """How many passes over the picture are in a JPEG, before its end; what follows is not looked at."""
    scans, at = 0, 2
    while (found := _MARKER.search(content, at)) is not None and found[1] != _END:
        scans += found[1] == _SCAN
        at = found.end() + int.from_bytes(content[found.end() : found.end() + 2], "big")
    return scans


def _plain(image: Image.Image) -> Image.Image:
    """The picture in plain colours with transparency."""
    if image.mode in _DEEP:
        # Sixteen bits of grey, which Pillow would cut off and not divide.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGBA")
    if image.mode in ("CMYK", "YCbCr", "LAB", "HSV"):
        return image.convert("RGB").convert("RGBA")
    return image if image.mode == "RGBA" else image.convert("RGBA")


def _png(square: Image.Image, size: int) -> bytes:
    image = square.resize((size, size), Image.Resampling.LANCZOS)
    if image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    # What the picture brought along would be written down again.
    image.info = {}
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()
