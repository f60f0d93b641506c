"""Tasks go in, answers come out; what a task breaks, its process or the time or memory that it may take, is its own answer alone.

Every worker is a process that is given one task at a time. One that dies, or takes too long, is replaced by another.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic
from typing import Any, Final, Generic, TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")

# Told by a task what it is busy with, before it is: "" where it is done with that.
Say = Callable[[str], None]
# What a worker does with a task. It is made in the worker, by a function that can be sent there with its arguments.
Work = Callable[[Task, Say], Answer]


class Cause(Enum):
    """Why there is no answer; the value is the wording."""

    EXCEPTION = "an error in lossguard"
    CRASH = "its process died"
    TIME = "it took too long"
    MEMORY = "it took too much memory"


@dataclass(frozen=True, slots=True)
class Lost:
    """What stands for an answer that there is none: why, the details, and what the task was busy with."""

    cause: Cause
    detail: str = ""
    during: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take: seconds, and bytes beyond what its process begins with (heeded on Linux)."""

    seconds: float = 60.0
    memory: int = 4 << 30


# Parsers recurse in native code: a thread may have a larger stack than the process. Only what is used of it takes memory.
STACK: Final = 512 << 20
# Starting a process anew costs the imports once more.
METHOD: Final = "fork" if sys.platform == "linux" else "spawn"


def excused(error: Exception, during: str = "") -> Lost:
    """What an exception comes to: the place where it was raised is what helps to mend it."""
    if isinstance(error, MemoryError):
        return Lost(Cause.MEMORY, during=during)
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f" at {Path(frame.filename).name}:{frame.lineno}" for frame in last)
    said = " ".join(str(error).split())
    return Lost(Cause.EXCEPTION, f"{type(error).__name__}{where}{f': {said}' if said else ''}"[:300], during)


def answers(
    tasks: Iterable[Task], begin: Callable[..., Work[Task, Answer]], arguments: tuple[Any, ...], count: int, limits: Limits
) -> Iterator[tuple[Task, Answer | Lost]]:
    """The answer to each task, in the order in which they are done; a task is taken when a worker is free for it.

    `begin(*arguments)` makes what the `count` workers do, in each of them.
    """
    waiting = iter(tasks)
    workers = [Worker[Task, Answer](begin, arguments, limits) for _ in range(count)]
    try:
        while True:
            for worker, task in zip([worker for worker in workers if not worker.tasks], waiting, strict=False):
                worker.give(task)
            if not any(worker.tasks for worker in workers):
                return
            wait([worker.connection for worker in workers if worker.tasks], max(0.0, min(one.deadline for one in workers) - monotonic()))
            for worker in workers:
                yield from worker.answered()
    finally:
        for worker in workers:
            worker.stop()


@dataclass
class Worker(Generic[Task, Answer]):
    """A process and its end of the pipe; `tasks` holds the task that it is at, if any."""

    begin: Callable[..., Work[Task, Answer]]
    arguments: tuple[Any, ...]
    limits: Limits
    tasks: list[Task] = field(default_factory=list)
    during: str = ""
    deadline: float = float("inf")
    process: BaseProcess = field(init=False)
    connection: Connection = field(init=False)

    def __post_init__(self) -> None:
        self._start()

    def _start(self) -> None:
        context: Any = multiprocessing.get_context(METHOD)
        self.connection, theirs = context.Pipe()
        # A forked worker has a copy of our end, and would never see us close it.
        ours = self.connection if METHOD == "fork" else None
        process = context.Process(target=_serve, args=(theirs, ours, self.begin, self.arguments, self.limits.memory), daemon=True)
        with warnings.catch_warnings():
            # Python warns of forking beside threads: a lock may be held. The worker takes none that others know of.
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        theirs.close()
        self.process = process

    def give(self, task: Task) -> None:
        """Set the worker to a task. One that has died meanwhile is noticed when its answer is waited for."""
        self.tasks, self.during, self.deadline = [task], "", monotonic() + self.limits.seconds
        try:
            self.connection.send(task)
        except OSError:
            self.deadline = 0.0

    def answered(self) -> Iterator[tuple[Task, Answer | Lost]]:
        """What has come from the worker: nothing yet, or the answer. A worker that is lost begins anew."""
        while self.tasks:
            try:
                if not self.connection.poll():
                    break
                said = self.connection.recv()
            except (EOFError, OSError):
                yield self._lost(Cause.CRASH)
                return
            if isinstance(said, str):
                self.during = said
            else:
                (answer,) = said
                yield self._done(answer)
                if isinstance(answer, Lost):  # its state is that of a task that broke off
                    self._anew()
        if self.tasks and monotonic() > self.deadline:
            yield self._lost(Cause.TIME if self.process.is_alive() else Cause.CRASH)

    def _done(self, answer: Answer | Lost) -> tuple[Task, Answer | Lost]:
        (task,) = self.tasks
        self.tasks, self.deadline = [], float("inf")
        return task, answer

    def _lost(self, cause: Cause) -> tuple[Task, Answer | Lost]:
        if cause is Cause.CRASH:
            self.process.join()
        detail = f"{self.limits.seconds:.0f} seconds" if cause is Cause.TIME else _ended(self.process.exitcode)
        done = self._done(Lost(cause, detail, self.during))
        self._anew()
        return done

    def _anew(self) -> None:
        self.stop()
        self._start()

    def stop(self) -> None:
        """End the process, whatever it is at."""
        self.connection.close()
        self.process.kill()
        self.process.join()
        self.process.close()


def _ended(code: int | None) -> str:
    """How a process ended: `SIGSEGV`, `exit status 3`."""
    if code is not None and code < 0 and -code in {one.value for one in signal.Signals}:
        return signal.Signals(-code).name
    return f"exit status {code}"


def _serve(
    theirs: Connection, ours: Connection | None, begin: Callable[..., Work[Any, Any]], arguments: tuple[Any, ...], memory: int
) -> None:
    """The worker: answer tasks until the other end closes."""
    if ours is not None:
        ours.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which ends the workers
    _bound(memory)
    deep(lambda: _answer_all(theirs, begin, arguments))


def deep(work: Callable[[], Answer]) -> Answer:
    """Do something on a stack that deep recursion does not overflow."""
    done: Future[Answer] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001  # it is raised again where the work was asked for
            done.set_exception(error)

    before = threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    return done.result()


def _answer_all(theirs: Connection, begin: Callable[..., Work[Any, Any]], arguments: tuple[Any, ...]) -> None:
    said = [""]

    def say(text: str) -> None:
        said[:] = [text]
        theirs.send(text)

    work: Work[Any, Any] | None = None
    try:
        while True:
            task = theirs.recv()
            said[:] = [""]
            try:
                work = work or begin(*arguments)
                answer = work(task, say)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is the answer
                answer = excused(error, said[0])
            theirs.send((answer,))
    except (EOFError, OSError):  # the parent has closed its end, or is gone
        return


def _bound(memory: int) -> None:
    """Let the process take no more than some bytes beyond what it has; elsewhere than on Linux there is no such bound."""
    if sys.platform != "linux":
        return
    import resource

    held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (held + STACK + memory, resource.getrlimit(resource.RLIMIT_AS)[1]))
