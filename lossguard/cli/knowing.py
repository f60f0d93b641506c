"""`explain`, `rules` and `config`: a rule, a path or nothing goes in; a page, a list or settings come out."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lossguard.cli.common import coloured, guarded, settled
from lossguard.config import ConfigError, find
from lossguard.knowledge import Knowledge
from lossguard.options import Chosen, with_settings
from lossguard.rulebook import RuleBook


@click.command()
@click.argument("rule")
@coloured
@guarded
def explain(rule: str) -> None:
    """Print the page of RULE: a code such as LG101, or a name."""
    found = _book().named(rule)
    if found is None:
        raise ConfigError(f"unknown rule `{rule}`; `lossguard rules` lists them")
    from rich.markdown import Markdown

    from lossguard.report.screen import console

    screen = console()
    if screen.is_terminal:
        screen.print(Markdown(found.body))
    else:
        click.echo(found.body)


@click.command()
@guarded
def rules() -> None:
    """List all rules."""
    for rule in _book().rules.values():
        click.echo(f"{rule.code}  {rule.severity.value:<8} {rule.name}")


@click.command("config")
@click.argument("path", default=".")
@guarded
@with_settings
def show_config(path: str, chosen: Chosen) -> None:
    """Print the settings that hold for PATH, a file or a folder, and where each comes from."""
    from lossguard.config import lines

    full = Path(os.path.normpath(Path.cwd() / path))
    _, closest = settled(Path.cwd(), chosen)
    click.echo("\n".join(lines(closest(full if full.is_dir() else full.parent))))


def _book() -> RuleBook:
    return Knowledge(find(Path.cwd())).book
