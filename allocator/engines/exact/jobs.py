"""What a child process is asked to do; values that go through a pipe."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from allocator.engines.exact.backends.backend import load_backend

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from allocator.engines.exact.backends.backend import RawOutcome, Settings
    from allocator.engines.exact.model import Matrix


MARGIN_S = 0.5
SHARE_OF_MARGIN = 0.1
"""A solver's own limit lies this much before the deadline, so that it can end well."""


class Message(NamedTuple):
    """What a child says: `incumbent`, `bound`, `done`, `error`, or a job's own kind."""

    kind: str
    content: Any


class Reporter(Protocol):
    """Where a job tells what it finds."""

    def incumbent(self, point: npt.NDArray[np.float64]) -> None:
        """Take a better point."""
        ...

    def bound(self, bound: float, steps: int) -> None:
        """Take a better bound."""
        ...

    def note(self, kind: str, content: Any) -> None:
        """Take anything else."""
        ...


class Job(Protocol):
    """Work for a child."""

    def run(self, reporter: Reporter) -> Any:
        """Work, and return what the message `done` carries."""
        ...


@dataclass(frozen=True)
class SolveJob:
    """Solve one model by one solver."""

    backend: str
    matrix: Matrix
    settings: Settings
    deadline: float | None = None
    """`time.monotonic()`, which all processes of a machine share."""

    def run(self, reporter: Reporter) -> RawOutcome:
        """Solve; plans and bounds go to `reporter`."""
        settings = self.settings
        if self.deadline is not None:
            left = max(0.0, self.deadline - time.monotonic())
            limit = left - min(MARGIN_S, SHARE_OF_MARGIN * left)
            settings = replace(settings, time_limit_s=limit)
        return load_backend(self.backend).solve(self.matrix, settings, reporter)
