"""Text from sources and file names goes in; text without anything that a terminal acts on comes out."""

from __future__ import annotations

import re
from typing import Final

# Controls but for line ends and tabs, what changes the direction of text, and bytes of file names that are no text.
_ACTS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# How Python writes the bytes of a file name that are no text.
BYTES: Final = range(0xDC80, 0xDD00)
CONTROLS: Final = range(0x20)


def plain(text: str) -> str:
    r"""The text with what acts on a terminal written as Python writes it: `\x1b[31m`, `\u202e`."""
    return _ACTS.sub(lambda found: _written(ord(found[0])), text)


def plain_name(text: str) -> str:
    r"""A file name on one row, whatever is in it: a line end is written `\n`."""
    return plain(text).replace("\n", "\\n").replace("\t", "\\t")


def _written(code: int) -> str:
    if code in BYTES:
        return f"\\x{code - BYTES.start + 0x80:02x}"
    return ascii(chr(code))[1:-1] if code not in CONTROLS else f"\\x{code:02x}"
