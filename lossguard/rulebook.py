"""Rule pages go in, rules come out; a page that says something outside the vocabulary is an error with file and line."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from lossguard.asked import Pattern, RuleError, names_of, pattern_of
from lossguard.domains import NAMED, WANTED, Demand, Domain
from lossguard.events import EventKind
from lossguard.findings import Severity
from lossguard.pages import Block, blocks, sections
from lossguard.source import Reason


@dataclass(frozen=True, slots=True)
class When:
    """A conjunction: the kind of event, the functions it is about, and a pattern for each argument that matters.

    The argument "*" stands for any argument. One with `demands` is about every loss that wants this of an argument, whatever both
    are called; its one pattern is under "argument". `spelled` is "class" for `nn.CrossEntropyLoss(...)`, "variable" where the
    callee is held in a variable. `severity`, `message` and `effect` are the rule's own unless they are given here.
    """

    kind: EventKind | None
    names: frozenset[str]
    patterns: Mapping[str, Pattern]
    demands: str | None = None
    spelled: str | None = None
    severity: Severity | None = None
    message: str | None = None
    effect: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the head of its page, and the page."""

    code: str
    name: str
    title: str
    severity: Severity
    since: str
    runtime: bool
    whens: tuple[When, ...]
    message: str
    effect: str
    instead: str
    path: Path
    text: str
    reasons: Mapping[Reason, Severity] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """The first sentence of the page's prose."""
        prose = re.sub(r"```.*?```", "", sections(self.text)[""], flags=re.DOTALL)
        paragraphs = [part.strip() for part in prose.split("\n\n") if part.strip() and not part.startswith("# ")]
        return re.split(r"(?<=[.!?])\s", " ".join(paragraphs[0].split()), maxsplit=1)[0] if paragraphs else self.title

    @property
    def needs_a_run(self) -> bool:
        """Whether the code alone can never show it: every `when` asks for something that only a run sees."""
        return bool(self.whens) and all(any(pattern.seen for pattern in when.patterns.values()) for when in self.whens)

    @property
    def body(self) -> str:
        """The page without its head: what `explain` prints."""
        return re.sub(r"```toml\n.*?```\n*", "", self.text, count=1, flags=re.DOTALL)

    @property
    def section(self) -> dict[str, str]:
        """The page's sections by heading."""
        return sections(self.text)

    def examples(self, heading: str) -> list[Block]:
        """The Python blocks under "Bad" or "Good"."""
        return [block for block in blocks(self.text) if block.language == "py" and block.heading == heading]


def shipped() -> Path:
    """The folder of pages and contracts: in the package where it is installed, beside it in a checkout."""
    inside = Path(str(files("lossguard"))) / "rules"
    return inside if inside.is_dir() else Path(__file__).parents[1] / "rules"


# Stands for every function: the page is about a call with the arguments that it asks for.
ANY: Final = "*"
# What the loss of a full name wants of its arguments.
Demands = Callable[[str], tuple[Demand, ...]]


def _no_demands(_name: str) -> tuple[Demand, ...]:
    return ()


class RuleBook:
    """All pages of some folders."""

    def __init__(self, folders: tuple[Path, ...], demands: Demands = _no_demands, *, at_run_time: bool = False) -> None:
        """`folders` are read in order; codes and names must be unique over all of them. `at_run_time` leaves out what a run cannot see.

        `demands` is what contracts say of losses.
        """
        self.folders, self.demands, self.at_run_time = folders, demands, at_run_time
        self._about: dict[tuple[str, str, str], tuple[When, ...]] = {}

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules by code, in order."""
        found: dict[str, Rule] = {}
        for path in sorted(path for folder in self.folders for path in folder.glob("LG*.md")):
            rule = load(path)
            clash = next((other for other in found.values() if rule.code == other.code or rule.name == other.name), None)
            if clash is not None:
                raise RuleError(path, 1, f"has the code or the name of {clash.path.name}")
            found[rule.code] = rule
        return dict(sorted((code, rule) for code, rule in found.items() if rule.runtime or not self.at_run_time))

    def named(self, name: str) -> Rule | None:
        """The rule with a code or a name, in any case."""
        wanted = name.strip().lower()
        return next((rule for rule in self.rules.values() if wanted in {rule.code.lower(), rule.name}), None)

    def whens(self, rule: Rule, call: str, contract: str) -> tuple[When, ...]:
        """What a rule asks of the calls of a function, which has a family and a full name.

        A page about a demand is one about each argument of which the function's contract demands that, as far as the contract does
        not take what comes, and no page names the function for it.
        """
        key = (rule.code, call, contract)
        if key not in self._about:
            self._about[key] = tuple(self._whens(rule, call, contract))
        return self._about[key]

    def _whens(self, rule: Rule, call: str, contract: str) -> Iterator[When]:
        for when in rule.whens:
            if call in when.names or (ANY in when.names and contract):
                yield when
            for demand in self.demands(contract) if when.demands is not None else ():
                gets = when.patterns["argument"]
                wrong = frozenset(one for one in gets.domains or () if self._owner(call, demand, one) == rule.code)
                if when.demands in demand.words and wrong:
                    yield _about(when, rule, call, demand, replace(gets, domains=wrong))

    def _owner(self, call: str, demand: Demand, domain: Domain) -> str | None:
        """The page that says what is wrong with a meaning where a loss demands something else: the first that speaks of the demand."""
        if domain in demand.domains or (call, demand.parameter, domain) in self._owned:
            return None
        return next((code for code, word, held in self._wrong if word in demand.words and domain in held), None)

    @cached_property
    def _wrong(self) -> tuple[tuple[str, str, frozenset[Domain]], ...]:
        """The demands that pages speak of, with the meanings that are wrong there."""
        return tuple(
            (rule.code, when.demands, when.patterns["argument"].domains or frozenset())
            for rule in self.rules.values()
            for when in rule.whens
            if when.demands is not None
        )

    @cached_property
    def _owned(self) -> frozenset[tuple[str, str, Domain]]:
        """The functions, arguments and meanings that some page names itself."""
        return frozenset(
            (call, name, domain)
            for rule in self.rules.values()
            for when in rule.whens
            for name, pattern in when.patterns.items()
            for domain in pattern.domains or ()
            for call in when.names
        )

    @cached_property
    def watched(self) -> frozenset[str]:
        """The functions that some rule is about."""
        return frozenset(name for rule in self.rules.values() for when in rule.whens for name in when.names)


def _about(when: When, rule: Rule, call: str, demand: Demand, pattern: Pattern) -> When:
    """What a page about a demand says of a function that has it."""
    message = (when.message or rule.message).replace("{argument}", f"{{{demand.parameter}}}")
    options = {option: Pattern(literals=values) for option, values in demand.given}
    return replace(when, names=frozenset({call}), patterns={demand.parameter: pattern, **options}, demands=None, message=message)


_FILE_NAME: Final = re.compile(r"(LG\d{3})-([a-z0-9-]+)\.md")
_HEAD: Final = re.compile(r"```toml\n(.*?)```", re.DOTALL)
_KEYS: Final = frozenset({"severity", "since", "runtime", "when", "message", "effect", "instead", "reasons"})
_TEXTS: Final = frozenset({"severity", "since", "message", "effect", "instead"})
FIELDS: Final = frozenset({"call", "error"})


def load(path: Path) -> Rule:
    """Read one page."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(path, 1, f"cannot be read: {error}") from error
    named = _FILE_NAME.fullmatch(path.name)
    if named is None:
        raise RuleError(path, 1, "a page is named LG101-its-name.md")
    code, name = named.groups()
    title = re.match(rf"# {code} (.+)\n", text)
    if title is None:
        raise RuleError(path, 1, f"a page starts with `# {code} Its title`")
    head, line = _head(path, text)
    whens = tuple(_whens(path, line, head.get("when")))
    rule = Rule(
        code, name, title[1], _severity(path, line, head["severity"]), head["since"], bool(head.get("runtime")), whens,
        head["message"], head["effect"], head["instead"], path, text, _reasons(path, line, head.get("reasons", {})),
    )  # fmt: skip
    _check_message(rule, line)
    return rule


def _head(path: Path, text: str) -> tuple[dict[str, Any], int]:
    found = _HEAD.search(text)
    if found is None:
        raise RuleError(path, 1, "no ```toml head")
    line = text[: found.start()].count("\n") + 2
    try:
        head = tomllib.loads(found[1])
    except tomllib.TOMLDecodeError as error:
        raise RuleError(path, line, str(error)) from error
    if unknown := head.keys() - _KEYS:
        raise RuleError(path, line, f"unknown key {', '.join(sorted(unknown))}")
    if missing := _TEXTS - head.keys():
        raise RuleError(path, line, f"no {', '.join(sorted(missing))}")
    if wrong := {key for key in _TEXTS if not isinstance(head[key], str)}:
        raise RuleError(path, line, f"{', '.join(sorted(wrong))} is a text")
    return head, line


def _severity(path: Path, line: int, name: object) -> Severity:
    if name not in [severity.value for severity in Severity]:
        raise RuleError(path, line, f"unknown severity {name!r}")
    return Severity(name)


def _reasons(path: Path, line: int, table: object) -> dict[Reason, Severity]:
    """The severities that a page gives to reasons for not being able to read something."""
    known = {reason.value: reason for reason in Reason}
    if not isinstance(table, dict) or table.keys() - known:
        raise RuleError(path, line, f"`reasons` is a table of {', '.join(known)}, not {table!r}")
    return {known[name]: _severity(path, line, severity) for name, severity in table.items()}


def _whens(path: Path, line: int, when: object) -> Iterator[When]:
    match when:
        case None:
            return
        case list() as several:
            for one in several:
                yield from _whens(path, line, one)
        case dict() as table:
            yield _when(path, line, table)
        case _:
            raise RuleError(path, line, "`when` is a table or a list of tables")


def _when(path: Path, line: int, table: dict[str, Any]) -> When:
    rest = dict(table)
    severity = _severity(path, line, rest.pop("severity")) if "severity" in rest else None
    message, effect = rest.pop("message", None), rest.pop("effect", None)
    if not all(one is None or isinstance(one, str) for one in (message, effect)):
        raise RuleError(path, line, "`message` and `effect` are texts")
    made = _of_demand(path, line, rest) if "demands" in rest else _of_event(path, line, rest)
    return replace(made, severity=severity, message=message, effect=effect)


def _of_event(path: Path, line: int, rest: dict[str, Any]) -> When:
    """`{ call = "kl_div", target = "Logits" }`."""
    kinds = [kind for kind in EventKind if kind.value in rest]
    if len(kinds) != 1:
        raise RuleError(path, line, "`when` names one kind of event, call or construct, or what a loss demands")
    names = rest.pop(kinds[0].value)
    spelled = rest.pop("spelled", None)
    if spelled not in (None, "class", "variable"):
        raise RuleError(path, line, f"`spelled` is class or variable, not {spelled!r}")
    patterns = {"*" if key == "argument" else key: pattern_of(path, line, value) for key, value in rest.items()}
    return When(kinds[0], names_of(path, line, kinds[0].value, names), patterns, spelled=spelled)


def _of_demand(path: Path, line: int, rest: dict[str, Any]) -> When:
    """`{ demands = "ClassLogits", gets = "Probabilities" }`."""
    demands = rest.pop("demands")
    if not isinstance(demands, str) or demands not in {*NAMED, *WANTED}:
        raise RuleError(path, line, f"no contract demands {demands!r}")
    if rest.keys() != {"gets"} or (gets := pattern_of(path, line, rest["gets"])).domains is None:
        raise RuleError(path, line, "`when` with `demands` says in `gets` which meanings are wrong, and nothing else")
    return When(EventKind.CALL, frozenset(), {"argument": gets}, demands)


def _check_message(rule: Rule, line: int) -> None:
    for when in rule.whens or (When(None, frozenset(), {}),):
        message, known = when.message or rule.message, FIELDS | when.patterns.keys() - {"*"}
        try:
            fields = {field for _, field, _, _ in string.Formatter().parse(message) if field is not None}
            if unknown := fields - known:
                raise RuleError(rule.path, line, f"the message has a field {{{min(unknown)}}} that `when` does not speak of")
            message.format(**dict.fromkeys(known, ""))
        except ValueError as error:
            raise RuleError(rule.path, line, f"the message is none: {error}") from error
