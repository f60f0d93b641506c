"""The contracts of other libraries have the names, parameters and defaults of what is installed (extra `contracts`).

The sources are read and not imported: what they import in turn need not be there.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from lossguard.contracts.language import Absent, ClassContract, Contract, Parameter
from lossguard.knowledge import Knowledge

LIBRARIES = ("segmentation_models_pytorch", "monai", "kornia", "timm", "torchvision")
LIBRARY = Knowledge().library
Definition = ast.FunctionDef | ast.ClassDef


@cache
def installed(module: str) -> dict[str, Definition]:
    """What is defined in the files of an installed package, by name, however it is re-exported."""
    spec = find_spec(module.partition(".")[0])
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent.joinpath(*module.split(".")[1:])
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.py")))
    return {node.name: node for tree in trees for node in tree.body if isinstance(node, Definition)}


def losses() -> list[Contract | ClassContract]:
    """The contracts of losses of other libraries."""
    held = (one for one in LIBRARY.everything() if one.name.startswith(tuple(f"{name}." for name in LIBRARIES)))
    return [one for one in held if LIBRARY.losses_of(one) and not one.family.startswith("_")]


def our_functions(contract: Contract | ClassContract) -> dict[str, Contract]:
    """The function itself, or the methods of a class and its bases."""
    if isinstance(contract, Contract):
        return {contract.family: contract}
    return {name: method for base in reversed(list(LIBRARY.mro(contract))) for name, method in base.methods.items()}


def parameters(function: ast.FunctionDef) -> dict[str, object]:
    """The parameters of a function with their defaults, as far as they are constants; `...` stands for any other."""
    args = function.args
    names = [*args.posonlyargs, *args.args]
    defaults = [None] * (len(names) - len(args.defaults)) + list(args.defaults)
    pairs = [*zip(names, defaults, strict=True), *zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    return {arg.arg: Absent.REQUIRED if default is None else constant(default) for arg, default in pairs}


def constant(node: ast.expr) -> object:
    """The value of a constant."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ...


def agrees(ours: list[Parameter], theirs: dict[str, object]) -> bool:
    """Whether ours are the first of theirs, with the same defaults."""
    plain = [one for one in ours if one.kind == "positional"]
    same = all(theirs[one.name] in (one.default, ...) for one in plain if one.name in theirs)
    return same and [one.name for one in plain] == list(theirs)[: len(plain)]


@pytest.mark.parametrize("contract", losses(), ids=lambda one: one.name)
def test_a_contract_has_the_librarys_own_names(contract: Contract | ClassContract) -> None:
    module, _, name = contract.name.rpartition(".")
    if find_spec(module.partition(".")[0]) is None:
        pytest.skip("needs the extra `contracts`, whose torchvision works with one build of torch only")
    found = installed(module)[name]
    functions = (
        {found.name: found}
        if isinstance(found, ast.FunctionDef)
        else {node.name: node for node in found.body if isinstance(node, ast.FunctionDef)}
    )

    for path, one in our_functions(contract).items():
        theirs = functions.get(path)
        if theirs is not None:  # one that is inherited has another file
            assert agrees(list(one.signatures[0].parameters), parameters(theirs)), (one.name, parameters(theirs))
