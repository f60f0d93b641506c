"""Folders of stubs go in; `find` gives the contract for a dotted name, however the name is re-exported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import Final

from lossguard.contracts.language import ClassContract, Contract
from lossguard.contracts.stubs import Stub
from lossguard.domains import Demand, Domain

# The file that explains the contracts' own words; it is about nothing that code can import.
WORDS: Final = "words"
# The folder of the standard library's modules: a type checker would take them for the modules themselves.
PYTHON: Final = "python"


@dataclass(frozen=True, slots=True)
class Loops:
    """The methods of training loops, by name.

    `starts` are those that a backward pass starts with, each with the options that ask for the graph again; `steps` are done once for
    each step, `scales` to a loss before. After those that `keeps` has, a loss still has its graph.
    """

    starts: Mapping[str, frozenset[str]]
    steps: frozenset[str]
    scales: frozenset[str]
    keeps: frozenset[str]


class Library:
    """All contracts of some folders; files are read when a name in them is first asked for."""

    def __init__(self, folders: tuple[Path, ...], own: tuple[Path, ...] = ()) -> None:
        """`own` folders, a project's, are searched first; a file's path below its folder is the dotted name of what it describes."""
        self.folders = (*own, *folders)
        self.own = Library(own) if own else None
        self._overruled: dict[str, str | None] = {}
        self._stubs: dict[str, Stub | None] = {}
        self._found: dict[str, Contract | ClassContract | None] = {}

    def stub(self, module: str) -> Stub | None:
        """The stub of a module or of a class's methods, `torch.nn.functional`, `torch.Tensor`."""
        if module not in self._stubs:
            self._stubs[module] = self._open(module)
        return self._stubs[module]

    def _open(self, module: str) -> Stub | None:
        if module == WORDS:
            return None
        below = Path(*module.split("."))
        bases = (base for folder in self.folders for base in (folder, folder / PYTHON))
        candidates = (path for base in bases for path in (base / below.with_suffix(".pyi"), base / below / "__init__.pyi"))
        path = next((path for path in candidates if path.is_file()), None)
        return None if path is None else Stub(path, module)

    @cached_property
    def tensor(self) -> str:
        """The full name of the tensor class: its methods are the functions of a stub file of that name."""
        return next((module for module in self.modules if module.endswith(f".{Domain.TENSOR.value}")), "")

    def overruling(self, file: str, name: str) -> str | None:
        """The full name of what a project's contracts say of a name in one of its own files, whose code then counts no more."""
        if self.own is None:
            return None
        if file not in self._overruled:
            dotted = "." + ".".join(PurePath(file).with_suffix("").parts).removesuffix(".__init__")
            self._overruled[file] = next((module for module in self.own.modules if dotted.endswith(f".{module}")), None)
        full = f"{self._overruled[file]}.{name}"
        return full if self._overruled[file] is not None and self.own.find(full) is not None else None

    def method(self, name: str) -> Contract | None:
        """The contract of a tensor's method."""
        found = self.find(f"{self.tensor}.{name}")
        return found if isinstance(found, Contract) else None

    @cached_property
    def tensor_attributes(self) -> ClassContract | None:
        """What a tensor's attributes are: the class `Attributes` of its stub."""
        found = self.find(f"{self.tensor}.Attributes")
        return found if isinstance(found, ClassContract) else None

    @cached_property
    def loops(self) -> Loops:
        """What is known of the methods of training loops."""
        held = self._methods("loops.Loop")
        words = {name: method.signatures[0].result for name, method in held.items()}
        starts = [name for name, result in words.items() if result.effect("Trains") is not None]
        again = {name: frozenset(one.name for one in held[name].signatures[0].parameters if one.kind == "keyword") for name in starts}
        steps = frozenset(name for name, result in words.items() if result.effect("Steps") is not None)
        scales = frozenset(name for name, result in words.items() if result.variable is not None)
        return Loops(again, steps, scales, frozenset(self._methods("loops.Kept")))

    def _methods(self, name: str) -> Mapping[str, Contract]:
        found = self.find(name)
        return found.methods if isinstance(found, ClassContract) else {}

    def detaches(self, name: str) -> bool:
        """Whether nothing learns through an attribute, or the result of a method, of a tensor: `item`, `data`."""
        held = self.tensor_attributes
        if held is not None and name in held.attributes:
            return held.attributes[name].effect("Detached") is not None
        method = self.method(name)
        return method is not None and method.signatures[0].result.effect("Detached") is not None

    def find(self, name: str) -> Contract | ClassContract | None:
        """The contract for a full name such as `torch.nn.CrossEntropyLoss`; None where there is none."""
        if name not in self._found:
            self._found[name] = None  # a re-export that leads back to itself finds nothing
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Contract | ClassContract | None:
        module, _, member = name.rpartition(".")
        if not module:
            return None
        stub = self.stub(module)
        if stub is None:
            return self._in_class(module, member)
        match stub.member(member):
            case str() as elsewhere if elsewhere != name:
                return self.find(elsewhere)
            case Contract() | ClassContract() as held:
                return held
            case _:
                stars = stub.imports.get("*", "").split()
                return next((found for star in stars if (found := self.find(f"{star}.{member}")) is not None), None)

    def _in_class(self, name: str, member: str) -> Contract | None:
        """`torch.nn.Module.forward`: a method named through its class."""
        match self.find(name):
            case ClassContract() as cls:
                return next((base.methods[member] for base in self.mro(cls) if member in base.methods), None)
            case _:
                return None

    def mro(self, contract: ClassContract) -> Iterator[ClassContract]:
        """The class and its bases, depth first."""
        yield contract
        for base in contract.bases:
            found = self.find(base)
            if isinstance(found, ClassContract):
                yield from self.mro(found)

    def everything(self) -> Iterator[Contract | ClassContract]:
        """Every contract that some file defines: for the tests and the documentation."""
        for module in self.modules:
            stub = self.stub(module)
            for name in stub.names() if stub is not None else ():
                member = stub.member(name) if stub is not None else None
                if isinstance(member, Contract | ClassContract):
                    yield member

    def demands(self, name: str) -> tuple[Demand, ...]:
        """What the loss of a full name wants of its arguments."""
        found = self.find(name)
        return found.demands if isinstance(found, Contract) else ()

    def losses_of(self, held: Contract | ClassContract) -> dict[tuple[str, ...], Contract]:
        """How a loss is made with something: the path below its module, `("focal_loss",)` or `("FocalLoss", "forward")`."""
        if isinstance(held, Contract):
            found: dict[tuple[str, ...], Contract] = {(held.name.rpartition(".")[2],): held}
        else:
            found = {(held.family, name): method for base in reversed(list(self.mro(held))) for name, method in base.methods.items()}
        return {path: contract for path, contract in found.items() if contract.makes_loss}

    @cached_property
    def losses(self) -> frozenset[str]:
        """The names, without those of their modules, of all functions and classes that make a loss."""
        return frozenset(path[0] for held in self.everything() for path in self.losses_of(held))

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """The dotted names of all stub files."""
        paths = (path.relative_to(folder) for folder in self.folders for path in folder.rglob("*.pyi"))
        found = {path.with_suffix("") for path in paths if path.stem != WORDS}
        names = {".".join(path.parts).removesuffix(".__init__").removeprefix(f"{PYTHON}.") for path in found}
        return tuple(sorted(names))
