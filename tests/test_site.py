"""The documentation site: it is built without a complaint, holds a page for each rule, and loads nothing from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lossguard.rulebook import RuleBook, shipped

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as it is published."""
    folder = tmp_path_factory.mktemp("site")
    ran = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")
    return folder


def test_every_rule_and_every_guide_has_a_page(site: Path) -> None:
    rules = {rule.path.stem for rule in RuleBook((shipped(),)).rules.values()}
    guides = {path.stem for path in (ROOT / "docs").glob("*.md")}

    assert {path.parent.name for path in site.glob("rules/*/index.html")} == rules
    assert guides <= {path.parent.name for path in site.glob("*/index.html")}


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = {
        found
        for page in site.rglob("*.html")
        for found in re.findall(r"<(?:script|img|iframe)[^>]*src=\"?(https?:[^\"\s>]+)", page.read_text(encoding="utf-8"))
    }
    sheets = {
        found
        for page in site.rglob("*.html")
        for found in re.findall(r"<link rel=\"?stylesheet\"? href=\"?(https?:[^\"\s>]+)", page.read_text(encoding="utf-8"))
    }

    assert loaded | sheets == set()


def test_a_rule_says_how_it_weighs_and_links_to_its_relatives(site: Path) -> None:
    page = (site / "rules" / "LG101-softmax-into-cross-entropy" / "index.html").read_text(encoding="utf-8")

    assert "error · found before the run, and in it · since 0.1" in page
    assert 'href="../LG102-log-softmax-into-cross-entropy/"' in page
    assert "severity =" not in page


def test_links_out_of_the_docs_lead_to_the_repository(site: Path) -> None:
    page = (site / "contracts" / "index.html").read_text(encoding="utf-8")

    assert 'href="https://github.com/lossguard/lossguard/blob/main/rules/contracts/words.pyi"' in page


def test_the_workflow_calls_what_is_here() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]

    assert {"run": ".ci/run"} in steps
    assert [step["with"]["paths"] for step in steps if step.get("uses") == "./"] == ["fixtures/tour"]
