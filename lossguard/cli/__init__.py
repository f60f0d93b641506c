"""The command line: options go in, reports and an exit status come out. Exit 0: nothing found; 1: findings; 2: the run failed."""

from __future__ import annotations

import click

from lossguard import __version__
from lossguard.cli.checking import check
from lossguard.cli.keeping import baseline, clean
from lossguard.cli.knowing import explain, rules, show_config
from lossguard.cli.watching import run


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="lossguard")
def main() -> None:
    """Find losses that get the wrong thing: softmax into CrossEntropyLoss, probabilities into NLLLoss, and their relatives."""


for command in (check, run, baseline, show_config, explain, rules, clean):
    main.add_command(command)
