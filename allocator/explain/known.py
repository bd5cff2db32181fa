"""A run as explanations read it: scenario, walking times, plan, value and bound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.access import build_access
from allocator.errors import RunError
from allocator.evaluate.view import build_view
from allocator.explain.loss import Range
from allocator.explain.reach import unserved_visits, worth_per_person
from allocator.options import SolveOptions
from allocator.result import Result
from allocator.runs.read import Run, read_run
from allocator.solve import solve
from allocator.solve.starting import no_worse_than

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    import numpy as np
    import numpy.typing as npt

    from allocator.access import Access
    from allocator.evaluate.view import PlanView
    from allocator.plan import Plan
    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]

DEFAULT_TIME_LIMIT_S = 10.0
"""Wall seconds of each solve that an explanation makes."""


@dataclass(frozen=True)
class Known:
    """A run with everything that explanations ask of it."""

    name: str
    scenario: Scenario
    status: str
    given_plan: Plan | None
    objective: float | None
    bound: float | None
    conflicts: tuple[dict[str, Any], ...] = ()
    conflicts_proven_irreducible: bool = False

    @property
    def plan(self) -> Plan:
        """The plan.

        Raises
        ------
        RunError
            If the run has none.
        """
        if self.given_plan is None:
            msg = f"{self.name} holds no plan ({self.status}); only its limits and "
            raise RunError(msg + "conflicts can be explained")
        return self.given_plan

    @property
    def maximizes(self) -> bool:
        """Whether a larger value of the first goal is better."""
        return self.scenario.spec.goals[0].maximizes

    @property
    def range(self) -> Range:
        """Where the best value of the first goal lies."""
        return Range.of(self.objective, self.bound, maximizes=self.maximizes)

    @cached_property
    def access(self) -> Access:
        """Walking times."""
        return build_access(self.scenario)

    @cached_property
    def view(self) -> PlanView:
        """The plan decoded."""
        return build_view(self.scenario, self.access, self.plan)

    @cached_property
    def worth_per_person(self) -> Floats:
        """What a covered person of each row brings by offer, shape (o, i)."""
        return worth_per_person(self.scenario)

    @cached_property
    def unserved_visits(self) -> Floats:
        """Visits per week of each demand row that nobody serves, shape (i,)."""
        return unserved_visits(self.view)

    def solve(
        self, scenario: Scenario, options: SolveOptions | None, start: Plan
    ) -> Result:
        """Solve a changed scenario, beginning from a plan; the better one counts."""
        told = options or SolveOptions.for_scenario(
            scenario, time_limit_s=DEFAULT_TIME_LIMIT_S
        )
        return no_worse_than(solve(scenario, told, start=start), start)

    def range_of(self, result: Result) -> Range:
        """Return where the best value of a changed scenario lies."""
        return Range.of(result.objective, result.bound, maximizes=self.maximizes)


Source = Known | Result | Run | str | Path
"""What an explanation is asked of."""


def known(source: Source) -> Known:
    """Bring a result, a run or its folder into one form.

    Raises
    ------
    RunError
        If a folder is no run.
    """
    if isinstance(source, Known):
        return source
    if isinstance(source, Result):
        return _of_result(source)
    run = source if isinstance(source, Run) else read_run(source)
    return Known(
        name=run.name,
        scenario=run.scenario(),
        status=run.status,
        given_plan=run.plan,
        objective=run.objective,
        bound=run.bound,
        conflicts=tuple(run.record["conflicts"]),
        conflicts_proven_irreducible=run.record["conflicts_proven_irreducible"],
    )


def _of_result(result: Result) -> Known:
    """Read a result held in memory."""
    return Known(
        name=result.scenario.name,
        scenario=result.scenario,
        status=result.status.value,
        given_plan=result.plan,
        objective=result.objective,
        bound=result.bound,
        conflicts=tuple(
            {
                "rule_id": conflict.rule_id,
                "where": dict(conflict.where),
                "least_change": conflict.least_change,
                "unit": conflict.unit,
            }
            for conflict in result.conflicts
        ),
        conflicts_proven_irreducible=result.conflicts_proven_irreducible,
    )


def check_id(kind: str, given: str | None, ids: Sequence[str]) -> None:
    """Refuse an id that the scenario does not have.

    Raises
    ------
    OptionsInvalid
        With the nearest id there is.
    """
    from allocator.errors import OptionsInvalid
    from allocator.issues import nearest_name

    if given is None or given in set(ids):
        return
    near = nearest_name(given, ids)
    hint = f"; did you mean {near!r}?" if near else ""
    msg = f"the scenario has no {kind} {given!r}{hint}"
    raise OptionsInvalid(msg)
