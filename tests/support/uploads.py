"""Multipart forms as the Ruby client and browsers send them, and the icons that come of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from support import photos
from support.client import Answer, Client
from support.forms import Speaker, read

BOUNDARY = "-----------RubyMultipartPost"
KIND = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@dataclass(frozen=True)
class Upload:
    """A file as a form carries it."""

    content: bytes
    name: str = "icon.png"
    kind: str = "image/png"


def form(fields: dict[str, object]) -> bytes:
    """The body of a form with these fields in their order: texts, and Uploads."""
    parts = [_part(name, value) for name, value in fields.items()]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _part(name: str, value: object) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
    if isinstance(value, Upload):
        head += (
            f'; filename="{value.name}"\r\nContent-Transfer-Encoding: binary\r\nContent-Type: {value.kind}'
        )
        return head.encode() + b"\r\n\r\n" + value.content + b"\r\n"
    return f"{head}\r\n\r\n{value}\r\n".encode()


def upload(client: Client, path: str, **fields: object) -> Answer:
    """POST of a form; JSON unless ``format`` says otherwise."""
    return client.request("POST", f"/api/{path}", form({**fields, "format": "json"} | fields), KIND)


def upload_as(speaker: Speaker, path: str, **fields: object) -> Any:
    """POST of a form, whose last fields say how to answer; the answer read."""
    body = form({**fields, **speaker.asking()})
    return read(speaker.client.request("POST", f"/api/{path}", body, KIND), speaker.form)


def fetched(client: Client, url: str, **headers: str) -> Answer:
    """What is at an address that an answer told."""
    return client.request("GET", urlsplit(url).path, headers=headers)


def shown(client: Client, url: str, size: int) -> bool:
    """Whether an icon of that size is there that somebody sent; False for a default one."""
    answer = fetched(client, url)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png"), (url, answer.status)
    image = photos.opened(answer.body)
    assert image.size == (size, size)
    return photos.near(image.convert("RGBA").getpixel((1, size // 2)), photos.RED)
