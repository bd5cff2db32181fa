"""Whom an offer at a site could serve: those within reach who are not served yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.arcs import build_arcs
from allocator.evaluate.arrays import sum_by
from allocator.evaluate.goals import RESIDENT_MEASURES, offers_of_category, served_value
from allocator.evaluate.served import Supply, visits_per_person
from allocator.units import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from allocator.evaluate.arcs import Arcs
    from allocator.evaluate.view import PlanView
    from allocator.explain.known import Known
    from allocator.scenario import Scenario
    from allocator.scenario.scenario import Demand

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Gain:
    """What one offer could add at most, were nothing else changed."""

    worth: float
    """In the first goal, larger is better; measures of residents alone."""
    covered_persons: float
    visits_per_week: float
    fees_per_year: float


def unserved_visits(view: PlanView) -> Floats:
    """Return D − Σ f of each demand row of the scenario."""
    served, demand = view.served, view.scenario.demand
    known = served.row >= 0
    used = sum_by(served.row[known], served.visits[known], len(demand))
    return np.maximum(demand.visits_per_week - used, 0.0)


def worth_per_person(scenario: Scenario) -> Floats:
    """Return what a covered person of each row brings, shape (offers, rows).

    Costs in the first goal are left out, as is the coverage of the worst off.
    """
    value = np.zeros((len(scenario.offers), len(scenario.demand)))
    goal = scenario.spec.goals[0]
    for term in goal.terms:
        if term.measure in RESIDENT_MEASURES:
            factor = term.weight if goal.maximizes else -term.weight
            offers = offers_of_category(scenario, term.category).astype(np.float64)
            value += factor * offers[:, None] * served_value(scenario, term)[None, :]
    return value


def arcs_of_site(run: Known, site: int) -> Arcs:
    """Return whom a site could serve with any offer."""
    return build_arcs(run.scenario, run.access, _anything(run, np.array([site])))


def arcs_within_reach(run: Known, rows: Ints) -> Arcs:
    """Return every (row, site, offer) by which residents could be served at all.

    Rows of the arcs are positions in `rows`; sites that hold no such offer count too.
    """
    columns = {name: part[rows] for name, part in vars(run.scenario.demand).items()}
    demand = replace(run.scenario.demand, **columns)
    few = replace(run.scenario, demand=demand)
    return build_arcs(few, run.access, _anything(run, _sites_near(run, demand)))


def _anything(run: Known, sites: Ints) -> Supply:
    """Return a supply of every offer at some sites."""
    capacity = np.zeros((len(run.scenario.site_ids), len(run.scenario.offers)))
    capacity[sites] = 1.0
    return Supply(capacity > 0, capacity)


def _sites_near(run: Known, demand: Demand) -> Ints:
    """Return the sites with one of the demand's zones within reach."""
    asks = np.zeros(len(run.scenario.tables.zones), bool)
    asks[demand.zone] = True
    near = np.zeros(len(run.scenario.site_ids), bool)
    for reach in run.access.reaches.values():
        owner = np.repeat(np.arange(reach.num_sites), np.diff(reach.start))
        near[owner[asks[reach.zone]]] = True
    return np.flatnonzero(near)


def best_gains(
    run: Known, arcs: Arcs, capacity: Mapping[int, float]
) -> dict[int, Gain]:
    """Return the gain of each offer of a site, filled with those worth most.

    Parameters
    ----------
    arcs
        Of one site; rows are those of the scenario.
    capacity
        Offer to visits per week.
    """
    left = run.unserved_visits
    value, per_person = run.worth_per_person, visits_per_person(run.scenario)
    fee = np.array([need.fee_per_visit for need in run.scenario.needs])
    need = run.scenario.demand.need
    gains = {}
    for offer, visits in capacity.items():
        own = np.flatnonzero(arcs.offer == offer)
        row = arcs.row[own]
        covered = arcs.credit[own] / per_person[need[row]]
        worth = covered * value[offer, row]
        order = np.argsort(-worth, kind="stable")
        amount = filled(left[row][order], visits)
        gains[offer] = Gain(
            worth=float(amount @ np.maximum(worth[order], 0.0)),
            covered_persons=float(amount @ covered[order]),
            visits_per_week=float(amount.sum()),
            fees_per_year=float(amount @ fee[need[row[order]]]) * WEEKS_PER_YEAR,
        )
    return gains


def filled(amounts: Floats, most: float) -> Floats:
    """Return as much of each amount, in order, as a total allows."""
    before = np.cumsum(amounts) - amounts
    return np.clip(most - before, 0.0, amounts)
