"""The dual bound of a net, pass by pass, with restarts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.cover.dual import (
    advance,
    lower_value,
    new_dual,
    upper_value,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.cover.net import Net

    Floats = npt.NDArray[np.float64]

ENOUGH = 0.4
"""A restart is due when the gap of the averages fell to this share of the last."""
LONG = 0.4
"""… or when so large a share of all passes was made since the last."""
ROUNDING = 1e-11
"""Share of the total weight that sums of this many numbers may be wrong by."""


class DualBound:
    """The least bound found so far, with the shares and prices that give it."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.dual = new_dual(net)
        arc_weight = np.concatenate([[0.0], np.cumsum(net.weight[net.site_row])])
        reach = arc_weight[net.site_start[1:]] - arc_weight[net.site_start[:-1]]
        self._reach = np.maximum(reach, 1e-300)
        self._degree = np.diff(net.row_start)
        self._slack = ROUNDING * float(net.weight.sum())
        self._since, self._weight = 0, 1.0
        self._from = (self.dual.share.copy(), self.dual.opened.copy())
        self._last_gap = np.inf
        self.passes = 0
        self.bound = float(net.weight.sum())
        """No plan covers more."""
        self.income = np.zeros(net.num_sites)
        """Shape (j,): income of each site less the price of what it takes; a plan with
        a site of income −a is worth at most `bound` − a."""
        self.relaxed = np.zeros(net.num_sites)
        """Shape (j,): a fractional plan, nearly the best one."""
        self.relaxed_value = 0.0

    @property
    def gap(self) -> float:
        """How far the linear relaxation is from solved, as a share of the bound."""
        return (self.bound - self.relaxed_value) / max(self.bound, 1e-300)

    def advance(self, passes: int) -> None:
        """Make some passes and look at what they gave."""
        self.dual.pace[:] = 1.0 / (self._weight * self._reach)
        advance(self.net, self.dual, self._weight, passes)
        self._since += passes
        self.passes += passes
        mean = (
            self.dual.sum_share / self._since,
            self.dual.sum_opened / self._since,
        )
        now = (self.dual.share, self.dual.opened)
        gap_mean, gap_now = self._judge(*mean), self._judge(*now)
        share, opened = mean if gap_mean < gap_now else now
        gap = min(gap_mean, gap_now)
        if gap <= ENOUGH * self._last_gap or self._since >= LONG * self.passes:
            self._restart(share, opened, gap)

    def _judge(self, share: Floats, opened: Floats) -> float:
        """Return the gap of a pair, and keep its bound or plan if it is better."""
        income, price = self.dual.income.copy(), self.dual.limit_price.copy()
        upper = upper_value(self.net, share, income, price) + self._slack
        lower = lower_value(self.net, opened)
        if upper < self.bound:
            self.bound, self.income = upper, income
        if lower > self.relaxed_value:
            self.relaxed_value, self.relaxed = lower, opened.copy()
        return upper - lower

    def _restart(self, share: Floats, opened: Floats, gap: float) -> None:
        """Go on from a pair, with steps as long as the way so far asks for."""
        moved_share = np.sqrt(
            np.sum(self.net.weight * self._degree * (share - self._from[0]) ** 2)
        )
        moved_opened = np.sqrt(np.sum(self._reach * (opened - self._from[1]) ** 2))
        if moved_share > 0.0 and moved_opened > 0.0:
            self._weight = float(np.sqrt(self._weight * moved_share / moved_opened))
        self._from = (share.copy(), opened.copy())
        self.dual.share[:], self.dual.opened[:] = share, opened
        self.dual.sum_share[:], self.dual.sum_opened[:] = 0.0, 0.0
        self._since, self._last_gap = 0, gap
