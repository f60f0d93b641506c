"""A call of a loss goes in, the same call comes out with something beside it that changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.metamorphic.losses import BY_FUNCTION, BY_MODULE
from tests.metamorphic.names import alias
from tests.metamorphic.programs import Program
from tests.metamorphic.sites import Change, Changing, Site, changed

SPOKEN = re.compile(r"criteri|loss_f|loss_func", re.IGNORECASE)


def _at_losses(program: Program, file: str, change: Changing) -> str | None:
    """The change at every call that is a loss, or is spelt like one."""

    def made(site: Site) -> Change | None:
        known = site.name in BY_FUNCTION or site.inner in BY_MODULE or SPOKEN.search(site.code(site.call.func))
        return change(site) if known and site.name not in BY_MODULE else None

    return changed(program.files[file], made)


def _same(site: Site) -> str:
    return site.code(site.call)


def _own_names(site: Site) -> list[str]:
    return [text for keyword, text in site.arguments() or [] if text.isidentifier() and site.owns(text)]


def dead_branch(program: Program, file: str) -> str | None:
    """A branch that is never taken spoils the first argument."""
    torch, missing = alias(program.files[file], "torch")

    def change(site: Site) -> Change | None:
        before = tuple(f"if False: {name} = {torch}.softmax({name}, dim=1)" for name in _own_names(site)[:1])
        return Change(_same(site), before, missing) if before else None

    return _at_losses(program, file, change)


def itself(program: Program, file: str) -> str | None:
    """Names are bound to themselves."""

    def change(site: Site) -> Change | None:
        before = tuple(f"{name} = {name}" for name in _own_names(site))
        return Change(_same(site), before) if before else None

    return _at_losses(program, file, change)


def unrelated(program: Program, file: str) -> str | None:
    """A statement that has nothing to do with it stands before the loss."""
    return _at_losses(program, file, lambda site: Change(_same(site), (f'unrelated_{site.number} = [len("text")]', 'print("step")')))


def parentheses(program: Program, file: str) -> str | None:
    """What is called and what it gets stand in parentheses."""

    def change(site: Site) -> Change | None:
        held = site.arguments()
        if held is None:
            return None
        arguments = [f"{keyword}=({text})" if keyword else f"({text})" for keyword, text in held]
        return Change(f"({site.code(site.call.func)})({', '.join(arguments)})")

    return _at_losses(program, file, change)


def arguments_first(program: Program, file: str) -> str | None:
    """Arguments that are computed in the call are computed before it."""

    def change(site: Site) -> Change | None:
        held = site.arguments()
        if held is None or all(_simple(text) for _, text in held):
            return None
        named = [(keyword, text, f"argument_{site.number}_{index}") for index, (keyword, text) in enumerate(held)]
        before = tuple(f"{name} = {text}" for _, text, name in named if not _simple(text))
        given = [(keyword, text if _simple(text) else name) for keyword, text, name in named]
        arguments = ", ".join(f"{keyword}={text}" if keyword else text for keyword, text in given)
        return Change(f"{site.code(site.call.func)}({arguments})", before)

    return _at_losses(program, file, change)


def result_first(program: Program, file: str) -> str | None:
    """The result of the loss is kept in a variable before it is used."""
    return _at_losses(program, file, lambda site: Change(f"result_{site.number}", (f"result_{site.number} = {_same(site)}",)))


def _simple(text: str) -> bool:
    return text.isidentifier() or text[0] in "\"'0123456789-"


def starred(program: Program, file: str) -> str | None:
    """Arguments are given as a tuple behind a star, and a dict behind two."""

    def change(site: Site) -> Change | None:
        held = site.arguments()
        if not held:
            return None
        plain = "".join(f"{text}, " for keyword, text in held if keyword is None)
        named = ", ".join(f"'{keyword}': {text}" for keyword, text in held if keyword is not None)
        return Change(f"{site.code(site.call.func)}(*({plain}), **{{{named}}})")

    return _at_losses(program, file, change)


def _first_argument(wrap: Callable[[str, int], tuple[str, tuple[str, ...], tuple[str, ...]]]) -> Callable[[Program, str], str | None]:
    """A rewrite of the first argument of losses, which is a tensor."""

    def edit(program: Program, file: str) -> str | None:
        def change(site: Site) -> Change | None:
            held = site.arguments()
            if not held:
                return None
            (keyword, text), *others = held
            made, before, definitions = wrap(text, site.number)
            arguments = ", ".join(f"{name}={value}" if name else value for name, value in [(keyword, made), *others])
            return Change(f"{site.code(site.call.func)}({arguments})", before, definitions)

        return _at_losses(program, file, change)

    return edit


IDENTITY = "def passed_on_here(value):\n    return value\n"
CARRIER = "class CarrierHere:\n    def __init__(self, value):\n        self.value = value\n"
PICKED = "def picked_here(values):\n    for value in values:\n        return value\n"
DECORATED = (
    "def logged_here(function):\n    @functools.wraps(function)\n    def inner(*args, **named):\n        return function(*args, **named)\n"
    "    return inner\n@logged_here\ndef decorated_here(value):\n    return value\n"
)
passed_on = _first_argument(lambda text, _: (f"passed_on_here({text})", (), (IDENTITY,)))
cloned = _first_argument(lambda text, _: (f"({text}).clone()", (), ()))
contiguous = _first_argument(lambda text, _: (f"({text}).contiguous()", (), ()))
in_tuple = _first_argument(lambda text, n: (f"held_{n}", (f"held_{n}, other_{n} = {text}, None",), ()))
in_dict = _first_argument(lambda text, n: (f"outputs_{n}['logits']", (f"outputs_{n} = {{'logits': {text}}}",), ()))
in_list = _first_argument(lambda text, n: (f"outputs_{n}[-1]", (f"outputs_{n} = []", f"outputs_{n}.append({text})"), ()))
in_object = _first_argument(lambda text, n: (f"carrier_{n}.value", (f"carrier_{n} = CarrierHere({text})",), (CARRIER,)))
walrus = _first_argument(lambda text, n: (f"(walrus_{n} := {text})", (), ()))
by_lambda = _first_argument(lambda text, _: (f"(lambda: {text})()", (), ()))
from_loop = _first_argument(lambda text, _: (f"picked_here([{text}])", (), (PICKED,)))
by_decorated = _first_argument(lambda text, _: (f"decorated_here({text})", (), ("import functools", DECORATED)))
