"""Results go in; JUnit's XML comes out: a suite for each file, a failed case for each finding, one that passes where there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Final
from xml.etree import ElementTree as ET

from lossguard.findings import Finding
from lossguard.report.results import Results, explained, headline

# What XML 1.0 has no way to write.
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(results: Results) -> str:
    """The report."""
    suites = [_suite(path, list(held), results) for path, held in groupby(results.findings, lambda one: results.path(one.span))]
    cases = len(results.findings) or 1
    root = ET.Element(
        "testsuites", name="lossguard", tests=str(cases), failures=str(len(results.findings)), errors=str(len(results.errors))
    )
    root.extend(suites or [_passed(results)])
    if results.errors:
        root.append(_errors(results.errors))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False).join(('<?xml version="1.0" encoding="utf-8"?>\n', "\n"))


def _suite(path: str, findings: list[Finding], results: Results) -> ET.Element:
    suite = _counted(_legal(path), len(findings), failures=len(findings))
    for one in findings:
        raw = results.raw(one.span)
        name = f"{one.code} {one.name} at {raw.row}" if one.span.cell is None else f"{one.code} {one.name} in cell {one.span.cell}"
        case = ET.SubElement(suite, "testcase", name=name, classname=_legal(path), file=_legal(path), line=str(raw.row))
        failure = ET.SubElement(case, "failure", message=_legal(headline(one)), type=one.severity.value)
        failure.text = _legal("\n".join([f"{one.span}: {headline(one)}", *explained(one, results.rules[one.code])]))
    return suite


def _passed(results: Results) -> ET.Element:
    suite = _counted("lossguard", 1)
    ET.SubElement(suite, "testcase", name=f"{results.checked} files", classname="lossguard")
    return suite


def _errors(errors: Iterable[str]) -> ET.Element:
    said = list(errors)
    suite = _counted("lossguard itself", len(said), errors=len(said))
    for error in said:
        case = ET.SubElement(suite, "testcase", name="not looked at to the end", classname="lossguard")
        ET.SubElement(case, "error", message=_legal(error), type="lossguard")
    return suite


def _counted(name: str, tests: int, *, failures: int = 0, errors: int = 0) -> ET.Element:
    return ET.Element("testsuite", name=name, tests=str(tests), failures=str(failures), errors=str(errors), skipped="0", time="0")


def _legal(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
