"""The contracts are stubs that a type checker accepts, in a closed language, with torch's own parameter names."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import torch

from lossguard.contracts.language import EFFECTS, ClassContract, Contract
from lossguard.contracts.library import Library
from lossguard.contracts.stubs import ContractError
from lossguard.interpret.interpreter import TABLES
from lossguard.knowledge import Knowledge
from lossguard.rulebook import shipped

FOLDER = shipped() / "contracts"
LIBRARY = Knowledge().library
EVERYTHING = list(LIBRARY.everything())
FUNCTIONS = [one for one in EVERYTHING if isinstance(one, Contract)] + [
    method for one in EVERYTHING if isinstance(one, ClassContract) for method in one.methods.values()
]


def test_every_contract_loads() -> None:
    assert len(FUNCTIONS) > 500


def test_every_effect_is_done_by_one_function() -> None:
    assert set(TABLES.effects) == set(EFFECTS)


def test_every_word_of_the_stubs_is_a_word_of_the_language() -> None:
    words = set(re.findall(r"^class (\w+)", (FOLDER / "words.pyi").read_text(encoding="utf-8"), re.MULTILINE))

    assert set(EFFECTS) <= words


def drawing() -> set[str]:
    """The operators that torch itself marks as drawing random numbers."""
    packets = [getattr(torch.ops.aten, name) for name in dir(torch.ops.aten) if not name.startswith("_")]
    operators = [packet for packet in packets if isinstance(packet, torch._ops.OpOverloadPacket)]
    seeded = torch.Tag.nondeterministic_seeded
    return {str(one.__name__) for one in operators if any(seeded in getattr(one, name).tags for name in one.overloads())}


def test_what_draws_random_numbers_says_so() -> None:
    names = drawing()
    effects = {one.name: one.signatures[0].result for one in FUNCTIONS if one.family in names and one.owner is None}
    silent = [name for name, result in effects.items() if result.effect("Drawn") is None and result.effect("As") is None]

    assert len(effects) > 20
    assert silent == []


def torch_object(name: str) -> object:
    """The real thing that a contract is about."""
    parts = name.split(".")
    for index in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:index]))
        except ModuleNotFoundError:
            continue
        for part in parts[index:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(name)


# Operators are called by position only.
NAMED = [one for one in FUNCTIONS if one.name.startswith("torch.") and not one.name.endswith("__")]
OPEN = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


STUBS = {"torch": "_VariableFunctions.pyi", "torch.Tensor": "__init__.pyi", "torch.nn.functional": "_nn.pyi"}


@cache
def stub_of_torch(file: str) -> dict[str, list[list[str]]]:
    """The parameter names of every overload in one of the stubs that torch ships for its builtins."""
    tree = ast.parse((Path(torch.__file__).parent / "_C" / file).read_text(encoding="utf-8"))
    found: dict[str, list[list[str]]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, []).append([arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)])
    return found


def overloads(name: str) -> list[list[str]]:
    """The parameter names of each overload of something in torch; none where torch says nothing, or takes anything."""
    real = torch_object(name)
    module, _, last = name.rpartition(".")
    try:
        signature = inspect.signature(real)  # type: ignore[arg-type]  # torch_object finds callables
    except (ValueError, TypeError):
        file = STUBS.get(module)
        held = stub_of_torch(file).get(last, []) if file is not None else []
        return [names for names in held if names != ["self"]]  # a stub that leaves out what it takes
    names = [parameter.name for parameter in signature.parameters.values() if parameter.name != "self"]
    closed = not any(parameter.kind in OPEN for parameter in signature.parameters.values())
    return [names] if closed and names else []


@pytest.mark.parametrize("contract", NAMED, ids=lambda one: one.name)
def test_parameters_have_torchs_names(contract: Contract) -> None:
    known = overloads(contract.name)
    signature = contract.signatures[0]
    plain = [parameter.name for parameter in signature.parameters if not parameter.kind.startswith("*") and parameter.name != "self"]

    if known:
        assert set(plain) <= {name for names in known for name in names}, known
    if len(known) == 1 and len(plain) == len(signature.parameters):
        assert known[0][: len(plain)] == plain


@pytest.mark.parametrize(
    "contract", [one for one in FUNCTIONS if any(s.result.effect("As") for s in one.signatures)], ids=lambda one: one.name
)
def test_what_a_contract_refers_to_is_there(contract: Contract) -> None:
    for signature in contract.signatures:
        word = signature.result.effect("As")
        if word is not None:
            assert isinstance(LIBRARY.find(str(word.arguments[0])), Contract)


def test_a_type_checker_accepts_the_stubs() -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--explicit-package-bases", "--no-site-packages", "--cache-dir", os.devnull, "."]
    done = subprocess.run(command, cwd=FOLDER, env={**os.environ, "MYPYPATH": "."}, capture_output=True, text=True, check=False)

    assert done.stdout.startswith("Success"), done.stdout


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("def f(x: Logitz) -> Loss: ...", 1, "`Logitz` is neither a domain nor a type"),
        ("def f(x: Tensor) -> Annotated[Tensor, Turned(1)]: ...", 1, "`Turned(1)` is not one of"),
        ("def f(x: Tensor) -> Annotated[Tensor, Along()]: ...", 1, "`Along()` is not one of"),
        ("def g(x: Tensor) -> Tensor: ...\ndef f(x: Tensor): ...", 2, "a return annotation"),
        ("def f(x: Tensor = y) -> Tensor: ...", 1, "a default is a constant"),
        ("class f:\n    x = 1", 2, "methods and annotated attributes only"),
        ("def f(x: -> Tensor: ...", 1, "invalid syntax"),
        ("f(1)", 1, "not a definition"),
    ],
)
def test_a_stub_that_says_something_else_is_an_error_with_its_place(text: str, line: int, message: str, tmp_path: Path) -> None:
    (tmp_path / "lib.pyi").write_text(text + "\n", encoding="utf-8")

    with pytest.raises(ContractError, match=re.escape(message)) as caught:
        Library((tmp_path,)).find("lib.f")

    assert str(caught.value).startswith(f"{tmp_path}/lib.pyi:{line}: ")
