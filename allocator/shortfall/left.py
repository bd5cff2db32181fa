"""What a plan leaves unmet, and the first thing that stood in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.coverage import resident_rows, rows_with_access
from allocator.evaluate.served import Supply, both, facility_supply
from allocator.scenario.ids import find_texts

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.access import Access
    from allocator.evaluate.view import PlanView
    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]

KEYS = ["community_id", "need_id"]
REASONS = ("no_site", "no_space", "not_opened", "full", "far")
"""The links of the chain, first to last; see `shortfall_left`."""
COLUMNS = [
    *KEYS,
    "demand_persons",
    "covered_persons",
    "unmet_persons",
    *(f"{reason}_persons" for reason in REASONS),
]


def shortfall_left(
    scenario: Scenario, access: Access, view: PlanView, suits: pd.DataFrame
) -> pd.DataFrame:
    """Return unmet persons by community and need over counted zones, by reason.

    Parameters
    ----------
    suits
        What `allocator.evaluate.suitability` returned.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row per community and need with demand. The reasons add up to
        unmet = demand − covered: `no_site` no building and no accepted facility lies
        within the limit; `no_space` none of those holds a space that suits an accepted
        offer; `not_opened` one does, but none runs there (money, area, or others came
        first); `full` an accepted offer runs within the limit, and its places went to
        others; `far` served, but the walk earns only a part of the credit.
    """
    rows = resident_rows(scenario)
    served = sum_by(
        view.served.row[view.served.row >= 0],
        _persons_served(view)[view.served.row >= 0],
        len(scenario.demand),
    )
    covered = view.covered_by_row()
    absent = np.clip(rows.persons - served, 0.0, None)
    reason = _first_reason(scenario, access, view, suits)
    frame = pd.DataFrame(
        {
            "community_id": rows.community_id,
            "need_id": rows.need_id,
            "demand_persons": rows.persons,
            "covered_persons": covered,
            "unmet_persons": rows.persons - covered,
            **{
                f"{name}_persons": absent * (reason == k)
                for k, name in enumerate(REASONS[:-1])
            },
            "far_persons": np.clip(rows.persons - covered - absent, 0.0, None),
        }
    )[rows.counted]
    return frame.groupby(KEYS, sort=True, as_index=False).sum()[COLUMNS]


def _persons_served(view: PlanView) -> Floats:
    """Return persons of each served row, whatever credit their walk earns."""
    visits = np.array([need.visits_per_person_week for need in view.scenario.needs])
    return np.asarray(view.served.visits / visits[view.served.need], np.float64)


def _first_reason(
    scenario: Scenario, access: Access, view: PlanView, suits: pd.DataFrame
) -> npt.NDArray[np.int64]:
    """Return for each demand row the position in `REASONS` of the first broken link."""
    facilities = facility_supply(scenario)
    reason = np.zeros(len(scenario.demand), np.int64)
    for supply in (
        both(_anything(scenario), facilities),
        both(_suitable(scenario, suits), facilities),
        view.supply,
    ):
        reason += rows_with_access(scenario, access, supply)
    return reason


def _anything(scenario: Scenario) -> Supply:
    """Return a supply of every offer at every building."""
    shape = (len(scenario.site_ids), len(scenario.offers))
    running = np.zeros(shape, bool)
    running[: scenario.num_buildings] = True
    return Supply(running, np.zeros(shape))


def _suitable(scenario: Scenario, suits: pd.DataFrame) -> Supply:
    """Return a supply of every offer at the buildings with a space that suits it."""
    supply = _anything(scenario)
    offers = len(scenario.offers)
    spaces = scenario.tables.spaces
    fits = (suits["bar"] == "").to_numpy(bool).reshape(len(spaces), offers)
    home = find_texts(scenario.tables.buildings["building_id"], spaces["building_id"])
    supply.running[: scenario.num_buildings] = False
    np.logical_or.at(supply.running, home, fits)
    return supply
