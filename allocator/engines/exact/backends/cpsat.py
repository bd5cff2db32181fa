"""CP-SAT on a model in whole numbers; its plans' flows are solved again as LPs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from ortools.sat.python import cp_model_helper

from allocator.engines.exact.backends.backend import Capability, RawOutcome, RawStatus
from allocator.engines.exact.backends.integers import NO_LIMIT, integer_model
from allocator.engines.exact.refine import refine

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.exact.backends.backend import Listener, Settings
    from allocator.engines.exact.backends.integers import IntegerModel
    from allocator.engines.exact.model import Matrix

    Floats = npt.NDArray[np.float64]


class CpSat:
    """CP-SAT; steps are conflicts, counted with one worker where they are limited."""

    name: ClassVar[str] = "cp-sat"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability)

    def solve(
        self, matrix: Matrix, settings: Settings, listener: Listener
    ) -> RawOutcome:
        """Solve; see `Backend.solve`."""
        model = integer_model(matrix)
        solver = cp_model_helper.SolveWrapper()
        solver.set_parameters(_parameters(settings))
        solver.add_best_bound_callback(
            lambda bound: listener.bound(model.true_bound(bound), 0)
        )
        with _Refiner(matrix, model, listener) as refiner:
            # CP-SAT does not keep its callbacks alive: they need names here.
            plans, proto = _Plans(refiner), _proto(model, settings)
            solver.add_solution_callback(plans)
            response = solver.solve(proto)  # type: ignore[no-untyped-call]
            solver.clear_solution_callback(plans)
            return _outcome(response, model, settings, refiner)


class _Plans(cp_model_helper.SolutionCallback):
    """Hands each better plan to the refiner."""

    def __init__(self, refiner: _Refiner) -> None:
        super().__init__()
        self._refiner = refiner

    def OnSolutionCallback(self) -> None:
        """Take a plan; called by CP-SAT."""
        response = self.Response()  # type: ignore[no-untyped-call]
        self._refiner.take(np.array(list(response.solution), np.float64))


class _Refiner:
    """Solves the flows of the newest plan while CP-SAT goes on."""

    def __init__(self, matrix: Matrix, model: IntegerModel, listener: Listener) -> None:
        self._matrix = matrix
        self._model = model
        self._listener = listener
        self._newest: Floats | None = None
        self._lock = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._work, daemon=True)

    def take(self, values: Floats) -> None:
        """Take a better plan."""
        with self._lock:
            self._newest = values
            self._lock.notify()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Finish the last plan."""
        with self._lock:
            self._ended = True
            self._lock.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._ended or self._newest is not None)
                values, self._newest = self._newest, None
            if values is None:
                return
            exact = refine(self._matrix, self._model.point(values))
            if exact is not None:
                self._listener.incumbent(exact)


def _parameters(settings: Settings) -> cp_model_helper.SatParameters:
    """Return CP-SAT's settings."""
    parameters = cp_model_helper.SatParameters()
    parameters.num_workers = max(settings.workers, 1)
    parameters.random_seed = settings.seed % (2**31 - 1)
    if settings.gap > 0.0:
        parameters.relative_gap_limit = settings.gap
    if np.isfinite(settings.time_limit_s):
        parameters.max_time_in_seconds = max(settings.time_limit_s, 0.0)
    if settings.max_steps is not None:
        parameters.num_workers = 1
        parameters.max_number_of_conflicts = settings.max_steps
    return parameters


def _proto(model: IntegerModel, settings: Settings) -> cp_model_helper.CpModelProto:
    """Fill CP-SAT's model, a whole row at a time."""
    proto = cp_model_helper.CpModelProto()
    lower, upper = model.lower.tolist(), model.upper.tolist()
    for low, high in zip(lower, upper, strict=True):
        proto.variables.add().domain.extend([low, high])
    start, index, value = (
        model.start.tolist(),
        model.index.tolist(),
        model.value.tolist(),
    )
    bounds = zip(model.row_lower.tolist(), model.row_upper.tolist(), strict=True)
    for row, (low, high) in enumerate(bounds):
        linear = proto.constraints.add().linear
        linear.vars.extend(index[start[row] : start[row + 1]])
        linear.coeffs.extend(value[start[row] : start[row + 1]])
        linear.domain.extend([_limit(low), _limit(high)])
    used = np.flatnonzero(model.objective)
    proto.objective.vars.extend(used.tolist())
    proto.objective.coeffs.extend(model.objective[used].tolist())
    if settings.start is not None:
        proto.solution_hint.vars.extend(range(len(lower)))
        proto.solution_hint.values.extend(model.values(settings.start).tolist())
    return proto


def _limit(limit: int) -> int:
    """Return a row's limit as CP-SAT writes absent ones."""
    if abs(limit) < NO_LIMIT:
        return limit
    return 2**63 - 1 if limit > 0 else -(2**63)


def _outcome(
    response: cp_model_helper.CpSolverResponse,
    model: IntegerModel,
    settings: Settings,
    refiner: _Refiner,
) -> RawOutcome:
    """Read the end of a solve; the refiner finishes the last plan."""
    steps = int(response.num_conflicts)
    status = response.status
    if status == cp_model_helper.CpSolverStatus.INFEASIBLE:
        return RawOutcome(RawStatus.INFEASIBLE, None, steps)
    if status == cp_model_helper.CpSolverStatus.MODEL_INVALID:
        msg = "CP-SAT does not take the model: its numbers are too large"
        raise RuntimeError(msg)
    if len(response.solution):
        refiner.take(np.array(list(response.solution), np.float64))
    bound = model.true_bound(response.best_objective_bound)
    if status == cp_model_helper.CpSolverStatus.OPTIMAL:
        return RawOutcome(RawStatus.OPTIMAL, bound, steps)
    most = settings.max_steps
    by_steps = most is not None and steps >= most
    return RawOutcome(RawStatus.STEPS if by_steps else RawStatus.TIME, bound, steps)
