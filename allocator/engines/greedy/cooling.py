"""Cycles of cooling: each twice as long as the one before, the last to the very end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_HEAT = 0.15
"""Heat of the first step of a cycle, as a share of what a used building brings."""
LAST_HEAT = 0.004
"""Heat of its last step, as a share of the first."""
LAST_CYCLES = 3.0
"""A cycle takes all that is left when that is less than so many times its length: a
cooling cut short is worth little, and one long cooling more than two short ones."""


class Cooling:
    """Tells how far the cycle at hand has cooled.

    Parameters
    ----------
    first_steps
        Steps of the first cycle.
    clock
        Tells what is spent of the budget: seconds, or steps where they are limited (so
        that a number of steps always gives the same plan).
    end
        The whole budget by that clock.
    """

    def __init__(
        self, first_steps: int, clock: Callable[[], float], end: float
    ) -> None:
        self.number = 0
        """Cycles that are over."""
        self._length, self._begun = first_steps, 0
        self._clock, self._end = clock, end
        self._begun_at: float | None = None
        self._last = False

    def factor(self, steps: int) -> float:
        """Return the heat after so many steps, as a share of the first heat."""
        return float(LAST_HEAT ** self._gone(steps))

    def _gone(self, steps: int) -> float:
        """Return the share of the cycle that is over; begin the next one after it."""
        now = self._clock()
        if self._begun_at is None:
            self._begun_at = now
        if self._last:
            left = max(self._end - self._begun_at, 1e-9)
            return min(1.0, (now - self._begun_at) / left)
        gone = (steps - self._begun) / self._length
        if gone < 1.0:
            return gone
        spent = now - self._begun_at
        self.number += 1
        self._length, self._begun, self._begun_at = 2 * self._length, steps, now
        self._last = self._end - now < LAST_CYCLES * 2.0 * spent
        return 0.0
