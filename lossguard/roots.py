"""Files and their bytes go in, those that are worth running come out: where losses are, and where programs with them begin."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import PurePath
from typing import Final

from lossguard.changed import mention

Read = Callable[[str], bytes | None]


_IMPORTS: Final = re.compile(rb"""^[ \t"]*(?:from|import)\s(.+)$""", re.MULTILINE)
# What a file must mention to be worth running: losses, what is fed to them, and places where programs begin.
_MENTIONS: Final = re.compile(rb"[lL]oss|LOSS|criterion|entropy|kl_div|[sS]oftmax|[sS]igmoid|__main__|\.log\(|reveal|main\(|\.run\(")


def roots_of(found: Mapping[str, bool], read: Read, own: Collection[str] = ()) -> list[str]:
    """The files that were named, those that mention a loss, and those where a program begins that imports one of these.

    `own` are names of losses that a project's own contracts speak of. A file that cannot be read is worth saying so.
    """
    losses = mention(own) if own else _MENTIONS
    mentioning = {file for file in found if (text := read(file)) is None or _MENTIONS.search(text) or losses.search(text)}
    imported = {file: _imported(read(file) or b"") for file in found}
    known = Counter(name for names in imported.values() for name in names)
    wanted = {_own_name(file) for file in mentioning}
    # A package hands on what its modules define.
    wanted |= {_own_name(file) for file in found if file.endswith("__init__.py") and not wanted.isdisjoint(imported[file])}
    begins = {
        file for file, names in imported.items() if not wanted.isdisjoint(names) and known[_own_name(file)] == (_own_name(file) in names)
    }
    return [file for file, named in found.items() if named or file in mentioning or file in begins]


def _imported(data: bytes) -> set[bytes]:
    """Every word that stands in an import, also in a notebook's."""
    return {word for line in _IMPORTS.findall(data) for word in re.findall(rb"\w+", line)}


def _own_name(file: str) -> bytes:
    """What an import calls a file: its name, or its folder's for a package."""
    path = PurePath(file)
    return os.fsencode(path.parent.name if path.stem == "__init__" else path.stem)
