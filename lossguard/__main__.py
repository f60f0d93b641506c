"""`python -m lossguard` is the command line."""

from lossguard.cli import main

if __name__ == "__main__":
    main(prog_name="lossguard")
