"""Where a run begins: the module's body as a script, then every function and method that nothing known has called."""

from __future__ import annotations

from collections.abc import Iterator

from lossguard.interpret import names, objects
from lossguard.interpret.machine import ExhaustedError, Machine, Site
from lossguard.interpret.things import Function, Imported, ProjectClass
from lossguard.syntax import ir
from lossguard.syntax.scopes import statements_of
from lossguard.values import Thing, Value


def run(m: Machine, file: str) -> bool:
    """Run a file from all its entry points; gives whether some of them had to be cut short."""
    m.main = file
    done = _bounded(m, lambda: names.run_module(m, file))
    for statement in _definitions(m, file):
        found: list[Thing] = []
        done &= _bounded(m, lambda name=statement.name, found=found: found.extend(names.module_member(m, file, name) or ()))
        for thing in found:
            match thing:
                case Function() if thing.file == file and thing.place not in m.entered:
                    done &= _bounded(m, lambda thing=thing: objects.call_openly(m, thing, None, _site(thing)))
                case ProjectClass() if thing.file == file:
                    done &= _run_methods(m, thing)
    return not done


def _site(thing: Function | ProjectClass) -> Site:
    return Site(thing.file, thing.node, 0)


def _bounded(m: Machine, work: object) -> bool:
    """Do some work on the side, within the bounds; gives whether it came to an end."""
    m.begin()
    try:
        work()  # type: ignore[operator]
    except (ExhaustedError, RecursionError):
        m.store.reset()
        return False
    return True


def _definitions(m: Machine, file: str) -> Iterator[ir.Function | ir.Class]:
    """The functions and classes of a module."""
    yield from (s for s in statements_of(m.program.parsed(file).module.body) if isinstance(s, ir.Function | ir.Class))


def _run_methods(m: Machine, cls: ProjectClass) -> bool:
    """Every method of a class that nothing called, on an object as an unknown caller makes it."""
    methods = [node for node in cls.node.body if isinstance(node, ir.Function)]
    pending = [node for node in methods if (cls.file, node.at) not in m.entered and not node.name.startswith("__")]
    done = True
    for node in pending:
        done &= _bounded(m, lambda node=node: _run_method(m, cls, node))
    return done


def _run_method(m: Machine, cls: ProjectClass, node: ir.Function) -> None:
    if (cls.file, node.at) in m.entered:
        return
    instance = objects.generic(m, cls, _site(cls))
    held: Value | None = m.store.get((cls.address, node.name))
    for thing in held if held is not None else ():
        if isinstance(thing, Function):
            objects.call_openly(m, thing, instance, _site(cls))


__all__ = ["Imported", "run"]
