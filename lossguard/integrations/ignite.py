"""An ignite engine comes in, a guard that is active while the engine runs comes out: `attach(trainer)`."""

from __future__ import annotations

import ignite.distributed as idist
from ignite.engine import Engine, Events

from lossguard.integrations.runs import Run
from lossguard.runtime import Guard, OnFinding


def attach(engine: Engine, on_finding: OnFinding = "warn") -> Guard:
    """Watch the losses of an engine's runs, also of the evaluators that it runs; everything found is in the guard's `findings`.

    `on_finding` is what `lossguard.guard` takes; of a distributed run, rank 0 warns. Whether an exception ends the run is left as it
    is: handlers of `EXCEPTION_RAISED` decide, and where there are none it is raised.
    """
    run = Run(on_finding)
    engine.add_event_handler(Events.STARTED, _begin, run)
    engine.add_event_handler(Events.ITERATION_STARTED, _resume, run)
    engine.add_event_handler(Events.COMPLETED | Events.TERMINATE | Events.INTERRUPT, _end, run)
    engine.add_event_handler(Events.EXCEPTION_RAISED, _failed, run)
    handlers = engine._event_handlers[Events.EXCEPTION_RAISED]  # noqa: SLF001  # there is no public order of handlers
    handlers.insert(0, handlers.pop())  # a handler that raises is the last one that ignite calls
    return run.guard


def _begin(_engine: Engine, run: Run) -> None:
    run.begin(speaks=idist.get_rank() == 0)


def _resume(_engine: Engine, run: Run) -> None:
    """Watch on after an interruption, or after an exception that a handler has dealt with: no STARTED comes then."""
    run.begin()


def _end(_engine: Engine, run: Run) -> None:
    run.end()


def _failed(engine: Engine, error: BaseException, run: Run) -> None:
    """Stop watching. To ignite, an exception that has a handler is dealt with: raise it unless there are other handlers."""
    run.end(error)
    handlers = engine._event_handlers[Events.EXCEPTION_RAISED]  # noqa: SLF001  # there is no public list of handlers
    runs = [args[-1] for handler, args, _ in handlers if handler is _failed]
    if len(runs) == len(handlers) and runs[-1] is run:
        raise error
