"""What all commands share goes in: settings, colours, and how errors of users, broken pipes and interrupts end."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, ParamSpec, TypeVar

import click

from lossguard.config import Config, check_selectors
from lossguard.errors import UserError
from lossguard.isolation import Cause
from lossguard.options import Chosen

if TYPE_CHECKING:
    from lossguard.engine import Report

P = ParamSpec("P")
# What a shell says of a program that Ctrl-C ended.
INTERRUPTED: Final = 130
ISSUES: Final = "https://github.com/lossguard/lossguard/issues"


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Turn what a user can get wrong into one line and exit status 2, a closed pipe and an interrupt into a quiet end."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except UserError as error:
            fail(str(error))
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:  # a full disk behind standard output: what is left in its buffer goes nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            fail(str(error))
        except KeyboardInterrupt:
            click.echo("lossguard: interrupted", err=True)
            os._exit(INTERRUPTED)  # worker processes are not waited for
        except Exception:  # noqa: BLE001  # it is told, and 1 would say that something was found
            traceback.print_exc()
            click.echo(f"lossguard: this is an error in lossguard; please report it: {ISSUES}", err=True)
            sys.exit(2)

    return run


def fail(message: str) -> NoReturn:
    """Say in one line why the run failed."""
    from lossguard.report.plain import plain

    click.echo(f"lossguard: {plain(message)}", err=True)
    sys.exit(2)


def told_failures(report: Report) -> bool:
    """Say on standard error which programs could not be followed; gives whether there were any."""
    from lossguard.report.plain import plain

    for failure in report.failures:
        click.echo(f"lossguard: {plain(str(failure))}", err=True)
    if any(failure.lost.cause is Cause.EXCEPTION for failure in report.failures):
        click.echo(f"lossguard: please report errors in lossguard, best with the file: {ISSUES}", err=True)
    return bool(report.failures)


def settled(cwd: Path, chosen: Chosen) -> tuple[Config, Callable[[Path], Config]]:
    """The settings of the run, and what finds those of each folder; a selector that names no rule is an error wherever it is met."""
    from lossguard.knowledge import Knowledge

    closest = chosen.closest(cwd)
    config = closest.of(cwd)
    known = {rule.code: rule.name for rule in Knowledge(config).book.rules.values()}

    def settings(folder: Path) -> Config:
        found = closest.of(folder)
        check_selectors(found, known)
        return found

    return settings(cwd), settings


def _set_colour(context: click.Context, _option: click.Parameter, value: str) -> None:
    """`Context.color` is where click itself looks."""
    context.color = {"always": True, "never": False}.get(value)


Command = TypeVar("Command", bound=Callable[..., Any])


def coloured(command: Command) -> Command:
    """Give a command the option for colours; it is read where a screen is made."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        callback=_set_colour,
        expose_value=False,
        help="When to colour: `auto` looks at the terminal, NO_COLOR and FORCE_COLOR.",
    )(command)
