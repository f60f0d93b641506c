"""Every rule page is a rule, a text for people and a test: its blocks give what their comments say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lossguard.asked import RuleError
from lossguard.config import Config
from lossguard.contracts.language import Contract
from lossguard.domains import Demand, Domain
from lossguard.engine import check
from lossguard.events import EventKind
from lossguard.knowledge import Knowledge
from lossguard.pages import Block
from lossguard.rulebook import Rule, RuleBook, When, shipped
from tests.runs import PRELUDE, run_guarded

BOOK = Knowledge().book
RULES = list(BOOK.rules.values())

BLOCKS = [
    pytest.param(rule, block, id=f"{rule.code}:{block.row}")
    for rule in RULES
    for heading in ("Bad", "Good")
    for block in rule.examples(heading)
]


def marked(block: Block, *marks: str) -> list[int]:
    """The rows that end with one of the marks."""
    return [row for row, line in enumerate(block.text.splitlines(), start=1) if line.rstrip().endswith(marks)]


@pytest.mark.parametrize(("rule", "block"), BLOCKS)
def test_a_block_gives_what_its_comments_say(rule: Rule, block: Block, tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(PRELUDE + block.text, encoding="utf-8")
    report = check([".", "example.py"], tmp_path, Config(select=(rule.code,), folder=tmp_path), cached=False)
    shift = PRELUDE.count("\n")

    assert marked(block, "# error", "# error before the run") == [one.span.row - shift for one in report.findings]


@pytest.mark.parametrize(("rule", "block"), [one for one in BLOCKS if one.values[0].runtime])  # type: ignore[union-attr]  # rules
def test_a_block_gives_the_same_at_run_time(rule: Rule, block: Block, tmp_path: Path) -> None:
    watching, raised = run_guarded(tmp_path / "example.py", PRELUDE + block.text)
    shift = PRELUDE.count("\n")
    found = sorted(one.span.row - shift for one in watching.findings if one.code == rule.code)

    assert marked(block, "# error", "# error at run time") == found
    assert not watching.troubles
    assert block.heading == "Bad" or not raised


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_shows_what_is_bad_and_what_is_good(rule: Rule) -> None:
    bad, good = rule.examples("Bad"), rule.examples("Good")

    assert bad
    assert good
    assert all("# error" in block.text for block in bad)
    assert not any("# error" in block.text for block in good)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_reads_well(rule: Rule) -> None:
    assert rule.summary.endswith(".")
    assert len(rule.summary) < 160
    assert not re.search(r"TODO|\u2014", rule.text)
    assert max(map(len, rule.body.splitlines())) <= 110
    assert rule.name == re.sub(r"[^a-z0-9]+", "-", rule.name)


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


# What may be right for all that the code tells: `exp` of something that nobody knows gives probabilities as often as counts.
PENDING = {("kl_div", "target", domain) for domain in (Domain.INDICES, Domain.MASK, Domain.BOUNDED, Domain.NON_NEGATIVE)}

# Too vague to be right or wrong anywhere.
VAGUE = {Domain.TENSOR, Domain.UNIT_INTERVAL, Domain.NON_POSITIVE, Domain.LOSS}


# What is asked of the losses of other libraries.
TELLING = {Domain.LOGITS, Domain.PROBABILITIES, Domain.ELEMENTWISE_PROBABILITIES, Domain.LOG_PROBABILITIES}


def owners(contract: Contract, demand: Demand, domain: Domain) -> set[str]:
    """The codes of the pages that speak of a meaning where a loss demands something."""
    return {
        rule.code
        for rule in RULES
        for when in BOOK.whens(rule, contract.family, contract.name)
        if when.kind is EventKind.CALL and goes_with(when, demand)
        for pattern in [when.patterns.get(demand.parameter)]
        if pattern is not None and pattern.domains is not None and domain in pattern.domains
    }


def goes_with(when: When, demand: Demand) -> bool:
    """Whether both may be about one call: no option has other values."""
    asked = {name: pattern.literals for name, pattern in when.patterns.items() if pattern.literals is not None}
    return all(values & (asked.get(name) or values) for name, values in demand.given)


def test_every_demand_is_met_or_owned_by_one_page() -> None:
    """Each (loss, demand, meaning) is accepted by the contract, or one page says what is wrong with it."""
    unowned, crowded, stale = [], [], []
    library = Knowledge().library
    for contract in (one for held in library.everything() for one in library.losses_of(held).values()):
        for demand in contract.demands:
            for domain in set(Domain) - VAGUE if contract.name.startswith("torch.") else TELLING:
                cell = (contract.family, demand.parameter, domain)
                codes = owners(contract, demand, domain)
                fine = domain in demand.domains or (demand.words == {"Logits"} and domain is Domain.LOG_PROBABILITIES)
                if len(codes) > 1:
                    crowded.append((cell, codes))
                if not codes and not fine and cell not in PENDING:
                    unowned.append(cell)
                if (codes or fine) and cell in PENDING:
                    stale.append(cell)

    assert (unowned, crowded, stale) == ([], [], [])


def page(folder: Path, head: str, name: str = "LG101-a-name.md") -> Path:
    """A page with this head."""
    path = folder / name
    path.write_text(f"# LG101 A name\n\n```toml\n{head}\n```\n\nText.\n", encoding="utf-8")
    return path


GOOD_HEAD = 'severity = "error"\nsince = "0.1"\nmessage = "m"\neffect = "e"\ninstead = "i"'


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (GOOD_HEAD + "\nfixer = 1", "unknown key fixer"),
        (GOOD_HEAD.replace("error", "fatal"), "unknown severity 'fatal'"),
        (GOOD_HEAD.replace('message = "m"', ""), "no message"),
        (GOOD_HEAD + '\nwhen = { call = "f", input = "Logit" }', "unknown domain 'Logit'"),
        (GOOD_HEAD + '\nwhen = { input = "Logits" }', "`when` names one kind of event"),
        (GOOD_HEAD + '\nwhen = { demands = "Nothing", gets = "Logits" }', "no contract demands 'Nothing'"),
        (GOOD_HEAD + '\nwhen = { demands = "Logits" }', "`when` with `demands` says in `gets` which meanings are wrong"),
        (GOOD_HEAD + '\nwhen = { demands = "Logits", gets = { literal = 1 } }', "`when` with `demands` says in `gets`"),
        (GOOD_HEAD + '\nwhen = { demands = "Logits", gets = "Mask", input = "Mask" }', "`when` with `demands` says in `gets`"),
        (GOOD_HEAD + '\nwhen = { call = "f", input = { dtype = "int" } }', "is not a domain, a literal or a table"),
        (GOOD_HEAD.replace('"m"', '"{target}"') + '\nwhen = { call = "f", input = "Logits" }', "the message has a field {target}"),
        ("severity = ", "Invalid value"),
    ],
)
def test_a_page_that_says_something_else_is_an_error_with_its_place(head: str, message: str, tmp_path: Path) -> None:
    page(tmp_path, head)

    with pytest.raises(RuleError, match=re.escape(message)) as caught:
        _ = RuleBook((tmp_path,)).rules

    assert str(caught.value).startswith(f"{tmp_path}/LG101-a-name.md:4: ")


def test_two_pages_with_one_code_are_an_error(tmp_path: Path) -> None:
    page(tmp_path, GOOD_HEAD)
    page(tmp_path, GOOD_HEAD, "LG101-another.md")

    with pytest.raises(RuleError, match="has the code or the name of LG101-a-name"):
        _ = RuleBook((tmp_path,)).rules


def test_the_shipped_rules_lie_beside_the_package() -> None:
    assert (shipped() / "contracts" / "words.pyi").is_file()
