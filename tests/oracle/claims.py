"""Code goes in and is read; what the static half says of every argument of every loss comes out, by the argument that it is about."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path

from lossguard.config import Config
from lossguard.events import EventKind
from lossguard.flow.values import Value
from lossguard.following import Run, spans_of
from lossguard.interpret.interpreter import interpret
from lossguard.knowledge import Knowledge
from tests.oracle.witnesses import Key

Claims = Mapping[Key, tuple[Value[Hashable], ...]]


def of_root(folder: Path, root: str, knowledge: Knowledge) -> Claims:
    """What is said when the program is read from one file on, in every context in which a call is met."""
    files = tuple(path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.py")))
    run = Run(folder, knowledge, files)
    outcome = interpret(run.program, knowledge.library, knowledge.book.watched, root)
    events = [event for event in outcome.events if event.kind is EventKind.CALL]
    spans = spans_of(run.program, [event.place for event in events])
    held: dict[Key, dict[Value[Hashable], None]] = {}
    for event in events:
        span = spans[event.place]
        for argument in event.arguments:
            held.setdefault(Key(span.file, span.row, span.column, event.name, argument.name), {})[argument.value] = None
    return {key: tuple(values) for key, values in held.items()}


def knowledge_with(*contracts: Path) -> Knowledge:
    """The shipped rules and contracts, and further contracts."""
    return Knowledge(Config(contracts=tuple(map(str, contracts))))
