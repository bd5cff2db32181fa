"""What can run where, and which sites can serve visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arrays import frozen, offsets, positions
from allocator.instance.eligibility import MOST_PLACES, depends_on_plan
from allocator.instance.instance import Candidates, Pairs, Supplies

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from allocator.instance.eligibility import Eligibility, Premises
    from allocator.instance.instance import Offers, Reach, Rows, Spaces
    from allocator.scenario.scenario import Scenario

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


def build_pairs(
    scenario: Scenario, premises: Premises, eligibility: Eligibility, offers: Offers
) -> Pairs:
    """Return the (space, service) pairs with at least one candidate."""
    allowed = np.zeros((len(premises.building), len(scenario.services)), bool)
    for offer, service in enumerate(offers.service):
        allowed[:, service] |= eligibility.allowed[:, offer]
    space, service = np.nonzero(allowed)
    owner, listed = _alternatives(eligibility, space, service)
    return Pairs(
        space=frozen(space),
        service=frozen(service),
        equipment_cost=frozen(_equipment_cost(scenario, premises, space, service)),
        alternative_start=frozen(offsets(np.bincount(owner, minlength=len(space)))),
        alternative_max_area_on_floor_m2=_amounts(
            listed,
            [_or_inf(c.max_area_on_floor_m2) for c, _ in eligibility.alternatives],
        ),
        alternative_max_places_on_floor=_amounts(
            listed,
            [_or_inf(c.max_places_on_floor) for c, _ in eligibility.alternatives],
        ),
        alternative_outdoor_m2_per_place=_amounts(
            listed, [c.outdoor_m2_per_place for c, _ in eligibility.alternatives]
        ),
    )


def build_candidates(
    eligibility: Eligibility, pairs: Pairs, offers: Offers
) -> Candidates:
    """Return the allowed (space, offer), sorted; `max_places` by area only."""
    space, offer = np.nonzero(eligibility.allowed)
    key = pairs.space * (len(offers.service) + 1) + pairs.service
    pair = np.searchsorted(
        key, space * (len(offers.service) + 1) + offers.service[offer]
    )
    return Candidates(
        space=frozen(space),
        offer=frozen(offer),
        pair=frozen(pair),
        max_places=frozen(eligibility.max_places[space, offer]),
    )


def build_supplies(
    scenario: Scenario, candidates: Candidates, spaces: Spaces, offers: Offers
) -> Supplies:
    """Return the (building, offer) with candidates, then the facilities' offers."""
    num_offers = max(len(offers.service), 1)
    key = spaces.building[candidates.space] * num_offers + candidates.offer
    planned, supply = np.unique(key, return_inverse=True)
    fixed_key, fixed = _facilities(scenario, offers, num_offers)
    keys = np.concatenate([planned, fixed_key])
    counts = np.bincount(supply, minlength=len(keys))
    return Supplies(
        site=frozen(keys // num_offers),
        offer=frozen(keys % num_offers),
        fixed_visits_per_week=frozen(
            np.concatenate([np.full(len(planned), np.nan), fixed])
        ),
        candidate_start=frozen(offsets(counts)),
        candidate=frozen(np.argsort(supply, kind="stable")),
    )


def bound_places(
    candidates: Candidates,
    supplies: Supplies,
    offers: Offers,
    rows: Rows,
    reaches: Sequence[Reach],
) -> Ints:
    """Return the most places of each candidate, also where a place needs no area.

    There more places than serve all demand within reach change nothing but cost, so
    ⌈reachable demand ÷ visits per place⌉ is the bound, and at least 1 (a pin).
    """
    boundless = candidates.max_places >= MOST_PLACES
    if not boundless.any():
        return candidates.max_places
    visits = np.zeros(len(supplies.site))
    for reach in reaches:
        sums = np.concatenate([[0.0], np.cumsum(rows.visits_per_week[reach.row])])
        at_site = sums[reach.start[1:]] - sums[reach.start[:-1]]
        mine = np.isin(supplies.offer, reach.offers)
        visits[mine] += at_site[supplies.site[mine]]
    reachable = np.zeros(len(boundless))
    counts = np.diff(supplies.candidate_start)
    reachable[supplies.candidate] = np.repeat(visits, counts)
    enough = np.ceil(reachable / offers.visits_per_place_week[candidates.offer])
    enough = np.clip(enough, 1, MOST_PLACES).astype(np.int64)
    return frozen(np.where(boundless, enough, candidates.max_places))


def _equipment_cost(
    scenario: Scenario, premises: Premises, space: Ints, service: Ints
) -> Floats:
    """Return the fixed equipment cost of each pair, 0 where the space is fitted."""
    cost = np.array([item.equipment_cost for item in scenario.services], np.float64)
    ids = [item.id for item in scenario.services]
    fitted_for = premises.spaces["fitted_for"].tolist()
    fitted = np.zeros((len(fitted_for), len(ids)), bool)
    for r, names in enumerate(fitted_for):
        if names:
            fitted[r] = [name in names for name in ids]
    return np.where(fitted[space, service], 0.0, cost[service])


def _alternatives(
    eligibility: Eligibility, space: Ints, service: Ints
) -> tuple[Ints, Ints]:
    """Return (pair, alternative) of all that matter, sorted by pair.

    A pair where one alternative holds whatever else is planned has none.
    """
    free = np.zeros(len(space), bool)
    owner, listed = [], []
    for number, (condition, holds) in enumerate(eligibility.alternatives):
        here = (service == eligibility.alternative_service[number]) & holds[space]
        if depends_on_plan(condition):
            owner.append(np.flatnonzero(here))
            listed.append(np.full(len(owner[-1]), number, np.int64))
        else:
            free |= here
    none = np.empty(0, np.int64)
    owners = np.concatenate([none, *owner])
    numbers = np.concatenate([none, *listed])
    order = np.argsort(owners, kind="stable")
    kept = order[~free[owners[order]]]
    return owners[kept], numbers[kept]


def _or_inf(value: float | None) -> float:
    """Return the value, inf where there is none."""
    return np.inf if value is None else value


def _amounts(listed: Ints, values: list[float]) -> Floats:
    """Return the value of each listed alternative, read-only."""
    return frozen(np.array(values, np.float64)[listed])


def _facilities(
    scenario: Scenario, offers: Offers, num_offers: int
) -> tuple[Ints, Floats]:
    """Return (site × offers + offer, visits per week) of the facilities, sorted."""
    table = scenario.tables.facilities
    if len(table) == 0:
        return np.empty(0, np.int64), np.empty(0)
    site = scenario.num_buildings + positions(
        scenario.site_ids[scenario.num_buildings :], table["facility_id"]
    )
    names = zip(table["service_id"], table["session_id"], strict=True)
    offer = np.array([scenario.offer2position[name] for name in names], np.int64)
    places = table["places"].to_numpy(np.float64)
    visits = table["visits_per_week"].to_numpy(np.float64)
    by_places = places * offers.visits_per_place_week[offer]
    capacity = np.where(np.isnan(visits), by_places, visits)
    capacity[offers.unlimited[offer] & (capacity > 0.0)] = np.inf
    key = site * num_offers + offer
    order = np.argsort(key, kind="stable")
    return key[order], capacity[order]
