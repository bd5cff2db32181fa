"""Stretches of street within reach of any of several sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.access.network.area import walking_area

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from allocator.scenario import Scenario


def stretches(
    scenario: Scenario, sites: Sequence[str], limit_min: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return stretches within the limit of any site, and their minutes, far to near."""
    areas = [walking_area(scenario, site, limit_min) for site in sites]
    ends = np.concatenate([np.stack([a.start, a.end], axis=1) for a in areas])
    minutes = np.concatenate([a.minutes.mean(axis=1) for a in areas])
    order = np.argsort(-minutes, kind="stable")
    return ends[order], minutes[order]
