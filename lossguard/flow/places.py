"""Where things are: nodes of syntax trees, and the chains of calls that led there."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A node of a file's syntax tree; rows and columns are looked up only for what is printed."""

    file: str
    node: int


class Address(NamedTuple):
    """Where an object, or the names of a scope, live: the place that made it, and the chain of calls that led there."""

    place: Place
    context: int = 0
