"""A finding goes in; a warning, an exception, a call of the user's, or nothing comes out."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from lossguard.findings import Finding

OnFinding: TypeAlias = Literal["warn", "raise", "collect"] | Callable[[Finding], object]


class LossWarning(UserWarning):
    """A loss gets the wrong thing."""


class WrongLossError(RuntimeError):
    """A loss gets the wrong thing; raised by `guard(on_finding="raise")`. `finding` is what was found."""

    def __init__(self, finding: Finding) -> None:
        """Say what was found, as the report does."""
        super().__init__(described(finding))
        self.finding = finding


def described(finding: Finding) -> str:
    """One finding in one paragraph: `LG101 message (evidence); see lossguard explain LG101`."""
    evidence = f" [{'; '.join(finding.evidence)}]" if finding.evidence else ""
    return f"{finding.span}: {finding.code} {finding.message}{evidence}"


class Policy(Protocol):
    """What happens with a finding."""

    def __call__(self, finding: Finding, module: str, /) -> None:
        """Speak of one finding, which was made in a module."""


@dataclass(frozen=True, slots=True)
class Warn:
    """`warnings.warn` at the user's own line, so that Python's filters apply."""

    def __call__(self, finding: Finding, module: str) -> None:
        """Warn."""
        file = finding.span.file if finding.span.file.startswith("<") else str(Path(finding.span.file).absolute())
        warnings.warn_explicit(described(finding), LossWarning, file, finding.span.row, module=module)


@dataclass(frozen=True, slots=True)
class Raise:
    """An exception out of the call of the loss."""

    def __call__(self, finding: Finding, _module: str) -> None:
        """Raise."""
        raise WrongLossError(finding)


@dataclass(frozen=True, slots=True)
class Collect:
    """Nothing: the findings are asked for later."""

    def __call__(self, _finding: Finding, _module: str) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Tell:
    """A call of the user's own function."""

    callback: Callable[[Finding], object]

    def __call__(self, finding: Finding, _module: str) -> None:
        """Call it."""
        self.callback(finding)


def policy_of(on_finding: OnFinding) -> Policy:
    """The policy that a user asked for. Raises ValueError for a word that names none."""
    match on_finding:
        case "warn":
            return Warn()
        case "raise":
            return Raise()
        case "collect":
            return Collect()
        case _ if callable(on_finding):
            return Tell(on_finding)
        case _:
            raise ValueError(f"on_finding is 'warn', 'raise', 'collect' or a function, not {on_finding!r}")
