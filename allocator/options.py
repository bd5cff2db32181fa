"""How to solve: a frozen value, echoed in every run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Engine = Literal["auto", "search", "greedy", "exact"]
Solver = Literal["highs", "scip", "cp-sat"]


@dataclass(frozen=True, kw_only=True)
class SolveOptions:
    """Options of one solve; None means the documented default."""

    engine: Engine = "auto"
    solver: Solver = "highs"
    time_limit_s: float | None = None
    """Wall seconds until the plan is final; default 300 in `solve`."""
    max_steps: int | None = None
    """Most steps; makes a run repeatable on any machine."""
    gap: float = 0.0
    """Stop when the gap of the first goal is at most this share."""
    target: float | None = None
    """Stop when the first goal reaches this value."""
    seed: int = 0
    workers: int | None = None
    """Processes or threads; default: the cores."""

    def to_dict(self) -> dict[str, Any]:
        """Return a plain mapping for `run.json`."""
        return asdict(self)
