"""What the exact engine asks of a solver, and what a solver says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from allocator.engines.exact.model import Matrix

    Floats = npt.NDArray[np.float64]

BACKENDS = {
    "highs": "allocator.engines.exact.backends.highs:Highs",
    "scip": "allocator.engines.exact.backends.scip:Scip",
    "cp-sat": "allocator.engines.exact.backends.cpsat:CpSat",
}
"""Where each solver of ``--solver`` stands; imported in the process that solves."""


class Capability(StrEnum):
    """What a solver can do beside proving an optimum."""

    WARM_START = "warm_start"
    """Starts from a given plan."""
    STREAMS_PLANS = "streams_plans"
    """Hands over each better plan while it runs."""
    STREAMS_BOUNDS = "streams_bounds"
    """Tells its bound while it runs."""
    STEP_LIMIT = "step_limit"
    """Stops after a number of steps, the same on every machine."""


class RawStatus(StrEnum):
    """What a solver says at its end."""

    OPTIMAL = "optimal"
    """Optimal within the gap it was given."""
    INFEASIBLE = "infeasible"
    """Proven."""
    TIME = "time"
    STEPS = "steps"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a solver is told beside the model."""

    time_limit_s: float = float("inf")
    gap: float = 0.0
    """|bound − value| ÷ max of both at which it may stop."""
    max_steps: int | None = None
    seed: int = 0
    workers: int = 1
    start: Floats | None = None
    """A feasible point."""


@dataclass(frozen=True)
class RawOutcome:
    """The end of one solve, in the model's own sense and units."""

    status: RawStatus
    bound: float | None
    """No point is better; None = unknown."""
    steps: int


class Listener(Protocol):
    """Hears what a solver finds while it runs."""

    def incumbent(self, point: Floats) -> None:
        """Take a better point."""
        ...

    def bound(self, bound: float, steps: int) -> None:
        """Take a better bound."""
        ...


class Backend(Protocol):
    """One solver; no state between solves."""

    name: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]

    def solve(
        self, matrix: Matrix, settings: Settings, listener: Listener
    ) -> RawOutcome:
        """Solve; the last point given to `listener` is the best one found."""
        ...


def load_backend(name: str) -> Backend:
    """Return a solver by its name, or by ``module:Class``."""
    module, _, attribute = BACKENDS.get(name, name).partition(":")
    backend: Backend = getattr(import_module(module), attribute)()
    return backend
