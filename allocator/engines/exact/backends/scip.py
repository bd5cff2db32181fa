"""SCIP, as OR-Tools carries it, by MathOpt's protocol buffers filled from arrays.

MathOpt's Python model takes a minute for a million terms; its protocol buffer takes
seconds. SCIP tells its bound only in its log.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    model_pb2,
    parameters_pb2,
    result_pb2,
)
from ortools.math_opt.core.python import solver as math_opt

from allocator.engines.exact.backends.backend import Capability, RawOutcome, RawStatus
from allocator.engines.exact.backends.scaling import scaled_to_minimize
from allocator.engines.exact.refine import refine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from allocator.engines.exact.backends.backend import Listener, Settings
    from allocator.engines.exact.model import Matrix

    Floats = npt.NDArray[np.float64]

LEAST_GAP = 1e-7
BOUND_DIGITS_SLACK = 1e-6
"""The log rounds its bound to seven digits; so much is given away to keep it valid."""
LOG_LINE = re.compile(r"^.{0,3}\s*[\d.]+s\|\s*(\d+)\s*\|")
"""Time and node of a line of SCIP's log."""
BOUND_COLUMN = -4
"""Position of the dual bound in a line of SCIP's log: bound, value, gap, complete."""


class Scip:
    """SCIP; steps are nodes of its tree."""

    name: ClassVar[str] = "scip"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability)

    def solve(
        self, matrix: Matrix, settings: Settings, listener: Listener
    ) -> RawOutcome:
        """Solve; see `Backend.solve`."""
        scaled, weight = scaled_to_minimize(matrix)
        best: list[Floats] = []

        def on_event(data: callback_pb2.CallbackDataProto) -> Any:
            best[:] = [_dense(data.primal_solution_vector, matrix.num_columns)]
            listener.incumbent(best[0])
            return callback_pb2.CallbackResultProto()

        wanted = [callback_pb2.CALLBACK_EVENT_MIP_SOLUTION]
        result = math_opt.solve(
            _model(scaled),
            parameters_pb2.SOLVER_TYPE_GSCIP,
            parameters_pb2.SolverInitializerProto(),
            _parameters(settings),
            _start(settings),
            _log_reader(weight, listener),
            callback_pb2.CallbackRegistrationProto(request_registration=wanted),
            on_event,
            None,
        )
        return _outcome(result, matrix, weight, listener)


def _model(matrix: Matrix) -> model_pb2.ModelProto:
    """Fill MathOpt's protocol buffer, column by column and row by row at once."""
    proto = model_pb2.ModelProto()
    columns, rows = range(matrix.num_columns), range(matrix.num_rows)
    proto.variables.ids.extend(columns)
    proto.variables.lower_bounds.extend(matrix.lower.tolist())
    proto.variables.upper_bounds.extend(matrix.upper.tolist())
    proto.variables.integers.extend(matrix.integer.tolist())
    proto.linear_constraints.ids.extend(rows)
    proto.linear_constraints.lower_bounds.extend(matrix.row_lower.tolist())
    proto.linear_constraints.upper_bounds.extend(matrix.row_upper.tolist())
    sorted_rows = matrix.rows.sorted_indices()
    owner = np.repeat(np.arange(matrix.num_rows), np.diff(matrix.start))
    proto.linear_constraint_matrix.row_ids.extend(owner.tolist())
    proto.linear_constraint_matrix.column_ids.extend(sorted_rows.indices.tolist())
    proto.linear_constraint_matrix.coefficients.extend(sorted_rows.data.tolist())
    used = np.flatnonzero(matrix.objective)
    proto.objective.linear_coefficients.ids.extend(used.tolist())
    proto.objective.linear_coefficients.values.extend(matrix.objective[used].tolist())
    return proto


def _parameters(settings: Settings) -> parameters_pb2.SolveParametersProto:
    """Return SCIP's settings."""
    parameters = parameters_pb2.SolveParametersProto()
    parameters.threads = settings.workers
    parameters.random_seed = settings.seed % (2**31 - 1)
    parameters.relative_gap_tolerance = max(settings.gap, LEAST_GAP)
    parameters.absolute_gap_tolerance = 1e-10
    if np.isfinite(settings.time_limit_s):
        limit = dt.timedelta(seconds=max(settings.time_limit_s, 0.0))
        parameters.time_limit.FromTimedelta(limit)
    if settings.max_steps is not None:
        parameters.gscip.long_params["limits/totalnodes"] = settings.max_steps
    parameters.gscip.real_params["numerics/feastol"] = 1e-7
    return parameters


def _start(settings: Settings) -> model_parameters_pb2.ModelSolveParametersProto:
    """Return the plan to start from as a hint."""
    parameters = model_parameters_pb2.ModelSolveParametersProto()
    if settings.start is not None:
        hint = parameters.solution_hints.add()
        hint.variable_values.ids.extend(range(len(settings.start)))
        hint.variable_values.values.extend(settings.start.tolist())
    return parameters


def _log_reader(weight: float, listener: Listener) -> Callable[[Sequence[str]], None]:
    """Return a reader of log lines that passes better bounds on."""
    best = [-np.inf]

    def read(lines: Sequence[str]) -> None:
        for line in lines:
            found = bound_of_log_line(line)
            if found is not None and found[0] > best[0]:
                best[0] = found[0]
                listener.bound(found[0] / weight, found[1])

    return read


def bound_of_log_line(line: str) -> tuple[float, int] | None:
    """Return (a valid bound, nodes) of a line of the log of a minimisation."""
    match = LOG_LINE.match(line)
    if match is None:
        return None
    try:
        bound = float(line.split("|")[BOUND_COLUMN])
    except (ValueError, IndexError):
        return None
    if not np.isfinite(bound):
        return None
    return bound - BOUND_DIGITS_SLACK * max(abs(bound), 1e-9), int(match[1])


def _dense(vector: Any, count: int) -> Floats:
    """Return a sparse vector of MathOpt as an array."""
    point = np.zeros(count)
    point[np.fromiter(vector.ids, np.int64, len(vector.ids))] = np.fromiter(
        vector.values, np.float64, len(vector.values)
    )
    return point


def _outcome(
    result: result_pb2.SolveResultProto,
    matrix: Matrix,
    weight: float,
    listener: Listener,
) -> RawOutcome:
    """Read the end of a solve; flows of the last plan are solved exactly."""
    termination = result.termination
    steps = int(result.solve_stats.node_count)
    if termination.reason in (
        result_pb2.TERMINATION_REASON_INFEASIBLE,
        # Every column is bounded, so the model cannot be unbounded.
        result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED,
    ):
        return RawOutcome(RawStatus.INFEASIBLE, None, steps)
    if result.solutions:
        values = result.solutions[0].primal_solution.variable_values
        point = _dense(values, matrix.num_columns)
        listener.incumbent(point)
        exact = refine(matrix, point)
        if exact is not None:
            listener.incumbent(exact)
    bound = termination.objective_bounds.dual_bound
    known = bound / weight if np.isfinite(bound) else None
    return RawOutcome(_status(termination), known, steps)


def _status(termination: result_pb2.TerminationProto) -> RawStatus:
    """Translate how a solve that is not infeasible ended."""
    if termination.reason == result_pb2.TERMINATION_REASON_OPTIMAL:
        return RawStatus.OPTIMAL
    limits = {
        result_pb2.LIMIT_TIME: RawStatus.TIME,
        result_pb2.LIMIT_NODE: RawStatus.STEPS,
    }
    if termination.limit not in limits:
        msg = f"SCIP ended with {termination.reason}: {termination.detail}"
        raise RuntimeError(msg)
    return limits[termination.limit]
