"""The contracts are stubs that a type checker accepts, in a closed language, with torch's own parameter names."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lossguard.contracts.language import EFFECTS, ClassContract, Contract
from lossguard.contracts.library import Library
from lossguard.contracts.stubs import ContractError
from lossguard.engine import Knowledge
from lossguard.interpret.interpreter import TABLES
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


OPEN = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


@pytest.mark.parametrize("contract", [one for one in FUNCTIONS if one.name.startswith("torch.")], ids=lambda one: one.name)
def test_parameters_have_torchs_names(contract: Contract) -> None:
    try:
        signature = inspect.signature(torch_object(contract.name))  # type: ignore[arg-type]
    except (ValueError, TypeError):
        pytest.skip("torch gives no signature for this builtin; its stub was compared by hand")
    real = [parameter for parameter in signature.parameters.values() if parameter.kind not in OPEN]
    names = [parameter.name for parameter in contract.signatures[0].parameters if not parameter.kind.startswith("*")]
    if len(real) < len(signature.parameters):
        return

    assert [parameter.name for parameter in real][: len(names)] == names


@pytest.mark.parametrize("contract", [one for one in FUNCTIONS if any(s.result.effect("As") for s in one.signatures)], ids=lambda one: one.name)
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
