"""Names and imports go in, other names for the same come out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import libcst as cst
from libcst.metadata import QualifiedNameProvider

from tests.metamorphic.names import alias, bound, first_imports, imported, tree
from tests.metamorphic.programs import Program, parsed
from tests.metamorphic.sites import with_definitions
from tests.metamorphic.spelling import Respelled

# Names that say which phase of a run it is keep it; so do those that frameworks go by.
MEANINGFUL = re.compile(r"train|test|val|phase|mode|eval|infer|stage|split|debug|^self$|^cls$|^_")
REFLECTION = re.compile(r"\b(globals|locals|vars|eval|exec|getattr|setattr|__dict__|dataclass|NamedTuple|hydra|yaml)\b")
PACKAGES = {"torch": "t", "torch.nn": "layers", "torch.nn.functional": "FF"}


def variables(program: Program, file: str) -> str | None:
    """Variables and parameters get other names."""
    text = program.files[file]
    if REFLECTION.search(text):
        return None
    others = "\n".join(other for name, other in program.files.items() if name != file)
    names = [name for name in dict.fromkeys(_variables(tree(text))) if not re.search(rf"\b{name}\b", others)]
    spellings = {name: f"v{index}_" for index, name in enumerate(names) if f"v{index}_" not in text}
    return parsed(text).module.visit(Respelled(spellings)).code


def _variables(held: ast.Module) -> Iterator[str]:
    """The names that are variables wherever they stand, and that nobody calls by a keyword."""
    taken = {name for one in ast.walk(held) for name in _fixed(one)}
    for one in ast.walk(held):
        match one:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                if name not in taken and not MEANINGFUL.search(name):
                    yield name


def _fixed(node: ast.AST) -> Iterator[str]:
    """The names that a node gives another role, or that others may know."""
    match node:
        case ast.keyword(arg=str(name)) | ast.FunctionDef(name=name) | ast.Constant(value=str(name)):
            yield name
        case ast.ClassDef(name=name, body=body):
            yield name
            yield from (target for one in body if not isinstance(one, ast.FunctionDef | ast.ClassDef) for target in bound(one))
            yield from (argument for one in body for argument in _parameters(one)) if node.bases else ()
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case ast.Import() | ast.ImportFrom():
            yield from (name for name, _ in imported(node))


def _parameters(method: ast.stmt) -> Iterator[str]:
    """The parameters of methods that a base class may call by their names."""
    if isinstance(method, ast.FunctionDef) and method.name not in {"forward", "__init__"}:
        yield from (one.arg for one in ast.walk(method.args) if isinstance(one, ast.arg))


def imports(program: Program, file: str) -> str | None:
    """Packages of torch are imported under other names."""
    text = program.files[file]
    taken = set(bound(tree(text)))
    every = [pair for one in ast.walk(tree(text)) for pair in imported(one)]
    spellings = {
        name: PACKAGES[meaning]
        for one in first_imports(text)
        for name, meaning in imported(one)
        if meaning in PACKAGES and [pair[0] for pair in every].count(name) == 1 and not {name, PACKAGES[meaning]} & taken
    }
    if not spellings or any(fresh in {name for name, _ in every} for fresh in spellings.values()):
        return None
    return parsed(text).module.visit(_Reimported(spellings)).code


class _Reimported(Respelled):
    """Respells what is read, and gives the imports their aliases."""

    def visit_Import(self, node: cst.Import) -> bool:
        return bool(node)

    visit_ImportFrom = visit_Import  # type: ignore[assignment]  # the same for both

    def leave_ImportAlias(self, original: cst.ImportAlias, updated: cst.ImportAlias) -> cst.ImportAlias:
        held = original.evaluated_alias or original.evaluated_name
        fresh = self.spellings.get(held)
        if fresh is None:
            return original
        return original.with_changes(asname=cst.AsName(cst.Name(fresh), cst.SimpleWhitespace(" "), cst.SimpleWhitespace(" ")))

    def leave_ImportFrom(self, original: cst.ImportFrom, updated: cst.ImportFrom) -> cst.ImportFrom:
        return updated.with_changes(module=original.module)


class _Attributes(cst.CSTTransformer):
    """Respells `F.softmax` and `nn.Linear` by what they are in full."""

    METADATA_DEPENDENCIES = (QualifiedNameProvider,)
    PATTERN = re.compile(r"torch\.nn\.functional\.\w+|torch\.nn\.[A-Z]\w+")

    def __init__(self) -> None:
        super().__init__()
        self.needed: dict[str, None] = {}

    def leave_Attribute(self, original: cst.Attribute, updated: cst.Attribute) -> cst.BaseExpression:
        names = [found.name for found in self.get_metadata(QualifiedNameProvider, original, ())]
        if len(names) != 1 or not self.PATTERN.fullmatch(names[0]):
            return updated
        return cst.parse_expression(self.spelled(names[0])).with_changes(lpar=updated.lpar, rpar=updated.rpar)

    def spelled(self, name: str) -> str:
        """The name in full."""
        return name


class _Imported(_Attributes):
    """Respells them by names of their own, and keeps the imports that these need."""

    def spelled(self, name: str) -> str:
        package, _, leaf = name.rpartition(".")
        self.needed[f"from {package} import {leaf} as {leaf}_here\n"] = None
        return f"{leaf}_here"


def in_full(program: Program, file: str) -> str | None:
    """`F.softmax` becomes `torch.nn.functional.softmax`."""
    text = program.files[file]
    return parsed(text).visit(_Attributes()).code if alias(text, "torch") == ("torch", ()) else None


def one_by_one(program: Program, file: str) -> str | None:
    """`F.softmax` becomes `softmax_here`, imported from torch.nn.functional."""
    respelled = _Imported()
    module = parsed(program.files[file]).visit(respelled)
    return with_definitions(module, list(respelled.needed)).code
