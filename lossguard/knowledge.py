"""Settings go in; the rules and contracts that hold with them come out."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lossguard.config import Config
from lossguard.contracts.library import Library
from lossguard.rulebook import RuleBook, shipped


@dataclass
class Knowledge:
    """The rule book and the contracts, the shipped ones and a project's own."""

    config: Config = field(default_factory=Config)

    @cached_property
    def book(self) -> RuleBook:
        """The rules."""
        return RuleBook((shipped(), *self.config.rule_folders), self.library.demands)

    @cached_property
    def library(self) -> Library:
        """The contracts; a project's own come first."""
        return Library((shipped() / "contracts",), own=self.config.contract_folders)

    @cached_property
    def own_losses(self) -> frozenset[str]:
        """The names of the losses that a project's own contracts speak of."""
        return frozenset() if self.library.own is None else self.library.own.losses

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where all of it is kept."""
        return (shipped(), *self.config.rule_folders, *self.config.contract_folders)

    def examined(self) -> Knowledge:
        """The same, once all that the project adds has been read. Raises RuleError and ContractError for what cannot be used."""
        _ = self.book.rules, self.own_losses
        return self
