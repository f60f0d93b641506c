"""Results go in; the logging commands of Azure Pipelines come out, which knows errors and warnings."""

from __future__ import annotations

from lossguard.findings import Finding, Severity
from lossguard.report.plain import plain_name
from lossguard.report.results import Results, explained, headline, shown


def text(results: Results) -> str:
    """One command for each finding."""
    return "".join(f"{_command(finding, results)}\n" for finding in results.worst_first)


def _command(finding: Finding, results: Results) -> str:
    span = results.raw(finding.span)
    properties = {
        "type": "error" if finding.severity is Severity.ERROR else "warning",
        "sourcepath": plain_name(results.path(finding.span)), "linenumber": span.row, "columnnumber": span.column, "code": finding.code,
    }  # fmt: skip
    said = "\n".join([f"{finding.name}: {headline(shown(finding))}", *explained(shown(finding), results.rules[finding.code])])
    return f"##vso[task.logissue {''.join(f'{key}={_property(str(value))};' for key, value in properties.items())}]{_data(said)}"


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(";", "%3B").replace("]", "%5D")
