"""Multipart forms, read as they come in: texts are kept, files too up to a size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio import multipart
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, MultipartDecoder, NeedData

from lingr.errors import LingrError

KIND = "multipart/form-data"
MOST_PARTS = 1000
MOST_AT_ONCE = 65_536
MOST_BUFFERED_BYTES = 3 * MOST_AT_ONCE

_LINE_END = re.compile(rb"[\r\n]")


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was sent, with the name it had there. ``content`` is None when it was too large."""

    name: str
    content: bytes | None


@dataclass(slots=True)
class Form:
    """What was in a form. What came before a fault of it is there; ``flaw`` names the fault."""

    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    flaw: LingrError | None = None


def read_form(chunks: Iterable[bytes], boundary: str, most_text: int, most_file: int) -> Form:
    """The form in a body that comes in chunks, with at most so many bytes of text, and of files together.

    Of a file that is too much only its name is kept. A body may end before it is complete.
    """
    return _Reader(most_text, most_file).read(chunks, boundary)


class CutOff(Exception):
    """Raised by a body that is longer than anybody wants to read."""


class _Reader:
    def __init__(self, most_text: int, most_file: int) -> None:
        self._form = Form()
        self._text_left = most_text
        self._most_text = most_text
        self._files_left = most_file
        self._name: bytes | None = None
        self._filename: str | None = None
        self._value = bytearray()
        self._too_large = False

    def read(self, chunks: Iterable[bytes], boundary: str) -> Form:
        form = self._form
        try:
            for event in _events(chunks, boundary):
                if isinstance(event, Field | multipart.File):
                    self._begin(event)
                elif isinstance(event, Data):
                    self._go_on(event)
        except CutOff:
            form.flaw = self._too_long()
        except UnicodeDecodeError:
            form.flaw = form.flaw or LingrError("invalid_encoding")
        except (ValueError, RequestEntityTooLarge):
            form.flaw = form.flaw or LingrError("invalid_parameter", parameter="body")
        return form

    def _begin(self, part: Field | multipart.File) -> None:
        self._filename = part.filename if isinstance(part, multipart.File) else None
        self._name = None if part.name is None else part.name.encode("utf-8", "surrogateescape")
        self._value = bytearray()
        self._too_large = False

    def _go_on(self, data: Data) -> None:
        if self._name is None:
            return
        self._take(data.data)
        if not data.more_data:
            self._end(self._name)
            self._name = None

    def _take(self, data: bytes) -> None:
        length = len(self._value) + len(data)
        if length > (self._text_left if self._filename is None else self._files_left):
            self._too_large = True
        if self._too_large:
            # What comes after it is still of use: it may say how to answer.
            self._value.clear()
        else:
            self._value += data

    def _end(self, name: bytes) -> None:
        if self._filename is not None:
            # Nobody wants more than one, but any number may come under names of their own.
            content = None if self._too_large else bytes(self._value)
            self._files_left -= len(self._value)
            self._form.files[name.decode("utf-8", "replace")] = File(self._filename, content)
        elif self._too_large:
            self._form.flaw = self._too_long()
        else:
            self._text_left -= len(self._value)
            self._form.fields.append((name, bytes(self._value)))

    def _too_long(self) -> LingrError:
        if self._name is not None and self._filename is not None:
            return LingrError("image_too_large")
        return LingrError("request_too_large", most=self._most_text)


def _events(chunks: Iterable[bytes], boundary: str) -> Iterator[Event]:
    if not boundary:
        raise ValueError("no boundary")
    mark = boundary.encode("latin-1")
    decoder = MultipartDecoder(mark, MOST_BUFFERED_BYTES, max_parts=MOST_PARTS)
    for chunk in _recut(chunks, len(mark) + 16):
        decoder.receive_data(chunk)
        while not isinstance(event := decoder.next_event(), NeedData):
            yield event
    decoder.receive_data(None)
    while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
        yield event


def _recut(chunks: Iterable[bytes], longest: int) -> Iterator[bytes]:
    """The same body in pieces that do not end within what separates two parts, at most ``longest`` bytes.

    The decoder takes the first bytes of what separates two parts for the part's last ones when the rest of
    it comes later.
    """
    kept = b""
    for chunk in chunks:
        data = kept + chunk
        found = _LINE_END.search(data, max(0, len(data) - longest))
        end = len(data) if found is None else found.start()
        if end and data[end - 1 : end + 1] == b"\r\n":
            end -= 1
        kept = data[end:]
        yield data[:end]
    yield kept
