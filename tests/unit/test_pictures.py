"""Pictures made small: upright, square, of all kinds, and rid of everything but their pixels."""

from __future__ import annotations

import pytest
from PIL import Image

from lingr.errors import LingrError
from lingr.pictures import squares
from support import photos
from support.photos import near

SIZES = (48, 32, 16)
MOST = 1_000_000


def drawn(content: bytes, size: int = 48) -> Image.Image:
    """The picture made of it, after a look at what kind of file it is."""
    made = squares(content, SIZES, MOST)
    for width, png in made.items():
        image = photos.opened(png)
        assert (image.format, image.size, image.info) == ("PNG", (width, width), {})
        assert image.mode in ("RGB", "RGBA")
    assert tuple(made) == SIZES
    return photos.opened(made[size])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_the_middle_of_a_picture_becomes_squares(format: str, size: int) -> None:
    image = drawn(photos.saved(photos.halves((200, 90)), format), size)
    assert near(image.getpixel((1, size // 2)), photos.RED)
    assert near(image.getpixel((size - 2, size // 2)), photos.BLUE)


@pytest.mark.parametrize(
    ("mode", "format"),
    [
        ("CMYK", "JPEG"),
        ("YCbCr", "JPEG"),
        ("P", "PNG"),
        ("RGBA", "PNG"),
        ("P", "GIF"),
        ("RGBA", "WEBP"),
    ],
)
def test_colours_of_all_kinds_stay(mode: str, format: str) -> None:
    image = drawn(photos.saved(photos.halves(mode=mode), format))
    assert near(image.getpixel((2, 24)), photos.RED)
    assert near(image.getpixel((45, 24)), photos.BLUE)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16"])
def test_grey_stays_grey(mode: str) -> None:
    dark, light = (0, 65_535) if mode == "I;16" else (0, 255)
    image = Image.new("L" if mode == "LA" else mode, (60, 60), dark)
    image.paste(light, (30, 0, 60, 60))
    made = drawn(photos.saved(image.convert("LA") if mode == "LA" else image))
    assert near(made.getpixel((2, 24)), (0, 0, 0))
    assert near(made.getpixel((45, 24)), (255, 255, 255))


def test_sixteen_bits_of_grey_are_divided_and_not_cut_off() -> None:
    made = drawn(photos.saved(Image.new("I;16", (60, 60), 32_768)))
    assert near(made.getpixel((24, 24)), (128, 128, 128))


def test_what_is_transparent_stays_so() -> None:
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    image.paste((*photos.RED, 255), (16, 16, 48, 48))
    made = drawn(photos.saved(image))
    assert made.mode == "RGBA"
    assert made.getpixel((1, 1))[3] == 0  # type: ignore[index]
    assert near(made.getpixel((24, 24)), photos.RED)


def test_of_a_film_the_first_picture_counts() -> None:
    image = drawn(photos.film(1000))
    assert near(image.getpixel((2, 24)), photos.RED)
    assert near(image.getpixel((45, 24)), photos.BLUE)


def test_a_camera_held_sideways_is_turned_back() -> None:
    image = drawn(photos.turned())
    assert near(image.getpixel((24, 2)), photos.RED)
    assert near(image.getpixel((24, 45)), photos.BLUE)


@pytest.mark.parametrize("content", [photos.secretive(), photos.turned()], ids=["PNG", "JPEG"])
def test_nothing_but_the_picture_goes_on(content: bytes) -> None:
    assert b"secretly" in content
    for png in squares(content, SIZES, MOST).values():
        assert b"secretly" not in png
        assert {png[at + 4 : at + 8] for at in chunks(png)} <= {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


def chunks(png: bytes) -> list[int]:
    """Where the chunks of a PNG begin."""
    found, at = [], 8
    while at < len(png):
        found.append(at)
        at += 12 + int.from_bytes(png[at : at + 4], "big")
    return found


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (16, 16)])
def test_pictures_that_are_small_or_narrow_are_drawn_too(size: tuple[int, int]) -> None:
    assert near(drawn(photos.saved(Image.new("RGB", size, photos.GREEN))).getpixel((9, 9)), photos.GREEN)


def test_the_bound_on_pixels_is_exact() -> None:
    squares(photos.saved(Image.new("RGB", (1000, 1000))), SIZES, MOST)
    with pytest.raises(LingrError, match="image_too_large"):
        squares(photos.saved(Image.new("RGB", (1000, 1001))), SIZES, MOST)


@pytest.mark.parametrize("side", [2_000, 10_000, 20_000])
def test_a_bomb_is_not_let_off(side: int) -> None:
    content = photos.bomb(side, side)
    assert len(content) < 100_000
    with pytest.raises(LingrError, match="image_too_large"):
        squares(content, SIZES, MOST)


@pytest.mark.parametrize("what", photos.NOT_PICTURES)
def test_what_is_no_picture_is_refused(what: str) -> None:
    with pytest.raises(LingrError, match="invalid_image"):
        squares(photos.NOT_PICTURES[what], SIZES, MOST)


def test_a_jpeg_that_becomes_clearer_by_and_by_is_drawn() -> None:
    image = photos.halves((400, 300))
    film = bytes(range(256)) * 400 + b"\xff\xda" * 100
    for content in (
        photos.saved(image, "JPEG", progressive=True),
        photos.saved(image, "JPEG", progressive=True, comment=b"\xff\xda" * 100),
        # Telephones put a film behind the picture.
        photos.saved(image, "JPEG", progressive=True) + film,
    ):
        assert near(drawn(content).getpixel((2, 24)), photos.RED)
    drawn(photos.scan_bomb(40))
