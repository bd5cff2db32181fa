"""δ: the share of a visit that counts, by walking time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.scenario.schema import LinearCredit
from allocator.units import MINUTES_TOLERANCE

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.scenario.schema import Need

    Floats = npt.NDArray[np.float64]


def credit(need: Need, walk_min: Floats, limit_min: Floats | float) -> Floats:
    """Return δ of each walking time under the limit of the accepted offer.

    Parameters
    ----------
    need
        Its `credit`: none (1 within the limit), steps, or linear.
    walk_min
        Minutes; NaN is out of reach.
    limit_min
        Walking limit of the accepted offer, inclusive; NaN where not accepted.

    Returns
    -------
    ndarray
        Shares in 0..1; 0 beyond the limit whatever `credit` says.
    """
    within = walk_min <= np.asarray(limit_min) + MINUTES_TOLERANCE
    return np.where(within, _uncut(need, walk_min), 0.0)


def _uncut(need: Need, walk_min: Floats) -> Floats:
    """Return the credit before the offer's own limit cuts it."""
    rule = need.credit
    if rule is None:
        return np.ones(len(walk_min))
    if isinstance(rule, LinearCredit):
        share = (rule.zero_min - walk_min) / (rule.zero_min - rule.full_min)
        share[walk_min >= rule.zero_min - MINUTES_TOLERANCE] = 0.0
        share[walk_min <= rule.full_min + MINUTES_TOLERANCE] = 1.0
        return np.clip(share, 0.0, 1.0)
    ends = np.array([step.max_min for step in rule]) + MINUTES_TOLERANCE
    shares = np.array([step.share for step in rule] + [0.0])
    return shares[np.searchsorted(ends, walk_min, side="left")]


def longest_walk_min(need: Need, limit_min: float) -> float:
    """Return the longest walk with δ > 0 under an offer's limit."""
    rule = need.credit
    if rule is None:
        return limit_min
    if isinstance(rule, LinearCredit):
        return min(limit_min, rule.zero_min)
    paying = [step.max_min for step in rule if step.share > 0]
    return min(limit_min, max(paying, default=0.0))
