"""The commands that make runs: `solve` and `evaluate`."""

from __future__ import annotations

import math
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocator.cli.output import (
    EXIT_DONE,
    EXIT_INFEASIBLE,
    EXIT_INTERNAL,
    EXIT_INTERRUPTED,
    EXIT_NO_PLAN,
    say,
    show,
)

if TYPE_CHECKING:
    from allocator.plan import Plan
    from allocator.result import Result
    from allocator.scenario import Scenario


class FiniteRange(click.FloatRange):
    """A number within limits; `nan` and `inf` are none."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number.

        Raises
        ------
        click.BadParameter
            If the text is no finite number or outside the limits.
        """
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


variant_option = click.option(
    "--variant", metavar="V", help="Variant of the scenario; several: a,b."
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Write the result as JSON."
)
out_option = click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The run folder; must not exist. Default: "
    "runs/<name>[-<variant>]-<UTC time>-<4 hex>.",
)


@click.command()
@click.argument("scenario")
@variant_option
@click.option(
    "--engine",
    type=click.Choice(["auto", "search", "greedy", "exact"]),
    help="auto (default): search with its price bound, exact beside it if small.",
)
@click.option(
    "--solver",
    type=click.Choice(["highs", "scip", "cp-sat"]),
    help="Solver of the exact engine. Default: highs.",
)
@click.option(
    "--time-limit",
    "time_limit_s",
    metavar="S",
    type=FiniteRange(min=0, min_open=True),
    help="Wall seconds until the plan is final. Default: 300.",
)
@click.option(
    "--max-steps", metavar="N", type=click.IntRange(min=0), help="Most steps."
)
@click.option(
    "--gap",
    metavar="SHARE",
    type=FiniteRange(min=0, max=1),
    help="Stop when the gap of the first goal is at most this share, such as 0.05.",
)
@click.option(
    "--target",
    metavar="VALUE",
    type=FiniteRange(),
    help="Stop when the first goal reaches this value.",
)
@click.option(
    "--seed", metavar="N", type=click.IntRange(min=0), help="Seed. Default: 0."
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="Processes or threads. Default: the cores.",
)
@click.option("--start", metavar="RUN", help="Run (or plan file) to start from.")
@out_option
@json_option
def solve(
    scenario: str,
    variant: str | None,
    start: str | None,
    out: Path | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Find a plan and write it, verified, with a proven bound.

    Exit codes: 0 done, 1 internal error, 2 bad usage or invalid scenario, 3 proven
    infeasible, 4 stopped with no plan, 130 interrupted (the best plan is saved).
    """
    from allocator.cli.progress import ProgressLine
    from allocator.cli.signals import Interrupts
    from allocator.engines.engine import StopReason, StopSignal

    started_at: float = click.get_current_context().obj
    target = _Target(out)
    stop = StopSignal()
    with (
        Interrupts(stop, target.remove_temporary) as interrupts,
        ProgressLine(started_at) as line,
    ):
        from allocator.options import SolveOptions
        from allocator.solve import solve as solve_scenario

        checked = _read(scenario, variant)
        target.settle(checked)
        options = SolveOptions.for_scenario(checked, **given)
        plan = _start_plan(checked, start)
        interrupts.solving = True
        result = solve_scenario(
            checked,
            options,
            on_progress=line,
            stop=stop,
            start=plan,
            started_at=started_at,
        )
        line.phase("writing the run")
        saved = target.write(result, plan_name=start and Path(start).name)
    _report(result, saved, as_json=as_json)
    if saved is None or saved != target.folder:
        return EXIT_INTERNAL
    if result.stop_reason is StopReason.INTERRUPT:
        return EXIT_INTERRUPTED
    return {"infeasible": EXIT_INFEASIBLE, "no_plan": EXIT_NO_PLAN}.get(
        result.status.value, EXIT_DONE
    )


@click.command()
@click.argument("scenario")
@click.option(
    "--plan",
    "plan_source",
    metavar="RUN|FILE",
    required=True,
    help="Run folder, or a CSV or Excel file (book.xlsx#sheet) of assignments.",
)
@variant_option
@out_option
@json_option
def evaluate(
    scenario: str,
    plan_source: str,
    variant: str | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Score a given plan and list every rule it breaks.

    Residents are assigned to its places anew, in the best way.
    """
    from allocator.runs import read_plan
    from allocator.solve import evaluate as evaluate_plan

    target = _Target(out)
    checked = _read(scenario, variant)
    target.settle(checked)
    plan = read_plan(checked, plan_source)
    result = evaluate_plan(checked, plan)
    saved = target.write(result, plan_name=Path(plan_source).name)
    _report(result, saved, as_json=as_json)
    return EXIT_DONE if saved == target.folder else EXIT_INTERNAL


class _Target:
    """The run folder: tried before the long work, filled after it."""

    def __init__(self, out: Path | None) -> None:
        self.folder = out
        if out is not None:
            self._try(out)

    def settle(self, scenario: Scenario) -> None:
        """Choose the default folder when none was given."""
        if self.folder is None:
            from allocator.runs import default_folder

            self.folder = default_folder(scenario)
            self._try(self.folder)

    def write(self, result: Result, plan_name: str | None) -> Path | None:
        """Write the run, into a temporary place when its own fails; None: nowhere."""
        from allocator.errors import RunError
        from allocator.runs import write_run

        folder = self.folder or Path()
        try:
            return write_run(result, folder, plan_name=plan_name)
        except RunError as error:
            say(f"error: {error}")
        spare = Path(tempfile.gettempdir()) / folder.name
        with suppress(RunError):
            write_run(result, spare, plan_name=plan_name)
            say(f"the run is saved in {spare} instead")
            return spare
        return None

    def remove_temporary(self) -> None:
        """Remove a half-written run."""
        folder = self.folder
        if folder is not None:
            for part in folder.absolute().parent.glob(f".{folder.name}.tmp-*"):
                shutil.rmtree(part, ignore_errors=True)

    @staticmethod
    def _try(folder: Path) -> None:
        from allocator.runs import check_writable

        check_writable(folder)


def _read(source: str, variant: str | None) -> Scenario:
    """Read the scenario and pass its warnings on."""
    from allocator.scenario import read_scenario

    scenario = read_scenario(source, variant=variant)
    for issue in scenario.provenance.warnings:
        say(str(issue))
    return scenario


def _start_plan(scenario: Scenario, start: str | None) -> Plan | None:
    """Read the plan to start from."""
    if start is None:
        return None
    from allocator.errors import RunError
    from allocator.runs import read_plan, read_run

    if not Path(start).is_dir():
        return read_plan(scenario, start)
    plan = read_run(start).plan
    if plan is None:
        msg = f"{start} holds no plan to start from"
        raise RunError(msg)
    return plan


def _report(result: Result, saved: Path | None, *, as_json: bool) -> None:
    """Write the result to stdout; the run's path is the last line."""
    from allocator.runs import run_record

    if as_json:
        show({"run": str(saved) if saved else None, **run_record(result)})
    else:
        show(result.summary())
    if saved is None:
        say("error: the run could be written nowhere; its assignments follow")
        if result.plan is not None:
            say(result.plan.assignments.to_csv(index=False))
    elif not as_json:
        show(str(saved))
