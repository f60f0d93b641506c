"""A file's new content goes in; the file has it, or has what it had before."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from lossguard.errors import UserError


class WriteError(UserError):
    """A file that cannot be written; the message starts with its name."""

    def __init__(self, path: Path, error: OSError) -> None:
        """Say which, and why."""
        super().__init__(f"{path}: cannot be written: {error.strerror or error}")


def rewrite(path: Path, data: bytes) -> None:
    """Write a file as a whole, through a second one beside it: a full disk loses nothing. Raises WriteError.

    What a link leads to is written, and its permissions stay.
    """
    target = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            _permit(Path(name), target)
            Path(name).replace(target)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise WriteError(path, error) from error


def _permit(made: Path, target: Path) -> None:
    """A temporary file is its owner's alone: give it the permissions of the file that it takes the place of, or those of a new one."""
    if target.exists():
        shutil.copymode(target, made)
    else:
        mask = os.umask(0)
        os.umask(mask)
        made.chmod(0o666 & ~mask)
