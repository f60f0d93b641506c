"""The documentation site, from what the repository holds anyway: pages of rules, README and CHANGELOG go in, pages of the site come out.

mkdocs calls these functions by their names (see `hooks` in mkdocs.yml).
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from lossguard.rulebook import Rule, RuleBook, shipped

ROOT: Final = Path(__file__).parents[1]
RULES: Final = tuple(RuleBook((shipped(),)).rules.values())
# Files of the repository, and the pages that they are on the site.
PAGES: Final = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    **{f"rules/{rule.path.name}": f"rules/{rule.path.name}" for rule in RULES},
    **{f"docs/{path.name}": path.name for path in (ROOT / "docs").glob("*.md")},
    "rules": "rules/index.md",
}
_SOURCES: Final = {page: source for source, page in PAGES.items()}
_LINK: Final = re.compile(r"(?<!!)\]\((?!\w+:|#)([^)\s]+?)(#[^)]*)?\)")
_CODE: Final = re.compile(r"(^(`{3,}).*?^\2$|`[^`\n]*`)", re.MULTILINE | re.DOTALL)
_TITLES: Final = {
    "LG1": "What goes into a loss",
    "LG2": "Targets",
    "LG3": "Axes and shapes",
    "LG4": "Numbers",
    "LG5": "How a loss is called",
    "LG6": "Gradients",
    "LG9": "The check itself",
}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the rules into the navigation, by their hundreds."""
    groups: dict[str, list[dict[str, str]]] = {}
    for rule in RULES:
        groups.setdefault(_TITLES[rule.code[:3]], []).append({f"{rule.code} {rule.title}": f"rules/{rule.path.name}"})
    config.nav = [*(config.nav or []), {"Rules": ["rules/index.md", *({title: pages} for title, pages in groups.items())]}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from files elsewhere."""
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")}
    for name, text in texts.items():
        files.append(File.generated(config, PAGES[name], content=text))
    files.append(File.generated(config, PAGES["rules"], content=_index()))
    for rule in RULES:
        files.append(File.generated(config, f"rules/{rule.path.name}", content=page_of(rule)))
    return files


def _index() -> str:
    rows = (f"| [{one.code}]({one.path.name}) | {one.severity.value} | {one.title} | {one.summary} |" for one in RULES)
    return "\n".join(["# Rules", "", "| Code | Severity | Rule | What |", "|------|----------|------|------|", *rows, ""])


def page_of(rule: Rule) -> str:
    """A rule's page for readers: what its head says, in words, and the rest as it is."""
    first, _, rest = rule.body.partition("\n")
    halves = "before the run" if not rule.runtime else "in a run" if rule.needs_a_run else "before the run, and in it"
    head = f"`{rule.name}` · {rule.severity.value} · found {halves} · since {rule.since}"
    said = f"> {rule.effect}\n>\n> **Instead:** {rule.instead}"
    return f"{first}\n\n{head}\n\n{said}\n{_linked(rest)}"


def _linked(text: str) -> str:
    """Codes of other rules become links, but for those in code."""
    pages = {rule.code: rule.path.name for rule in RULES}
    parts = _CODE.split(text)  # prose, code, its fence, prose, ...
    prose = (re.sub(r"\bLG\d{3}\b", lambda found: _link(found[0], pages), part) for part in parts[::3])
    return "".join(part for pair in zip(prose, [*parts[1::3], ""], strict=True) for part in pair)


def _link(code: str, pages: dict[str, str]) -> str:
    return f"[{code}]({pages[code]})" if code in pages else code


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: object) -> str:
    """Links between files of the repository become links between pages, or to the repository where there is no page."""
    source = _SOURCES[page.file.src_uri]
    folder = source if source == "rules" else posixpath.dirname(source)

    def led(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, found[1]))
        anchor = found[2] or ""
        if target in PAGES:
            return f"]({posixpath.relpath(PAGES[target], posixpath.dirname(page.file.src_uri) or '.')}{anchor})"
        if not (ROOT / target).exists():
            return found[0]  # a broken link: mkdocs says so
        kind = "tree" if (ROOT / target).is_dir() else "blob"
        return f"]({config.repo_url}/{kind}/main/{target}{anchor})"

    return _LINK.sub(led, markdown)
