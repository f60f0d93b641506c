"""A script or a module goes in; it runs as `__main__`, as Python itself would run it, and its exit status comes out."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import threading
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any


class TargetError(Exception):
    """Something that cannot be run; the message says what and why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Code that is ready to run, the name it goes by in `sys.argv`, and the attributes of its `__main__`."""

    code: CodeType
    argv0: str
    search: str
    attributes: dict[str, Any]


def script(path: str) -> Target:
    """A file, or a folder with a `__main__.py`. Raises TargetError for what cannot be read or compiled."""
    file = Path(path) / "__main__.py" if Path(path).is_dir() else Path(path)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise TargetError(f"cannot open {path}: {error.strerror}") from error
    search = path if Path(path).is_dir() else str(file.resolve().parent)
    attributes = {"__file__": str(file), "__spec__": None, "__package__": None, "__loader__": None}
    return Target(_compiled(data, str(file)), path, search, attributes)


def _compiled(data: bytes, name: str) -> CodeType:
    try:
        return compile(data, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise TargetError(f"{name} is not Python: {error}") from error


def module(name: str) -> Target:
    """A module on the path, or a package with a `__main__`. Raises TargetError where there is none."""
    sys.path.insert(0, str(Path.cwd()))
    try:
        spec = _spec(name)
    finally:
        sys.path.pop(0)
    loader: Any = spec.loader
    code = loader.get_code(spec.name) if hasattr(loader, "get_code") else None
    if code is None:
        raise TargetError(f"no code for the module {name}")
    attributes = {"__file__": spec.origin, "__spec__": spec, "__package__": spec.parent, "__loader__": loader, "__cached__": spec.cached}
    return Target(code, spec.origin or name, str(Path.cwd()), attributes)


def _spec(name: str) -> ModuleSpec:
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{name}.__main__")
    except (ImportError, ValueError) as error:
        raise TargetError(f"no module named {name}: {error}") from error
    if spec is None:
        raise TargetError(f"no module named {name}, or no __main__ in it")
    return spec


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its exit status, the exception that ended it, and whether that was Ctrl-C."""

    status: int
    error: BaseException | None = None

    @property
    def interrupted(self) -> bool:
        """Whether the process should end as one that was interrupted."""
        return isinstance(self.error, KeyboardInterrupt)


def execute(target: Target, args: tuple[str, ...]) -> Ended:
    """Run the code in the real `__main__`, so that pickling and spawned processes find what it defines."""
    main = ModuleType("__main__")
    main.__dict__.update(target.attributes, __builtins__=__builtins__)
    sys.modules["__main__"] = main
    sys.argv = [target.argv0, *args]
    if sys.path and not sys.flags.safe_path:
        sys.path[0] = target.search
    try:
        exec(target.code, main.__dict__)  # noqa: S102  # this is what it is asked to do
    except SystemExit as error:
        return Ended(_status(error.code))
    except BaseException as error:  # noqa: BLE001  # it is the script's own, and shown as Python shows it
        _shown(error)
        return Ended(1, error)
    _wait_for_threads()
    return Ended(0)


def _status(code: object) -> int:
    """What `sys.exit(code)` makes of it."""
    match code:
        case None:
            return 0
        case int():
            return code & 0xFF
        case _:
            print(code, file=sys.stderr)  # noqa: T201  # as Python does
            return 1


def _shown(error: BaseException) -> None:
    """The script's traceback, without the frames that ran it."""
    trace = error.__traceback__
    own = trace.tb_next if trace is not None else None
    sys.excepthook(type(error), error.with_traceback(own), own)


def _wait_for_threads() -> None:
    """Python waits for threads before it ends; so does the report."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()


def end_interrupted() -> None:
    """End the process as Ctrl-C ends it, so that a shell script around it stops too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGINT)
