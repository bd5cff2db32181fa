"""``python -m benchmarks quality | qualify | summary``; see ``--help`` of each."""

from __future__ import annotations

import argparse
import sys

from benchmarks.quality import command, qualify, report

COMMANDS = {"quality": command, "qualify": qualify, "summary": report}


def parser() -> argparse.ArgumentParser:
    """Return the parser of all subcommands."""
    made = argparse.ArgumentParser(prog="python -m benchmarks")
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        words = (module.__doc__ or "").split("``: ")[-1].splitlines()[0]
        sub = commands.add_parser(name, help=words, description=module.__doc__)
        module.add_arguments(sub)
        sub.set_defaults(run=module.run_command)
    return made


def main() -> int:
    """Run one subcommand and return its exit code."""
    given = parser().parse_args()
    return int(given.run(given))


if __name__ == "__main__":
    sys.exit(main())
