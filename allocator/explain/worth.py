"""What parts of a plan bring: the quick estimates beside solved losses.

What an assignment brings is what its residents count in the first goal. That is at most
what the plan loses without it, since other sites may take some of them over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.goals import RESIDENT_MEASURES
from allocator.explain.reach import worth_per_person

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.view import PlanView
    from allocator.explain.known import Known

    Floats = npt.NDArray[np.float64]


def counts_residents(run: Known) -> bool:
    """Tell whether the first goal counts covered residents.

    Otherwise quick estimates are in covered persons, and only rank.
    """
    goal = run.scenario.spec.goals[0]
    return any(term.measure in RESIDENT_MEASURES for term in goal.terms)


def served_worth(run: Known) -> Floats:
    """Return what each served row brings, in the first goal or in covered persons."""
    if not counts_residents(run):
        return run.view.served.covered_persons
    return _weighted(run.view, run.worth_per_person)


def view_worth(view: PlanView) -> Floats:
    """Return what each served row of any plan brings, as `served_worth`."""
    goal = view.scenario.spec.goals[0]
    if not any(term.measure in RESIDENT_MEASURES for term in goal.terms):
        return view.served.covered_persons
    return _weighted(view, worth_per_person(view.scenario))


def _weighted(view: PlanView, worth: Floats) -> Floats:
    """Return covered persons × what each is worth at its offer."""
    served = view.served
    return served.covered_persons * worth[served.offer, np.maximum(served.row, 0)]


def shares_of_capacity(run: Known) -> Floats:
    """Return the share of each assignment in its building's capacity of the offer."""
    held, offers = run.view.assigned, run.scenario.offers
    unlimited = np.array([offer.unlimited for offer in offers], bool)[held.offer]
    part = np.where(unlimited, held.places > 0, held.places)
    key = held.building * len(offers) + held.offer
    whole = sum_by(key, part, run.scenario.num_buildings * len(offers))[key]
    share: Floats = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    return share


def by_assignment(run: Known, amounts: Floats) -> Floats:
    """Share amounts of served rows out to the assignments that serve them."""
    held, served = run.view.assigned, run.view.served
    offers, buildings = len(run.scenario.offers), run.scenario.num_buildings
    planned = served.site < buildings
    key = served.site[planned] * offers + served.offer[planned]
    total = sum_by(key, amounts[planned], buildings * offers)
    own: Floats = total[held.building * offers + held.offer] * shares_of_capacity(run)
    return own


def weakest_rate(run: Known, column: str) -> float:
    """Return what the least productive used building brings per unit of a cost.

    Parameters
    ----------
    column
        A column of the costs of sites; buildings that cost nothing are left out.
    """
    worth = by_assignment(run, served_worth(run))
    building = run.view.assigned.building
    used = list(run.view.building2uses)
    brings = sum_by(building, worth, run.scenario.num_buildings)[used]
    cost = run.view.site_costs[column]
    rates = brings[cost > 0] / cost[cost > 0]
    return float(rates.min()) if len(rates) else 0.0
