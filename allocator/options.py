"""How to solve: a frozen value, echoed in every run."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from allocator.scenario import Scenario

Engine = Literal["auto", "search", "greedy", "exact"]
Solver = Literal["highs", "scip", "cp-sat"]

DEFAULT_TIME_LIMIT_S = 300.0
"""Wall seconds when neither the command line nor the scenario gives a limit."""


@dataclass(frozen=True, kw_only=True)
class SolveOptions:
    """Options of one solve; None means the scenario's option, then the default."""

    engine: Engine = "auto"
    solver: Solver = "highs"
    time_limit_s: float | None = None
    """Wall seconds until the plan is final; default `DEFAULT_TIME_LIMIT_S`."""
    max_steps: int | None = None
    """Most steps; makes a run repeatable on any machine."""
    gap: float = 0.0
    """Stop when the gap of the first goal is at most this share."""
    target: float | None = None
    """Stop when the first goal reaches this value."""
    seed: int = 0
    workers: int | None = None
    """Processes or threads; default: the cores."""

    def __post_init__(self) -> None:
        checks = {
            "time_limit_s must be above 0 and finite": self.time_limit_s is None
            or 0 < self.time_limit_s < math.inf,
            "max_steps must be 0 or more": self.max_steps is None
            or self.max_steps >= 0,
            "gap must be a share between 0 and 1": 0 <= self.gap <= 1,
            "target must be finite": self.target is None or math.isfinite(self.target),
            "seed must be 0 or more": self.seed >= 0,
            "workers must be 1 or more": self.workers is None or self.workers >= 1,
        }
        wrong = [text for text, holds in checks.items() if not holds]
        if wrong:
            raise ValueError("; ".join(wrong))

    @classmethod
    def for_scenario(cls, scenario: Scenario, **given: Any) -> SolveOptions:
        """Return the scenario's own options, overridden by those `given`.

        A value of None counts as not given.
        """
        section = scenario.spec.options.model_dump(exclude_none=True)
        return cls(**section | {k: v for k, v in given.items() if v is not None})

    def filled(self, scenario: Scenario) -> SolveOptions:
        """Fill what is None from the scenario's options and the defaults."""
        section = scenario.spec.options.model_dump(exclude_none=True)
        section.setdefault("time_limit_s", DEFAULT_TIME_LIMIT_S)
        absent = {f.name for f in fields(self) if getattr(self, f.name) is None}
        return replace(self, **{k: v for k, v in section.items() if k in absent})

    def to_dict(self) -> dict[str, Any]:
        """Return a plain mapping for `run.json`."""
        return asdict(self)
