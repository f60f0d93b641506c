"""A folder goes in; what git knows of the files in it comes out: which were renamed, and which have changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lossguard.errors import UserError


class GitError(UserError):
    """What git was asked for, it cannot say; the message is git's own."""


def _asked(folder: Path, *arguments: str) -> str:
    """What a git command prints. Raises GitError where there is no git, no repository, or no such revision."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)  # noqa: S603, S607  # git is looked up as everywhere
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from error
    if done.returncode:
        message = done.stderr.decode(errors="replace").strip().splitlines()
        raise GitError(message[0].removeprefix("fatal: ") if message else f"git {arguments[0]} failed")
    return done.stdout.decode(errors="surrogateescape")


def renames(file: Path) -> dict[str, str]:
    """What became of the files beside `file`, and below, that were renamed since it was last committed: new paths by the old ones.

    Paths are relative to the folder of `file`. Outside of a repository, and where nothing is committed, nothing is known.
    """
    try:
        commit = _asked(file.parent, "log", "-1", "--format=%H", "--", file.name).strip() or "HEAD"
        fields = _asked(file.parent, "diff", "--relative", "-M", "--name-status", "-z", "--diff-filter=R", commit, "--").split("\0")
    except GitError:
        return {}
    return dict(zip(fields[1::3], fields[2::3], strict=False))


def changed(folder: Path, revision: str) -> list[str]:
    """The files below a folder that differ from a revision, and are there: changed, staged or new. Relative to the folder.

    Raises GitError where there is no such revision.
    """
    if revision.startswith("-"):
        raise GitError(f"not a revision: {revision}")
    fresh = _asked(folder, "ls-files", "--others", "--exclude-standard", "-z")
    differing = _asked(folder, "diff", "--relative", "--name-only", "-z", "--diff-filter=d", revision, "--")
    return sorted({file for file in (*differing.split("\0"), *fresh.split("\0")) if file and (folder / file).is_file()})


def top(folder: Path) -> Path:
    """The repository's own folder. Raises GitError outside of one."""
    return Path(_asked(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
