"""Parameters: their kinds, and how a text becomes an argument of each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lingr.api.forms import File
from lingr.errors import LingrError

NUMBER_CHARACTERS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Param(ABC):
    """One parameter of a method: its name, whether it must be there, and what it is for.

    ``absent`` names the error for a required parameter that is missing. ``into`` is the name of the argument
    if that is another one.
    """

    name: str
    doc: str
    required: bool = False
    absent: str = "missing_parameter"
    into: str = ""

    kind = "text"

    @property
    def argument(self) -> str:
        """What the method that is called knows it as."""
        return self.into or self.name

    def of(self, values: Mapping[str, str]) -> Any:
        """The argument, from all parameters that were sent. Raises LingrError."""
        return self.parse(values.get(self.name))

    def missing(self) -> LingrError:
        """The error for its absence."""
        if self.absent == "missing_parameter":
            return LingrError(self.absent, parameter=self.name)
        return LingrError(self.absent)

    @abstractmethod
    def parse(self, value: str | None) -> Any:
        """The argument for what was sent, or for nothing. Raises LingrError."""

    def take(self, file: File | None, values: Mapping[str, str]) -> Any:
        """The argument where a file may have been sent, which only some kinds have a use for."""
        return self.of(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Param):
    """A text, as it was sent. ``default`` is the argument when it is absent."""

    default: str | None = ""

    def parse(self, value: str | None) -> str | None:
        if value is None:
            if self.required:
                raise self.missing()
            return self.default
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Names(Param):
    """Several names separated by commas; empty ones are none. ``also`` names parameters that add to them."""

    also: tuple[str, ...] = ()

    kind = "names"

    def of(self, values: Mapping[str, str]) -> tuple[str, ...]:
        sent = [values[name] for name in (self.name, *self.also) if values.get(name)]
        return self.parse(",".join(sent) if sent else None)

    def parse(self, value: str | None) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(filter(None, map(str.strip, (value or "").split(",")))))
        if self.required and not names:
            raise self.missing()
        return names


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Param):
    """``true`` and ``1`` are true, everything else is false: so the clients send it.

    An empty one counts as absent; ``default`` is the argument then.
    """

    default: bool | None = False

    kind = "flag"

    def parse(self, value: str | None) -> bool | None:
        return value.lower() in ("true", "1") if value else self.default


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter(Param):
    """A place in a room's sequence of events, or, negative, a number of newest ones.

    ``blank`` accepts a counter that is present but empty, and gives None for it: two Perl clients of
    2007 send that after an answer without a counter. Anything that is no whole number counts as absent.
    """

    blank: bool = False
    absent: str = "no_counter"

    kind = "counter"

    def parse(self, value: str | None) -> int | None:
        text = "" if value is None else value.strip()
        if value is not None and not text and self.blank:
            return None
        digits = text.removeprefix("-")
        if len(text) <= NUMBER_CHARACTERS and digits.isascii() and digits.isdigit():
            return int(text)
        if self.required:
            raise self.missing()
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Param):
    """A whole number from ``least`` to ``most``; None when it is absent or empty.

    ``clamps`` takes greater ones for ``most``. Raises LingrError ``invalid_parameter`` for anything else.
    """

    least: int
    most: int
    clamps: bool = False

    kind = "number"

    def parse(self, value: str | None) -> int | None:
        text = "" if value is None else value.strip()
        if not text:
            if self.required:
                raise self.missing()
            return None
        if not (text.isascii() and text.isdigit()):
            raise LingrError("invalid_parameter", parameter=self.name)
        number = int(text) if len(text) <= NUMBER_CHARACTERS else self.most + 1
        if self.clamps:
            number = min(number, self.most)
        if not self.least <= number <= self.most:
            raise LingrError("invalid_parameter", parameter=self.name)
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Param):
    """How many of something are wanted: a whole number from 1 on, for which no more than ``most`` are given.

    ``default`` is the argument when it is absent or empty. Raises LingrError ``invalid_parameter`` for
    anything else.
    """

    default: int = 10
    most: int = 100

    kind = "number"

    def parse(self, value: str | None) -> int:
        text = "" if value is None else value.strip()
        if not text:
            return self.default
        is_number = text.isascii() and text.isdigit() and len(text) <= NUMBER_CHARACTERS
        if not is_number or int(text) == 0:
            raise LingrError("invalid_parameter", parameter=self.name)
        return min(int(text), self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Image(Param):
    """A picture, sent as a file: its bytes, not looked at yet.

    None when none was sent; a form whose field for files was left alone sends one without name and
    content. An empty text is no picture, to take the place of the one there is.
    """

    kind = "image"

    def parse(self, value: str | None) -> bytes | None:
        if value is None:
            if self.required:
                raise self.missing()
            return None
        if value:
            raise LingrError("invalid_image")
        return b""

    def take(self, file: File | None, values: Mapping[str, str]) -> bytes | None:
        if file is None or (not file.name and file.content == b""):
            return self.parse(values.get(self.name))
        if file.content is None:
            raise LingrError("image_too_large")
        if not file.content:
            raise LingrError("invalid_image")
        return file.content
