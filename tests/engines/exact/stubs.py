"""Solvers that misbehave, loaded by the worker by name."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from allocator.engines.exact.backends.backend import (
        Capability,
        Listener,
        RawOutcome,
        Settings,
    )
    from allocator.engines.exact.model import Matrix

HERE = "tests.engines.exact.stubs"


class Deaf:
    """Finds the empty plan, tells a bound, and ignores every limit and signal."""

    name: ClassVar[str] = "deaf"
    capabilities: ClassVar[frozenset[Capability]] = frozenset()

    def solve(
        self, matrix: Matrix, settings: Settings, listener: Listener
    ) -> RawOutcome:
        """Never return."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        listener.incumbent(matrix.lower.copy())
        listener.bound(99.0, 3)
        while True:
            time.sleep(0.2)


class Killed:
    """Finds the empty plan and is killed, as by a machine out of memory."""

    name: ClassVar[str] = "killed"
    capabilities: ClassVar[frozenset[Capability]] = frozenset()

    def solve(
        self, matrix: Matrix, settings: Settings, listener: Listener
    ) -> RawOutcome:
        """Die."""
        listener.incumbent(matrix.lower.copy())
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


class Failing:
    """Raises."""

    name: ClassVar[str] = "failing"
    capabilities: ClassVar[frozenset[Capability]] = frozenset()

    def solve(
        self, matrix: Matrix, settings: Settings, listener: Listener
    ) -> RawOutcome:
        """Fail."""
        msg = "out of luck"
        raise RuntimeError(msg)
