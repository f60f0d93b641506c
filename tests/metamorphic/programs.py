"""Texts go in, programs come out whose lines carry the tag of their statement, so that it is known again wherever a rewrite puts it."""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count

from libcst import parse_module
from libcst.metadata import MetadataWrapper

# Nothing can be found on these lines, and a rewrite may drop them.
BARE = {"else:", "try:", "finally:"}
TAG = re.compile(r"#@(\d+)\s*$")


@dataclass(frozen=True, slots=True)
class Program:
    """Files by their paths, and whether it is these that stand on the command line when they are checked, or their folder."""

    name: str
    files: Mapping[str, str]
    by_name: bool = False

    @property
    def paths(self) -> list[str]:
        """What stands on the command line."""
        return [file for file in self.files if file.endswith((".py", ".ipynb"))] if self.by_name else ["."]

    def modules(self) -> dict[str, str]:
        """The Python files."""
        return {file: text for file, text in self.files.items() if file.endswith(".py")}

    def without(self, *files: str) -> Program:
        """The program without some files."""
        return replace(self, files={file: text for file, text in self.files.items() if file not in files})

    def having(self, files: Mapping[str, str]) -> Program:
        """The program with more files, or others in their place."""
        return replace(self, files={**self.files, **files})

    def imports(self, file: str) -> bool:
        """Whether another file may import this one: it has its name in an import."""
        stem = file.rpartition("/")[2].removesuffix(".py")
        pattern = re.compile(rf"""^[\s"]*(?:from|import)\b.*\b{re.escape(stem)}\b""", re.MULTILINE)
        return any(pattern.search(text) for other, text in self.files.items() if other != file)

    def packaged(self, file: str) -> bool:
        """Whether a file lies in a package: it may use relative imports."""
        folder = file.rpartition("/")[0]
        return f"{folder}/__init__.py".lstrip("/") in self.files


Edit = Callable[[Program, str], str | None]


def each(edit: Edit) -> Callable[[Program], Program | None]:
    """A rewrite of single files as one of the program; None where no file changes."""

    def rewritten(program: Program) -> Program | None:
        edited = {file: edit(program, file) for file in program.modules()}
        changed = {file: text for file, text in edited.items() if text is not None and text != program.files[file]}
        return program.having(changed) if changed else None

    return rewritten


@lru_cache(maxsize=64)
def parsed(text: str) -> MetadataWrapper:
    """The tree of a text; every rewrite of a program asks for the same ones."""
    return MetadataWrapper(parse_module(text))


def tagged(program: Program) -> Program:
    """The program with a tag for each statement at the end of its lines; inside strings, and before a backslash, there is none."""
    numbers = count(1)
    return replace(program, files={file: _tagged_file(file, text, numbers) for file, text in program.files.items()})


def _tagged_file(file: str, text: str, numbers: Iterator[int]) -> str:
    if file.endswith(".py"):
        return _tagged_text(text, numbers)
    if not file.endswith(".ipynb") or not text.startswith("{"):
        return text
    notebook = json.loads(text)
    for cell in notebook.get("cells", []):
        if cell.get("cell_type") == "code":
            cell["source"] = _tagged_text("".join(cell["source"]), numbers).splitlines(keepends=True)
    return json.dumps(notebook, indent=1)


def _tagged_text(text: str, numbers: Iterator[int]) -> str:
    lines = text.splitlines()
    for rows in _statements(text):
        coded = [row for row in rows if (code := lines[row - 1].strip()) and not code.startswith("#") and code not in BARE]
        number = next(numbers) if coded else 0
        for row in coded:
            lines[row - 1] = f"{lines[row - 1].rstrip()}  #@{number}"
    return "".join(f"{line}\n" for line in lines)


def _statements(text: str) -> list[list[int]]:
    """The rows at whose end a comment may stand, by statements; none in a text that is not Python, such as a cell with magics."""
    try:
        compile(text, "a cell", "exec")
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (SyntaxError, tokenize.TokenError):
        return []
    found: list[list[int]] = [[]]
    for token in tokens:
        if token.type in {tokenize.NEWLINE, tokenize.NL}:
            found[-1].append(token.start[0])
        if token.type == tokenize.NEWLINE:
            found.append([])
    return found


def tags(text: str) -> set[str]:
    """All tags of a text, or of a notebook's."""
    return set(re.findall(r"#@(\d+)", text))


def tag_at(program: Program, file: str, row: int, cell: int | None) -> str:
    """What is known again of a line: the next tag, which is its statement's, or else its text."""
    text = program.files[file]
    held = text if cell is None else "".join(json.loads(text)["cells"][cell - 1]["source"])
    lines = held.splitlines()[row - 1 :]
    found = (match for line in lines if (match := TAG.search(line)))
    return next((match[1] for match in found), lines[0].strip())
