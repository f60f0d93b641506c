"""A pytest run with `--lossguard` comes in; what its tests' losses get wrong comes out as warnings or failures, and in the summary.

This module is loaded by every pytest run where lossguard is installed: torch is imported only when the option is on.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from lossguard.runtime import Guard

MODES: Final = ("off", "warn", "fail")
_SEEN: Final = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--lossguard`, and the same as an ini option."""
    text = "watch the losses that tests call: off (default), warn, or fail tests in which a loss gets the wrong thing"
    parser.getgroup("lossguard").addoption("--lossguard", choices=MODES, help=text)
    parser.addini("lossguard", text, default="off")


def pytest_configure(config: pytest.Config) -> None:
    """Add the marker, and watch if asked to. Raises UsageError for a mode that is none, or without torch."""
    config.addinivalue_line("markers", "lossguard_off: leave this test out of --lossguard")
    mode = config.getoption("--lossguard") or config.getini("lossguard")
    if mode not in MODES:
        raise pytest.UsageError(f"lossguard is one of {', '.join(MODES)}, not {mode!r}")
    if mode != "off":
        config.pluginmanager.register(Watching(mode == "fail", config.invocation_params.dir), "lossguard-watching")


@dataclass(frozen=True, eq=False)
class Watching:
    """Runs each phase of each test under a guard of its own; `said` has the tests of each line in the summary."""

    fails: bool
    cwd: Path
    said: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Import torch now, where no test's filters apply to its warnings."""
        try:
            import lossguard.runtime  # noqa: F401  # for the import only
        except ImportError as error:
            raise pytest.UsageError(f"--lossguard needs torch: {error}") from error

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Watch the fixtures: what one of a session finds is told of the first test that asks for it."""
        return (yield from self._watched(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Watch the test."""
        return (yield from self._watched(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """Watch the ends of fixtures."""
        return (yield from self._watched(item))

    def _watched(self, item: pytest.Item) -> Generator[None, object, object]:
        if item.get_closest_marker("lossguard_off"):
            return (yield)
        found = self._guard()
        try:
            with found:
                result = yield
        finally:
            item.stash[_SEEN] = [*_lines(found), *map(str, found.troubles.values())]
        if self.fails and found.findings:
            from lossguard.runtime.policies import described

            pytest.fail("\n".join(map(described, found.findings)), pytrace=False)
        return result

    def _guard(self) -> Guard:
        from lossguard.runtime import Guard
        from lossguard.runtime.policies import policy_of

        return Guard(policy_of("collect" if self.fails else "warn"), cwd=self.cwd)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Send what was found along with the report, which travels from the workers of xdist too."""
        report = yield
        vars(report)["lossguard"] = item.stash.get(_SEEN, [])
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the tests of each finding."""
        for line in vars(report).get("lossguard", []):
            self.said.setdefault(line, set()).add(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """List what was found, once for each place."""
        if self.said:
            terminalreporter.section("lossguard")
        for line, tests in sorted(self.said.items()):
            terminalreporter.line(f"{line} [{len(tests)} test{'' if len(tests) == 1 else 's'}]")


def _lines(found: Guard) -> list[str]:
    """The findings without their evidence, which differs from test to test."""
    return [f"{one.span}: {one.code} {one.message}" for one in found.findings]
