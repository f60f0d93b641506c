"""Findings of a run go in; whether a comment in the code suppresses them comes out.

Sources come from `linecache`, which knows the cells of notebooks too. Nothing is read before something was found.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lossguard.findings import Finding, Severity
from lossguard.runtime.places import is_library, shown
from lossguard.source import Source, Span
from lossguard.suppress import MENTIONED, Comments


@dataclass(eq=False)
class Remarks:
    """The suppressions in the files of a run, which are named from the guard's working directory."""

    cwd: Callable[[], Path]
    comments: Comments = field(init=False)

    def __post_init__(self) -> None:
        self.comments = Comments(self._source)

    def suppress(self, finding: Finding) -> bool:
        """Whether a comment at the loss, or where the value was made, suppresses a finding."""
        return self.comments.suppress(finding)

    def elsewhere(self, code: str, name: str) -> bool:
        """Whether a comment in any file of the user's that is loaded names a rule: it may stand where the value is made."""
        finding = Finding(code, name, Severity.ERROR, "", Span("", 1, 1, 1, 1))
        return any(one.fitting(finding) is not None and not one.error for file in _loaded() for one in self.comments.of(self._shown(file)))

    def _shown(self, file: str) -> str:
        return shown(file, self.cwd())

    def _source(self, file: str) -> Source | None:
        text = "".join(linecache.getlines(file if Path(file).is_absolute() or file.startswith("<") else str(self.cwd() / file)))
        return Source(file, text) if MENTIONED.search(text.encode()) else None


def _loaded() -> Iterator[str]:
    """The files of the user's modules, the script among them."""
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.endswith(".py") and not is_library(file):
            yield file
