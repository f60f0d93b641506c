"""Files that changed go in; which files may come to see them, by the words in their texts, comes out.

To import a module a file has to say its name. So a file that can reach another one says its name, or reaches one that does. That
is too much rather than too little, and costs a search instead of a parse.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Final

Read = Callable[[str], bytes | None]

# A folder with one of these is a project of its own: imports are not looked for above it.
MARKERS: Final = (".git", "pyproject.toml", "setup.py", "setup.cfg", ".hg")
# A module that enters what it defines in some registry is run for the sake of every other one.
REGISTERS: Final = re.compile(rb"^@[\w.]*regist", re.MULTILINE | re.IGNORECASE)


def name_of(file: str) -> str:
    """The last part of the name that a file is imported by: that of the folder for a package."""
    path = PurePath(file)
    return path.parent.name if path.stem == "__init__" else path.stem


def registers(file: str, read: Read) -> bool:
    """Whether a file seems to register something, so that it may be seen without being named."""
    return REGISTERS.search(read(file) or b"") is not None


def mention(names: Iterable[str]) -> re.Pattern[bytes]:
    """What finds one of some names as a word."""
    return re.compile(rb"\b(?:" + b"|".join(re.escape(os.fsencode(name)) for name in sorted(names)) + rb")\b")


def reaching(changed: Iterable[str], files: Iterable[str], read: Read) -> set[str]:
    """The files that may see one of those that changed, and these themselves."""
    left = set(files)
    found = set(changed)
    if any(registers(file, read) for file in found):
        return found | left
    left -= found
    newest = found
    while newest and left:
        wanted = mention({name for file in newest if (name := name_of(file))} or {"\0"})
        newest = {file for file in left if wanted.search(read(file) or b"")}
        found |= newest
        left -= newest
    return found


def newly_meant(before: Iterable[str], after: Iterable[str], read: Read) -> set[str] | None:
    """The names whose meaning may differ between two lists of files; None where any may.

    A file that came or went is named by its module, or by a folder that holds files in only one of the lists. What makes a
    folder a package changes where all imports in it are looked for.
    """
    old, new = set(before), set(after)
    differing = old ^ new
    if any(PurePath(file).stem == "__init__" for file in differing) or any(registers(file, read) for file in new - old):
        return None
    folders = _folders(old) ^ _folders(new)
    return {name_of(file) for file in differing} | {folder.name for folder in folders}


def _folders(files: Iterable[str]) -> set[PurePath]:
    return {folder for file in files for folder in PurePath(file).parents}
