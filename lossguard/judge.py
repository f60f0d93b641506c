"""Events go in, verdicts come out: the only place where a rule meets what a program does.

A rule *holds* where every alternative of an argument is wrong, or the wrong one is had by default; it *may hold* under a
condition that the code leaves open, and an error is then a warning. An unknown alternative never fires, and one that
is told apart from a wrong one by nothing at all keeps the rule from firing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from lossguard.asked import Pattern
from lossguard.domains import Reach
from lossguard.events import Argument, Entry, Event, EventKind
from lossguard.findings import Certainty, Severity
from lossguard.flow.conditions import ALWAYS, Guard, Literal, both, is_phase, spelled
from lossguard.flow.places import Place
from lossguard.flow.traces import Step
from lossguard.flow.values import Case, Constant
from lossguard.rulebook import Rule, RuleBook, When
from lossguard.tensors import Tensor


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule that an event breaks: where, how certain, with which words, and on which way the value came.

    `about` is the argument that breaks it, and which of its alternatives does. A `local` one is a mistake of the expression
    itself, whatever comes to it: one logarithm in a helper is one mistake, however many call it.
    """

    rule: Rule
    severity: Severity
    certainty: Certainty
    condition: str | None
    message: str
    place: Place
    source: Place | None
    reach: Reach
    steps: tuple[Step, ...]
    effect: str
    entries: frozenset[Entry | None]
    about: tuple[str, Hashable] | None = None
    local: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """One combination of alternatives: the condition under which it is met, and whether it is what the rule looks for."""

    guard: Guard
    things: tuple[Hashable, ...]
    wrong: bool


def judge(book: RuleBook, events: Iterable[Event]) -> list[Verdict]:
    """All verdicts, one for each rule, place, producer and beginning; the more certain of two that say the same is kept."""
    held = list(events)
    sites: dict[object, list[Event]] = {}
    for event in held:
        sites.setdefault(event.site, []).append(event)
    found: dict[object, Verdict] = {}
    for event in held:
        site = sites[event.site] if event.site is not None else [event]
        for verdict in _told_together(event, list(_verdicts(book, event, site))):
            key = (verdict.rule.code, verdict.place, verdict.source, verdict.entries)
            if key not in found or _rank(verdict) < _rank(found[key]):
                found[key] = verdict
    return list(found.values())


def _told_together(event: Event, verdicts: list[Verdict]) -> Iterator[Verdict]:
    """Alternatives of one argument, each wrong by another rule that weighs as much, are one mistake: what gets there is not right."""
    groups: dict[tuple[str | None, Severity], list[Verdict]] = {}
    for verdict in verdicts:
        name = verdict.about[0] if verdict.about is not None and verdict.condition is not None else None
        groups.setdefault((name, verdict.rule.severity), []).append(verdict)
    for (name, _), group in groups.items():
        if name is None or len({verdict.rule.code for verdict in group}) == 1:
            yield from group
        else:
            yield _one_of(event, name, group)


_ORDER: Final = tuple(Severity)


def _one_of(event: Event, name: str, group: list[Verdict]) -> Verdict:
    """The worst verdict of a group, naming the others; certain where every alternative is wrong by one of them."""
    worst, *others = sorted(group, key=lambda one: (_ORDER.index(one.severity), one.rule.code))
    argument = event.argument(name)
    alternatives = [thing for thing in argument.value if thing != Constant(None)] if argument is not None else []
    message = "; ".join([worst.message, *_otherwise(others)])
    worst = replace(worst, steps=tuple(dict.fromkeys(step for one in group for step in one.steps)))
    if not all(any(one.about == (name, thing) for one in group) for thing in alternatives):
        return replace(worst, message=message)
    severity = worst.rule.severity if event.reach is Reach.TRAINED else worst.rule.severity.lower
    return replace(worst, message=f"when {worst.condition}, {message}", certainty=Certainty.HOLDS, severity=severity, condition=None)


def _otherwise(others: list[Verdict]) -> Iterator[str]:
    """What else is wrong, and when: `when not soft, logits into NLL (LG106)`."""
    for code in dict.fromkeys(one.rule.code for one in others):
        same = [one for one in others if one.rule.code == code]
        yield f"when {', or '.join(dict.fromkeys(str(one.condition) for one in same))}, {_lowered(same[0].rule.title)} ({code})"


def _lowered(title: str) -> str:
    """A title inside a sentence: `raw scores into NLL`."""
    return title[:1].lower() + title[1:]


def _rank(verdict: Verdict) -> tuple[bool, bool, int]:
    return verdict.reach is Reach.MEASURED, verdict.certainty is not Certainty.HOLDS, len(verdict.steps)


def _verdicts(book: RuleBook, event: Event, site: list[Event]) -> Iterator[Verdict]:
    for rule in book.rules.values():
        for when in book.whens(rule, event.name, event.contract):
            if when.kind is event.kind and _spelled_so(when, event):
                yield from _of_when(book, rule, when, event, site)


def _spelled_so(when: When, event: Event) -> bool:
    """Whether the callee is spelled as the class or function itself, or held in a variable."""
    return when.spelled is None or (when.spelled == "variable") is (event.callee is not None)


def _of_when(book: RuleBook, rule: Rule, when: When, event: Event, site: list[Event]) -> Iterator[Verdict]:
    if "*" in when.patterns:
        yield from _of_any(rule, when, event)
        return
    arguments = [event.argument(name) for name in when.patterns]
    held = [argument for argument in arguments if argument is not None]
    if len(held) < len(arguments):
        return
    matches = list(_matches(held, list(when.patterns.values())))
    for match in matches:
        if match.wrong and not any(both(match.guard, other.guard) is not None for other in matches if not other.wrong):
            yield from _verdict(book, rule, when, event, site, match, matches, held)


def _of_any(rule: Rule, when: When, event: Event) -> Iterator[Verdict]:
    """A rule about any argument: the first that fits is enough."""
    pattern = when.patterns["*"]
    for argument in event.arguments:
        if all(_fits(pattern, thing) for thing in argument.value):
            yield _worded(rule, when, event, Certainty.HOLDS, None, (), ())
            return


def _matches(arguments: list[Argument], patterns: list[Pattern]) -> Iterator[Match]:
    """Every combination of what the arguments may be; None is nothing that a loss can take, so it is no alternative."""
    for cases in product(*(list(_alternatives(argument, pattern)) for argument, pattern in zip(arguments, patterns, strict=True))):
        guard: Guard | None = ALWAYS
        for case in cases:
            guard = None if guard is None else both(guard, case.guard)
        if guard is not None:
            things = tuple(case.thing for case in cases)
            yield Match(guard, things, all(_fits(pattern, thing) for pattern, thing in zip(patterns, things, strict=True)))


def _alternatives(argument: Argument, pattern: Pattern) -> Iterator[Case[Hashable]]:
    for case in argument.value.cases:
        if pattern.literals is not None or case.thing != Constant(None):
            yield case


def _fits(pattern: Pattern, thing: Hashable) -> bool:
    if pattern.types:
        return _type_of(thing) in pattern.types
    match thing:
        case Tensor(domain=domain, made=made, seen=seen, axis=axis):
            if pattern.literals is not None or not pattern.seen <= seen or axis in pattern.other_axes:
                return False
            if pattern.axes is not None and axis not in pattern.axes:
                return False
            return (pattern.domains is None or domain in pattern.domains) and (pattern.made is None or made in pattern.made)
        case Constant(value=value):
            return pattern.literals is not None and any(value == one and type(value) is type(one) for one in pattern.literals)
        case _:
            return False


def _type_of(thing: Hashable) -> str | None:
    """The name of the Python type that a thing certainly is of; None where that is not known."""
    return type(thing.value).__name__ if isinstance(thing, Constant) else getattr(thing, "python_type", None)


def _verdict(
    book: RuleBook, rule: Rule, when: When, event: Event, site: list[Event], match: Match, matches: list[Match], held: list[Argument]
) -> Iterator[Verdict]:
    """The verdict on one wrong combination, unless its condition is one that nobody trains under."""
    choice = event.path - _shared(site)
    always = all(other.wrong for other in matches)
    guard = ALWAYS if always else match.guard
    conditions = guard | choice
    open_conditions = frozenset(literal for literal in conditions if not literal.default_holds)
    if open_conditions and guard and choice and _has_right_partner(book, event, site, match, held):
        return
    if any(is_phase(literal) or _is_switched_off(literal) or literal.symbol.is_artefact for literal in open_conditions):
        return
    certainty = Certainty.MAY_HOLD if open_conditions else Certainty.HOLDS
    tensors = [thing for thing in match.things if isinstance(thing, Tensor)]
    steps = tuple(step for tensor in tensors[:1] if tensor.trace is not None for step in tensor.trace)
    worded = _worded(rule, when, event, certainty, spelled(conditions) or None, steps, tuple(tensors))
    yield replace(worded, about=(held[0].name, match.things[0]))


def _shared(site: list[Event]) -> Guard:
    """The condition that all alternatives of one call share: that the call is reached."""
    return frozenset.intersection(*(event.path for event in site)) if len(site) > 1 else site[0].path


def _is_switched_off(literal: Literal) -> bool:
    """`use_softmax=False`: an option that is off unless somebody turns it on is no bug of the training path."""
    return literal.default_holds is False and isinstance(literal.symbol.subject.default, bool | None)


def _has_right_partner(book: RuleBook, event: Event, site: list[Event], match: Match, held: list[Argument]) -> bool:
    """Whether the value that is wrong here is right for another function that may be the one called here."""
    names = [argument.name for argument in held]
    return any(
        both(match.guard, other.path) is not None and not _wrong_for(book, other, dict(zip(names, match.things, strict=True)))
        for other in site
        if other.name != event.name
    )


def _wrong_for(book: RuleBook, event: Event, things: dict[str, Hashable]) -> bool:
    whens = (when for rule in book.rules.values() for when in book.whens(rule, event.name, event.contract) if when.kind is event.kind)
    return any(all(name in things and _fits(pattern, things[name]) for name, pattern in when.patterns.items()) for when in whens)


def _is_local(event: Event) -> bool:
    return event.kind is EventKind.CALL and not event.is_loss


_UNNAMED: Final = "it"


def _worded(
    rule: Rule, when: When, event: Event, certainty: Certainty, condition: str | None, steps: tuple[Step, ...], tensors: tuple[Tensor, ...]
) -> Verdict:
    fields = {argument.name: argument.text for argument in event.arguments}
    message = (when.message or rule.message).format(**{**fields, "call": event.spelled or _UNNAMED})
    usual = when.severity if when.severity is not None else rule.severity
    severity = usual if certainty is Certainty.HOLDS else usual.doubted
    severity = severity if event.reach is Reach.TRAINED else severity.lower
    chosen = tuple(event.callee) if event.callee is not None else ()
    source = tensors[0].source if tensors else None
    way = (*steps, *chosen)
    effect = when.effect or rule.effect
    return Verdict(
        rule, severity, certainty, condition, message, event.place, source, event.reach, way, effect, event.entries, local=_is_local(event)
    )
