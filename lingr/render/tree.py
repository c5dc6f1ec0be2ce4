"""The neutral tree between values and formats.

A tree is an ordered dict from names to nodes. A node is a text, a number, a flag, another such dict, or
`Items`. JSON can encode it as it stands, which is what keeps a poll's answer cheap; XML needs to know
besides what one thing in a list is called, and which elements it tells although they have no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

Node: TypeAlias = "str | int | float | bool | dict[str, Node] | Items | Once"
Tree: TypeAlias = dict[str, Node]


class Items(list[Node]):
    """A list whose things are each called ``item`` where a format asks for a name."""

    __slots__ = ("item",)

    def __init__(self, item: str, nodes: Iterable[Node] = ()) -> None:
        super().__init__(nodes)
        self.item = item


class Once:
    """A node that is told over and over: ``made`` keeps what a format has made of it, ``make`` gives it."""

    __slots__ = ("made", "make")

    def __init__(self, made: dict[str, Any], make: Callable[[], Node]) -> None:
        self.made = made
        self.make = make


class Hollow(dict[str, Node]):
    """A dict with further names, ``empty``, that have no value.

    XML tells each of them as an empty element after the others, JSON leaves their keys out.
    """

    __slots__ = ("empty",)

    def __init__(self, fields: dict[str, Node], empty: tuple[str, ...]) -> None:
        super().__init__(fields)
        self.empty = empty
