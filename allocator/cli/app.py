"""The command group, and what each kind of failure says and returns."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, NoReturn

import click

from allocator.cli.output import EXIT_INTERNAL, EXIT_INTERRUPTED, EXIT_USAGE, say, show
from allocator.errors import (
    AllocatorError,
    PlanInvalid,
    ScenarioInvalid,
    VerificationFailed,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocator.issues import Issue

_imported_at = time.monotonic()
DEBUG_VARIABLE = "ALLOCATOR_DEBUG"
ENGINE_THREAD = "allocator-engine"
LONGEST_MESSAGE = 500
"""Characters of an internal error shown; a compiler's may fill screens."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="allocator", prog_name="allocator")
def cli() -> None:
    """Assign community services to idle buildings and hours of the week."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end the process with its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    given = list(sys.argv[1:] if arguments is None else arguments)
    code = run(given, started_at=_imported_at)
    sys.stdout.flush()
    sys.stderr.flush()
    if any(thread.name == ENGINE_THREAD for thread in threading.enumerate()):
        # an engine that overran is still inside compiled code and cannot be joined
        os._exit(code)
    sys.exit(code)


def run(arguments: list[str], *, started_at: float | None = None) -> int:
    """Run a command and return its exit code; nothing escapes but a bug shown whole.

    Parameters
    ----------
    started_at
        `time.monotonic()` when the command began; time limits count from here.
    """
    began = time.monotonic() if started_at is None else started_at
    try:
        code: Any = cli.main(
            arguments, prog_name="allocator", standalone_mode=False, obj=began
        )
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("interrupted")
        return EXIT_INTERRUPTED
    except (ScenarioInvalid, PlanInvalid) as error:
        return _report_issues(error.issues, as_json="--json" in arguments)
    except VerificationFailed as error:
        return _internal(str(error))
    except AllocatorError as error:
        return _report_failure(str(error), as_json="--json" in arguments)
    except BrokenPipeError:
        # whoever read our output has gone; keep the interpreter from complaining
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the last resort, shown on request
        return _internal(f"{type(error).__name__}: {error}")
    return code if isinstance(code, int) else 0


def _report_issues(issues: tuple[Issue, ...], *, as_json: bool) -> int:
    """Show every problem of a scenario or plan."""
    from allocator.cli.output import issue_record, issue_totals

    for issue in issues:
        say(str(issue))
    say(issue_totals(issues))
    if as_json:
        show({"valid": False, "issues": [issue_record(issue) for issue in issues]})
    return EXIT_USAGE


def _report_failure(message: str, *, as_json: bool) -> int:
    """Show a failure the user can mend."""
    say(f"error: {message}")
    if as_json:
        show({"error": message})
    return EXIT_USAGE


def _internal(message: str) -> int:
    """Show a fault of this package in one line, the traceback on request."""
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exc()
    line = " ".join(message.split())
    if len(line) > LONGEST_MESSAGE:
        line = line[:LONGEST_MESSAGE] + " …"
    say(f"internal error: {line} (set {DEBUG_VARIABLE}=1 to see the traceback)")
    return EXIT_INTERNAL


def _add_commands() -> None:
    """Register the commands; their modules import heavy rooms only when run."""
    from allocator.cli import (
        catalogue,
        comparing,
        explaining,
        looking,
        solving,
        storing,
        sweeping,
    )

    for command in (
        looking.init,
        looking.validate,
        looking.describe,
        looking.travel,
        solving.solve,
        solving.evaluate,
        comparing.compare,
        storing.runs,
        looking.report,
        explaining.explain,
        sweeping.sweep,
        catalogue.catalogue,
        looking.schema,
    ):
        cli.add_command(command)


_add_commands()
