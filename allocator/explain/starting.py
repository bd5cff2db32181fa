"""Plans to start from that keep a new pin or a tighter limit: the run's, mended.

What a solve begins from has to keep every rule of the changed scenario. So what a pin
keeps out is taken out, what a pin asks for is put in with its fewest places, and where
a limit is overrun the buildings that bring least for what they take of it are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.spaces import usable_area_m2
from allocator.evaluate.view import build_view
from allocator.explain.reach import arcs_of_site, filled, unserved_visits
from allocator.explain.site import local_violations, site_of
from allocator.explain.worth import view_worth
from allocator.plan import ASSIGNMENT_COLUMNS, SERVED_COLUMNS, Plan
from allocator.units import exceeds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from allocator.access import Access
    from allocator.evaluate.view import PlanView
    from allocator.explain.known import Known
    from allocator.explain.site import Site
    from allocator.scenario import Scenario
    from allocator.scenario.schema import DistrictLimits

    Bools = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]

PIN_COLUMNS = {
    "building": "building_id",
    "space": "space_id",
    "service": "service_id",
    "session": "session_id",
}
LIMITS = (
    ("capital_budget", "capital_cost"),
    ("annual_budget", "yearly_outlay"),
    ("floor_area_m2", "floor_used_m2"),
    ("buildings", "buildings"),
)


def start_without(plan: Plan, pins: Sequence[Mapping[str, str]]) -> Plan:
    """Return a plan without what `out` pins match, and without whom that serves."""
    gone = np.zeros(len(plan.assignments), bool)
    for pin in pins:
        gone |= _matches(plan.assignments, pin)
    return without_rows(plan, gone)


def without_rows(plan: Plan, gone: Bools) -> Plan:
    """Return a plan without some assignments and the visits at their offers."""
    rows = plan.assignments
    kept = rows[~gone].reset_index(drop=True)
    if plan.served is None:
        return Plan(kept)
    lost = rows[gone]
    offers = set(
        zip(lost["building_id"], lost["service_id"], lost["session_id"], strict=True)
    )
    served = plan.served
    keys = zip(
        served["site_id"], served["service_id"], served["session_id"], strict=True
    )
    stays = np.array([key not in offers for key in keys], bool)
    return Plan(kept, served[stays].reset_index(drop=True))


def start_with(run: Known, scenario: Scenario, pin: Mapping[str, str]) -> Plan | None:
    """Return the run's plan with what an `in` pin asks for in its building, or None.

    What stands in its way in the room goes, then in the building, then elsewhere as far
    as money and area ask for it.
    """
    if _matches(run.plan.assignments, pin).any():
        return run.plan
    b = run.view.building_ids.index(pin["building"])
    site = site_of(run, b)
    found = _addition(run, site, pin)
    if found is None:
        return None
    r, o, places = found
    offer = run.scenario.offers[o]
    row = (site.building_id, site.space_ids[r], offer.service_id, offer.session_id)
    plan = run.plan
    for gone in _ways(plan.assignments, row):
        mended = _with_row(without_rows(plan, gone), row, places)
        if not local_violations(_alone(run, mended, b)):
            plan = trimmed(scenario, run.access, mended, spared=b)
            return _with_residents(run, plan, (b, o, places))
    return None


def _with_residents(run: Known, plan: Plan, added: tuple[int, int, int]) -> Plan:
    """Let a new offer serve residents whom nobody serves, those worth most first."""
    if plan.served is None:
        return plan
    b, o, places = added
    scenario, offer = run.scenario, run.scenario.offers[o]
    arcs = arcs_of_site(run, b)
    own = np.flatnonzero(arcs.offer == o)
    worth = arcs.credit[own] * run.worth_per_person[o, arcs.row[own]]
    own = own[np.argsort(-worth, kind="stable")]
    left = unserved_visits(build_view(scenario, run.access, plan))[arcs.row[own]]
    most = np.inf if offer.unlimited else places * offer.visits_per_place_week
    visits = filled(left, most)
    row = arcs.row[own][visits > 0]
    demand, groups = scenario.demand, ["", *(group.id for group in scenario.groups)]
    values = (
        scenario.tables.zones["zone_id"].to_numpy(object)[demand.zone[row]],
        np.array([need.id for need in scenario.needs], object)[demand.need[row]],
        np.array(groups, object)[demand.group[row] + 1],
        run.view.building_ids[b],
        offer.service_id,
        offer.session_id,
        visits[visits > 0],
    )
    columns = list(SERVED_COLUMNS)
    more = pd.DataFrame(dict(zip(columns, values, strict=True)), columns=columns)
    served = pd.concat([frame for frame in (plan.served, more) if len(frame)])
    if len(served):
        served = served.sort_values(columns[:-1], kind="stable", ignore_index=True)
    return Plan(plan.assignments, served)


def trimmed(scenario: Scenario, access: Access, plan: Plan, spared: int = -1) -> Plan:
    """Return a plan without the buildings that bring least, until every limit holds.

    Parameters
    ----------
    spared
        Position of a building that stays whatever it brings.
    """
    view = build_view(scenario, access, plan)
    used = np.array(list(view.building2uses), np.int64)
    worth = sum_by(
        np.searchsorted(used, view.served.site[_planned(view)]),
        view_worth(view)[_planned(view)],
        len(used),
    )
    kept = np.ones(len(used), bool)
    over = True
    while over:
        over = False
        for column, inside, limit in _limits(view, used):
            cost = view.site_costs[column]
            if not exceeds(float(cost[kept & inside].sum()), limit):
                continue
            able = np.flatnonzero(kept & inside & (cost > 0) & (used != spared))
            if len(able) == 0:
                continue
            kept[able[np.argmin(worth[able] / cost[able])]] = False
            over = True
    names = {view.building_ids[b] for b in used[~kept]}
    return without_rows(plan, plan.assignments["building_id"].isin(names).to_numpy())


def _planned(view: PlanView) -> Bools:
    """Return which served rows are at buildings that are used."""
    at_building: Bools = view.served.site < view.scenario.num_buildings
    return at_building & np.isin(view.served.site, list(view.building2uses))


def _limits(
    view: PlanView, used: npt.NDArray[np.int64]
) -> Iterator[tuple[str, Bools, float]]:
    """Yield (column of the costs, which used buildings count, limit)."""
    limits = view.scenario.spec.limits
    district = view.scenario.tables.buildings["district_id"].to_numpy(object)[used]
    everywhere = np.ones(len(used), bool)
    sections: list[tuple[DistrictLimits, Bools]] = [(limits, everywhere)]
    sections += [(own, district == d) for d, own in sorted(limits.by_district.items())]
    for section, inside in sections:
        for key, column in LIMITS:
            limit = getattr(section, key)
            if limit is not None:
                yield column, inside, float(limit)
    if limits.reserve_share > 0:
        area = float(usable_area_m2(view.scenario).sum())
        yield "floor_used_m2", everywhere, (1 - limits.reserve_share) * area


def _matches(rows: pd.DataFrame, pin: Mapping[str, str]) -> Bools:
    """Tell which assignments match all keys of a pin."""
    found = np.ones(len(rows), bool)
    for key, column in PIN_COLUMNS.items():
        if key in pin:
            found &= (rows[column] == pin[key]).to_numpy(bool)
    return found


def _addition(
    run: Known, site: Site, pin: Mapping[str, str]
) -> tuple[int, int, int] | None:
    """Return (space, offer, places) that a pin allows: the easiest to add."""
    best: tuple[tuple[int, float], tuple[int, int, int]] | None = None
    for r, space_id in enumerate(site.space_ids):
        for o, offer in enumerate(run.scenario.offers):
            item = {
                "building": site.building_id,
                "space": space_id,
                "service": offer.service_id,
                "session": offer.session_id,
            }
            if (r, o) in site.bars or any(item[k] != pin.get(k, item[k]) for k in item):
                continue
            added = site.add(r, o)
            ease = (len(added.violations), added.costs["capital_cost"])
            if best is None or ease < best[0]:
                best = (ease, (r, o, added.places))
    return best[1] if best else None


def _ways(rows: pd.DataFrame, row: tuple[str, ...]) -> Iterator[Bools]:
    """Yield what may have to go: nothing, the room's offers, the building's."""
    yield np.zeros(len(rows), bool)
    yield (rows["space_id"] == row[1]).to_numpy(bool)
    yield (rows["building_id"] == row[0]).to_numpy(bool)


def _with_row(plan: Plan, row: tuple[str, ...], places: int) -> Plan:
    """Return a plan with one more assignment."""
    columns = list(ASSIGNMENT_COLUMNS)
    one = pd.DataFrame([(*row, places)], columns=columns)
    rows = pd.concat([plan.assignments, one]).drop_duplicates(columns[:-1], keep="last")
    rows = rows.sort_values(columns[:-1], kind="stable", ignore_index=True)
    return Plan(rows, plan.served)


def _alone(run: Known, plan: Plan, b: int) -> PlanView:
    """Return a plan of one building alone."""
    return site_of(run, b, build_view(run.scenario, run.access, plan)).view
