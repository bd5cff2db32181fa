"""What would be if residents filled their nearest open site first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.arcs import build_arcs
from allocator.evaluate.arrays import sum_by
from allocator.evaluate.served import visits_per_person

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access.access import Access
    from allocator.evaluate.arcs import Arcs
    from allocator.evaluate.served import Supply
    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]

DIGITS_MIN = 9
"""Minutes that agree to so many digits are the same walk."""


def nearest_first(scenario: Scenario, access: Access, supply: Supply) -> Floats:
    """Return covered persons of each demand row, shape (i,).

    Nobody directs anybody: of all (resident, open offer) pairs within the limit the
    one with the shortest walk is served first, as far as demand and capacity are left,
    then the next. So whoever lives nearer goes first, and who finds an offer full
    takes the next one. Equal walks go in the order of ids: zone, need, group, site,
    service, session. Neither goals, weights nor fees play a part.
    """
    arcs = build_arcs(scenario, access, supply)
    visits = fill_in_order(scenario, arcs, supply)
    need = scenario.demand.need[arcs.row]
    covered = arcs.credit * visits / visits_per_person(scenario)[need]
    return sum_by(arcs.row, covered, len(scenario.demand))


def fill_in_order(scenario: Scenario, arcs: Arcs, supply: Supply) -> Floats:
    """Return the visits of each arc when the shortest walks are served first."""
    order = np.argsort(np.round(arcs.walk_min, DIGITS_MIN), kind="stable")
    asked = scenario.demand.visits_per_week.tolist()
    free = supply.capacity.ravel().tolist()
    row = arcs.row.tolist()
    offer = (arcs.site * len(scenario.offers) + arcs.offer).tolist()
    visits = np.zeros(len(arcs))
    for arc in order.tolist():
        served = min(asked[row[arc]], free[offer[arc]])
        if served > 0:
            visits[arc] = served
            asked[row[arc]] -= served
            free[offer[arc]] -= served
    return visits
