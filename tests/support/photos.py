"""Pictures as people send them, good and bad."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, PngImagePlugin

RED, GREEN, BLUE = (220, 30, 30), (30, 200, 40), (20, 40, 210)


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    """Whether that is about the colour of a pixel."""
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 40 for one, other in zip(pixel[:3], colour, strict=True))


def halves(size: tuple[int, int] = (120, 90), mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image.convert(mode)


def saved(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, format, **options)
    return written.getvalue()


def png(**options: Any) -> bytes:
    return saved(halves(), **options)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def secretive() -> bytes:
    """A PNG that says more than it shows."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "taken at home, secretly")
    exif = Image.Exif()
    exif[0x010E] = "secretly described"
    return saved(halves(), pnginfo=notes, exif=exif, icc_profile=b"secretly profiled", dpi=(72, 72))


def turned() -> bytes:
    """A JPEG of a camera held sideways: as stored, red is on the left; as meant, on top."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secretly described"
    return saved(halves(), "JPEG", exif=exif, quality=95)


def film(frames: int) -> bytes:
    """An animated GIF that begins with red and blue halves."""
    first = halves((60, 60), "P")
    others = [Image.new("P", (60, 60), number % 256) for number in range(1, frames)]
    return saved(first, "GIF", save_all=True, append_images=others, duration=10, loop=0)


def bomb(width: int = 20_000, height: int = 20_000) -> bytes:
    """A small PNG file that is a very large picture."""
    rows = zlib.compressobj(9)
    row = b"\0" * (1 + width // 8)
    data = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def scan_bomb(scans: int, before: bytes = b"", size: tuple[int, int] = (900, 900)) -> bytes:
    """A JPEG that is looked at so many times more than need be, by a few bytes each time."""
    whole = saved(Image.new("L", size, 128), "JPEG", progressive=True)
    last = before + whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * scans + whole[-2:]


def text_bomb(megabytes: int = 80) -> bytes:
    """A PNG with a comment that unpacks to that many megabytes."""
    whole = png()
    packed = zlib.compress(b"\0" * megabytes * 1_048_576, 9)
    return whole[:33] + _chunk(b"zTXt", b"Comment\0\0" + packed) + whole[33:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


NOT_PICTURES = {
    "nothing but a name": b"",
    "a text": b"not a picture",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><script>alert(1)</script></svg>',
    "HTML": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "a signature alone": b"\x89PNG\r\n\x1a\n",
    "a truncated PNG": png()[:150],
    "a truncated JPEG": saved(halves((400, 300)), "JPEG")[:600],
    "a TIFF": saved(halves(), "TIFF"),
    "an EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n",
    "a comment of 80 MB": text_bomb(),
    "a JPEG of 10,000 scans": scan_bomb(10_000),
    "a JPEG of 10,000 scans behind signs that mean nothing": scan_bomb(10_000, b"\xff\x01"),
    "zeros": b"\0" * 5000,
}
