"""HiGHS by arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import highspy
import numpy as np

from allocator.engines.exact.backends.backend import Capability, RawOutcome, RawStatus
from allocator.engines.exact.backends.scaling import scaled_to_minimize
from allocator.engines.exact.refine import pass_model, refine

if TYPE_CHECKING:
    from allocator.engines.exact.backends.backend import Listener, Settings
    from allocator.engines.exact.model import Matrix

LEAST_GAP = 1e-7
"""Relative gap at which a solve ends; well below what counts as optimal."""
LARGE = 4_000
"""Columns from which the first relaxation goes to the interior point method: on a
city of 30 buildings (20,000 columns) it takes a fifth of the simplex method's time."""
STATUSES = {
    highspy.HighsModelStatus.kOptimal: RawStatus.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: RawStatus.INFEASIBLE,
    # Every column is bounded, so the model cannot be unbounded.
    highspy.HighsModelStatus.kUnboundedOrInfeasible: RawStatus.INFEASIBLE,
    highspy.HighsModelStatus.kTimeLimit: RawStatus.TIME,
    highspy.HighsModelStatus.kSolutionLimit: RawStatus.STEPS,
    highspy.HighsModelStatus.kIterationLimit: RawStatus.STEPS,
    highspy.HighsModelStatus.kInterrupt: RawStatus.TIME,
}


class Highs:
    """The default solver; steps are nodes of its tree."""

    name: ClassVar[str] = "highs"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability)

    def solve(
        self, matrix: Matrix, settings: Settings, listener: Listener
    ) -> RawOutcome:
        """Solve; see `Backend.solve`."""
        scaled, weight = scaled_to_minimize(matrix)
        highspy.Highs.resetGlobalScheduler(True)
        solver = highspy.Highs()
        _set_options(solver, settings, matrix.num_columns)
        pass_model(solver, scaled)
        if settings.start is not None:
            columns = np.arange(matrix.num_columns, dtype=np.int32)
            solver.setSolution(len(columns), columns, settings.start)
        if matrix.integer.any():
            _listen(solver, weight, listener)
        solver.run()
        return _outcome(solver, matrix, weight, listener)


def _set_options(solver: highspy.Highs, settings: Settings, num_columns: int) -> None:
    """Tell HiGHS the settings."""
    options: dict[str, Any] = {
        "output_flag": False,
        "random_seed": settings.seed % (2**31 - 1),
        "threads": settings.workers,
        "mip_rel_gap": max(settings.gap, LEAST_GAP),
        "mip_abs_gap": 1e-10,
        "mip_feasibility_tolerance": 1e-7,
    }
    if num_columns >= LARGE:
        options["mip_lp_solver"] = "ipm"
    if np.isfinite(settings.time_limit_s):
        options["time_limit"] = max(settings.time_limit_s, 0.0)
    if settings.max_steps is not None:
        options["mip_max_nodes"] = settings.max_steps
    for key, value in options.items():
        solver.setOptionValue(key, value)


def _listen(solver: highspy.Highs, weight: float, listener: Listener) -> None:
    """Pass better plans and bounds on."""
    best = [-np.inf]

    def on_plan(event: Any) -> None:
        listener.incumbent(np.array(event.data_out.mip_solution, np.float64))

    def on_bound(event: Any) -> None:
        bound = event.data_out.mip_dual_bound
        if np.isfinite(bound) and bound > best[0]:
            best[0] = bound
            listener.bound(bound / weight, int(event.data_out.mip_node_count))

    solver.cbMipImprovingSolution += on_plan
    solver.cbMipInterrupt += on_bound


def _outcome(
    solver: highspy.Highs, matrix: Matrix, weight: float, listener: Listener
) -> RawOutcome:
    """Read the end of a solve; flows of the last plan are solved exactly."""
    model_status = solver.getModelStatus()
    info = solver.getInfo()
    found = (
        info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    )
    if model_status not in STATUSES:
        msg = f"HiGHS ended with {solver.modelStatusToString(model_status)}"
        raise RuntimeError(msg)
    status = STATUSES[model_status]
    if found and status is not RawStatus.INFEASIBLE:
        point = np.array(solver.getSolution().col_value, np.float64)
        listener.incumbent(point)
        exact = refine(matrix, point)
        if exact is not None:
            listener.incumbent(exact)
    mip = bool(matrix.integer.any())
    bound = info.mip_dual_bound if mip else info.objective_function_value
    known = np.isfinite(bound) and (mip or status is RawStatus.OPTIMAL)
    steps = max(int(info.mip_node_count), 0) if mip else 0
    return RawOutcome(status, bound / weight if known else None, steps)
