"""The progress line: plan, bound and gap while the engines work."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Self

from allocator.cli.output import number_text

if TYPE_CHECKING:
    from allocator.engines.engine import Progress

TERMINAL_EVERY_S = 0.5
"""A terminal's line is rewritten this often."""
PLAIN_EVERY_S = 5.0
"""Elsewhere a new line follows this often, and at every new phase."""
WIDTH = 100


class ProgressLine:
    """Shows the latest progress from a thread, so that it moves while engines think."""

    def __init__(self, started_at: float) -> None:
        self.started_at = started_at
        self._terminal = sys.stderr.isatty()
        self._latest: Progress | None = None
        self._phase = "reading"
        self._shown_phases = {self._phase}
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Start showing."""
        self._thread.start()
        return self

    def __exit__(self, *unused: object) -> None:
        """Stop, and leave the terminal's line empty."""
        self._done.set()
        self._thread.join(timeout=1.0)
        if self._terminal:
            self._write("\r" + " " * WIDTH + "\r")

    def __call__(self, progress: Progress) -> None:
        """Take the latest progress; also called very often."""
        self._latest = progress
        self.phase(progress.phase)

    def phase(self, phase: str) -> None:
        """Name what is being done."""
        if phase:
            self._phase = phase
        # two engines side by side take turns: only a phase not yet seen is news
        if phase and phase not in self._shown_phases:
            self._shown_phases.add(phase)
            if not self._terminal:
                self._show()

    def _run(self) -> None:
        """Show at a steady pace until done."""
        self._show()
        pace = TERMINAL_EVERY_S if self._terminal else PLAIN_EVERY_S
        while not self._done.wait(pace):
            self._show()

    def _show(self) -> None:
        """Write the line."""
        with self._lock:
            line = self.text()
            if self._terminal:
                self._write("\r" + line[:WIDTH].ljust(WIDTH))
            else:
                self._write(line + "\n")

    def text(self) -> str:
        """Return the line as text."""
        seconds = time.monotonic() - self.started_at
        parts = [f"{seconds:7.1f} s", self._phase]
        latest = self._latest
        if latest is not None and (latest.objective, latest.bound) != (None, None):
            if latest.goal:
                parts.append(f"goal {latest.goal + 1}")
            parts += [
                f"plan {number_text(latest.objective) or '-'}",
                f"bound {number_text(latest.bound) or '-'}",
                f"gap {gap_text(latest.objective, latest.bound)}",
                f"steps {latest.steps:,}",
            ]
        return "  ".join(parts)

    @staticmethod
    def _write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


def gap_text(objective: float | None, bound: float | None) -> str:
    """Return the gap in per cent, or a dash."""
    from allocator.units import optimality_gap

    if objective is None or bound is None:
        return "-"
    return f"{100 * optimality_gap(bound, objective):.2f} %"
