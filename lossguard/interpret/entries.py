"""Where a run begins: the module's body as a script, then every function and method that nothing known has called.

Those that nobody in the file mentions come first: what they call has then been met with the arguments that it really gets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lossguard.events import Entry
from lossguard.flow import values
from lossguard.interpret.core.machine import ExhaustedError, Machine, Site
from lossguard.interpret.core.things import Function, ProjectClass, Thing
from lossguard.interpret.python import names, objects
from lossguard.syntax import ir
from lossguard.syntax.scopes import nodes_of, scopes_of, statements_of


def run(m: Machine, file: str) -> bool:
    """Run a file from all its entry points; gives whether some of them had to be cut short."""
    m.main, m.entry = file, None
    done = _bounded(m, lambda: names.run_module(m, file))
    mentioned = _mentioned(m.program.parsed(file).module.body)
    for statement in sorted(_definitions(m, file), key=lambda statement: statement.name in mentioned):
        found: list[Thing] = []
        done &= _bounded(m, lambda name=statement.name, found=found: found.extend(names.module_member(m, file, name) or ()))
        for thing in found:
            match thing:
                case Function() if thing.file == file and thing.place not in m.entered:
                    m.entry = Entry(thing.place)
                    done &= _bounded(m, lambda thing=thing: objects.call_openly(m, thing, None, _site(thing)))
                case ProjectClass() if thing.file == file:
                    done &= _run_methods(m, thing, mentioned)
    return not done


def _site(thing: Function | ProjectClass) -> Site:
    return Site(thing.file, thing.node, 0)


def _bounded(m: Machine, work: Callable[..., object]) -> bool:
    """Do some work on the side, within the bounds; gives whether it came to an end."""
    m.begin()
    try:
        work()
    except (ExhaustedError, RecursionError):
        m.store.reset()
        return False
    return True


def _definitions(m: Machine, file: str) -> Iterator[ir.Function | ir.Class]:
    """The functions and classes of a module."""
    yield from (s for s in statements_of(m.program.parsed(file).module.body) if isinstance(s, ir.Function | ir.Class))


def _mentioned(body: tuple[ir.Stmt, ...]) -> frozenset[str]:
    """The names that some function or method of a module mentions, other than in its own recursion."""
    inner = [(statement.name, nodes_of(statement.body)) for statement in scopes_of(body)]
    return frozenset(name for own, nodes in inner for node in nodes for name in _names(node) if name != own)


def _names(node: object) -> tuple[str, ...]:
    match node:
        case ir.Name(id=name) | ir.Attribute(name=name):
            return (name,)
        case _:
            return ()


def _run_methods(m: Machine, cls: ProjectClass, mentioned: frozenset[str]) -> bool:
    """Every method of a class, also an inherited one, that nothing called on such an object, as an unknown caller would."""
    done = True
    for name in sorted(_method_names(m, cls), key=lambda name: name in mentioned):
        done &= _bounded(m, lambda name=name: _run_method(m, cls, name))
    return done


def _method_names(m: Machine, cls: ProjectClass) -> list[str]:
    """The methods of a class and of its project bases, as they are overridden."""
    bases = (base for base in objects.mro(m, cls) if isinstance(base, ProjectClass))
    nodes = (node for base in bases for node in base.node.body if isinstance(node, ir.Function))
    return list(dict.fromkeys(node.name for node in nodes if not node.name.startswith("__")))


def _run_method(m: Machine, cls: ProjectClass, name: str) -> None:
    order = objects.mro(m, cls)
    held = objects.member(m, order, name)
    for thing in held if isinstance(held, values.Value) else ():
        if isinstance(thing, Function) and not _was_run(m, thing, cls):
            m.entry = Entry(thing.place, None if thing.owner == cls else cls.place)
            with m.under(objects.recording_of(order, name)):
                objects.call_openly(m, thing, objects.generic(m, cls, _site(cls)), _site(cls))


def _was_run(m: Machine, function: Function, cls: ProjectClass) -> bool:
    """Whether somebody called the method: any method of the class's own, an inherited one on an object of this class."""
    if function.owner == cls:
        return function.place in m.entered
    return (function.place, cls.place) in m.entered_on
