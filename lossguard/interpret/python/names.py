"""Names go in, values come out: scopes, imports, and modules that are run when somebody needs what they define."""

from __future__ import annotations

import builtins
import os
from typing import Final

from lossguard.flow.places import Address, Place
from lossguard.flow.values import Constant, Why, sole, unknown
from lossguard.interpret.core.machine import Exits, Flow, Frame, Machine, Site
from lossguard.interpret.core.things import Builtin, External, Imported, ProjectModule, Scope, Thing, Value
from lossguard.syntax import ir

MAIN: Final = "__main__"

# What a module knows without binding it.
_DUNDERS: Final = frozenset({"__name__", "__file__", "__doc__", "__package__"})
_PYTHON: Final = frozenset(dir(builtins)) - _DUNDERS


def module_address(file: str) -> Address:
    """Where a module's names live."""
    return Address(Place(file, -1))


def module_frame(file: str) -> Frame:
    """A frame that runs a module's body."""
    scope = Scope(module_address(file), None)
    return Frame(file, (scope,), 0, Exits(0, frozenset()))


def look_up(m: Machine, name: str, frame: Frame) -> Value | None:
    """The value of a name: local, of a function around, global or built in; None where it is a local that is not bound."""
    if name in frame.redirected:
        return m.store.get((frame.redirected[name], name)) or global_name(m, frame.file, name)
    for scope in frame.scopes[:-1]:
        if scope.bound is None or name in scope.bound:
            found = m.store.get((scope.address, name))
            if found is not None or scope.bound is not None:
                return found
    return global_name(m, frame.file, name)


def global_name(m: Machine, file: str, name: str) -> Value | None:
    """A name of a module, or of Python."""
    found = module_member(m, file, name)
    return found if found is not None else _builtin(name)


def _builtin(name: str) -> Value | None:
    return sole(Builtin(name)) if name in _PYTHON else None


def bind(m: Machine, name: str, value: Value, frame: Frame) -> None:
    """`name = value` in the scope that is running."""
    address = frame.redirected.get(name, frame.scopes[0].address)
    m.store.set((address, name), value)


def settled(m: Machine, value: Value, site: Site) -> Value:
    """The value with names that were imported, but not looked up yet, looked up."""
    if not any(isinstance(thing, Imported) for thing in value):
        return value
    return m.each(value, lambda thing: imported(m, thing, site) if isinstance(thing, Imported) else sole(thing))


def imported(m: Machine, thing: Imported, site: Site) -> Value:
    """What `from module import name` means."""
    key = ("import", thing)
    if key in m.resolving:
        return unknown(Why.MISSING, f"`{thing.name}` of {thing.file}, which imports itself")
    m.resolving.add(key)
    try:
        found = module_member(m, thing.file, thing.name)
        if found is not None:
            return settled(m, found, site)
    finally:
        m.resolving.discard(key)
    below = m.program.submodule(thing.file, thing.name)
    return sole(ProjectModule(below)) if below is not None else m.unknown(Why.MISSING, f"`{thing.name}` of {thing.file}", site)


def module_member(m: Machine, file: str, name: str) -> Value | None:
    """What a module binds a name to; the module is run only where that cannot be told from one statement."""
    if not file.endswith((".py", ".ipynb")) and file not in m.program.given:
        below = m.program.submodule(file, name)
        return None if below is None else sole(ProjectModule(below))
    if name in _DUNDERS:
        return _dunder(m, file, name)
    if (known := m.library.overruling(file, name)) is not None:
        return sole(External(known))
    cell = (module_address(file), name)
    found = m.store.get(cell)
    if found is not None:
        return found
    outline = m.program.outline(file)
    definition = outline.definition(name)
    if definition is not None:
        m.store.permanently(lambda: m.execute((definition,), module_frame(file)))
    elif name in outline.bindings:
        run_module(m, file)
    elif outline.stars:
        return _starred(m, file, name, outline.stars)
    return m.store.get(cell)


def _dunder(m: Machine, file: str, name: str) -> Value:
    if name == "__name__":
        return sole(Constant(MAIN if m.main == file else os.path.splitext(file)[0].replace(os.sep, ".")))
    return unknown(Why.MISSING, name)


def _starred(m: Machine, file: str, name: str, stars: tuple[ir.ImportFrom, ...]) -> Value | None:
    key = ("star", file, name)
    if key in m.resolving:
        return None
    m.resolving.add(key)
    try:
        return next((value for star in reversed(stars) if (value := _from_star(m, file, name, star)) is not None), None)
    finally:
        m.resolving.discard(key)


def _from_star(m: Machine, file: str, name: str, star: ir.ImportFrom) -> Value | None:
    source = m.program.find(file, star.level, star.module)
    if source is not None:
        return module_member(m, source, name)
    full = f"{star.module}.{name}"
    return sole(External(full)) if m.library.find(full) is not None else None


def run_module(m: Machine, file: str) -> None:
    """Run a module's body, once."""
    if file in m.executed:
        return
    m.executed[file] = True
    before, m.path = m.path, frozenset()
    try:
        m.store.permanently(lambda: m.execute(m.program.parsed(file).module.body, module_frame(file)))
    finally:
        m.path = before


def run_registering(m: Machine) -> bool:
    """Run the modules that enter something in a registry when they are imported; gives whether that is news."""
    if m.registered:
        return False
    m.registered = True
    for file in m.program.registering:
        run_module(m, file)
    return True


def execute_import(m: Machine, statement: ir.Import, frame: Frame) -> Flow:
    """`import a.b`, `import a.b as c`."""
    for dotted, alias in statement.names:
        bound = dotted if alias else dotted.partition(".")[0]
        bind(m, alias or bound, sole(_module(m, frame.file, bound)), frame)
    return Flow.ON


def _module(m: Machine, file: str, dotted: str) -> Thing:
    found = m.program.find(file, 0, dotted)
    return External(dotted) if found is None else ProjectModule(found)


def execute_import_from(m: Machine, statement: ir.ImportFrom, frame: Frame) -> Flow:
    """`from a import b as c`; what `b` is, is looked up when it is used."""
    source = m.program.find(frame.file, statement.level, statement.module)
    for name, alias in statement.names:
        if name == "*":
            _bind_star(m, statement, source, frame)
        elif source is not None:
            bind(m, alias or name, sole(Imported(source, name)), frame)
        else:
            bind(m, alias or name, sole(External(f"{statement.module}.{name}" if statement.module else name)), frame)
    return Flow.ON


def _bind_star(m: Machine, statement: ir.ImportFrom, source: str | None, frame: Frame) -> None:
    """A star import in a function or below an `if` binds what it can name; at the top level `module_member` looks through it."""
    if source is None or frame.scopes[0].address != module_address(frame.file):
        return
    own = m.program.outline(frame.file).bindings
    for name in m.program.outline(source).bindings if source.endswith(".py") else ():
        if name in own and name != "*" and not name.startswith("_"):
            bind(m, name, sole(Imported(source, name)), frame)


def evaluate_name(m: Machine, expr: ir.Name, frame: Frame) -> Value:
    """`x`."""
    found = look_up(m, expr.id, frame)
    if found is None:
        return m.unknown(Why.MISSING, f"`{expr.id}`", frame.site(expr))
    return settled(m, found.under(m.path), frame.site(expr))


def get_module_attribute(m: Machine, thing: ProjectModule, name: str, site: Site) -> Value:
    """`module.name`."""
    return imported(m, Imported(thing.file, name), site)


def execute_global(m: Machine, statement: ir.Global, frame: Frame) -> Flow:
    """`global x` and `nonlocal x`: assignments go to another scope."""
    for name in statement.names:
        if statement.outer:
            frame.redirected[name] = module_address(frame.file)
        else:
            around = (scope for scope in frame.scopes[1:] if scope.bound is not None and name in scope.bound)
            frame.redirected[name] = next((scope.address for scope in around), frame.scopes[0].address)
    return Flow.ON
