"""Rules that span buildings: limits, coverage floors, pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arrays import frozen, positions, sums
from allocator.instance.eligibility import BAR_RULES
from allocator.instance.instance import FloorRow, LimitRow, PinRow, Resource
from allocator.scenario.areas import street_of
from allocator.scenario.schema import FloorTarget

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from allocator.instance.eligibility import Eligibility, Premises
    from allocator.instance.instance import Candidates, Rows
    from allocator.scenario.scenario import Scenario
    from allocator.scenario.schema import DistrictLimits, Pin

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

LIMITS = (
    ("capital_budget", "capital_budget", Resource.CAPITAL_COST),
    ("annual_budget", "annual_budget", Resource.YEARLY_OUTLAY),
    ("floor_area_limit", "floor_area_m2", Resource.FLOOR_USED),
    ("building_limit", "buildings", Resource.BUILDINGS),
)
"""Rule id, key of the section, what it counts."""


def build_limits(scenario: Scenario, premises: Premises) -> tuple[LimitRow, ...]:
    """Return the limits in total, then by district, then the plan's reserve."""
    limits = scenario.spec.limits
    everywhere = np.ones(scenario.num_buildings, bool)
    rows = list(_section_rows(limits, {}, everywhere))
    districts = scenario.tables.buildings["district_id"].to_numpy(object)
    for district, section in sorted(limits.by_district.items()):
        members = np.array(districts == district, bool)
        rows += _section_rows(section, {"district": district}, members)
    if limits.reserve_share > 0.0:
        upper = (1.0 - limits.reserve_share) * float(premises.usable_area_m2.sum())
        rows.append(LimitRow("reserve", {}, Resource.FLOOR_USED, everywhere, upper))
    for row in rows:
        frozen(row.buildings)
    return tuple(rows)


def build_floors(scenario: Scenario, rows: Rows) -> tuple[FloorRow, ...]:
    """Return the coverage floors above 0 in total, per need, per need and community."""
    floor = scenario.spec.rules.coverage_floor
    counted = scenario.tables.zones["counted"].to_numpy(bool)[scenario.demand.zone]
    persons = np.where(counted, demand_persons(scenario), 0.0)
    floors = []
    if floor.total is not None:
        members = np.flatnonzero(rows.counted)
        floors.append(_floor({}, members, floor.total, float(persons.sum())))
    for need_id, target in sorted(floor.needs.items()):
        need = scenario.need2position[need_id]
        members = np.flatnonzero(rows.counted & (rows.need == need))
        asked = float(persons[scenario.demand.need == need].sum())
        floors.append(_floor({"need": need_id}, members, target, asked))
    for need_id in sorted(floor.communities):
        floors += _community_floors(scenario, rows, need_id, persons)
    return tuple(row for row in floors if row.persons > 0.0)


def floor_targets(scenario: Scenario, need_id: str) -> dict[int, FloorTarget]:
    """Return the floor of a need in each community that has one, by position."""
    floor = scenario.spec.rules.coverage_floor.communities.get(need_id)
    if floor is None:
        return {}
    common = None
    if floor.share is not None or floor.persons is not None:
        common = FloorTarget(share=floor.share, persons=floor.persons)
    targets = {}
    ids = scenario.tables.communities["community_id"].tolist()
    for position, community_id in enumerate(ids):
        target = floor.by_id.get(community_id, common)
        if target is not None:
            targets[position] = target
    return targets


def demand_persons(scenario: Scenario) -> Floats:
    """Return the persons of every demand row: D ÷ visits per person-week."""
    per_person = np.array([need.visits_per_person_week for need in scenario.needs])
    demand = scenario.demand
    persons: Floats = demand.visits_per_week / per_person[demand.need]
    return persons


def demand_community(scenario: Scenario) -> Ints:
    """Return the community of every demand row by position, −1 for none."""
    zones = positions(
        scenario.tables.communities["community_id"],
        scenario.tables.zones["community_id"],
    )
    return zones[scenario.demand.zone]


def build_pins(
    scenario: Scenario,
    premises: Premises,
    eligibility: Eligibility,
    candidates: Candidates,
) -> tuple[PinRow, ...]:
    """Return every pin as the candidates it matches."""
    pins = []
    for position, pin in enumerate(scenario.spec.rules.pins):
        spaces, offers = _matches(scenario, premises, pin)
        hit = spaces[candidates.space] & offers[candidates.offer]
        barred = eligibility.barred[:, spaces][:, :, offers].any(axis=(1, 2))
        rules = tuple(BAR_RULES[k] for k in np.flatnonzero(barred))
        found = frozen(np.flatnonzero(hit))
        pins.append(PinRow(position, pin.fix == "in", found, rules))
    return tuple(pins)


def _section_rows(
    section: DistrictLimits, where: dict[str, str], members: Bools
) -> Iterator[LimitRow]:
    """Yield the limits that a section gives."""
    for rule_id, key, resource in LIMITS:
        upper = getattr(section, key)
        if upper is not None:
            yield LimitRow(rule_id, where, resource, members, float(upper))


def _floor(
    where: dict[str, str], members: Ints, target: FloorTarget, asked_persons: float
) -> FloorRow:
    """Return a floor in persons; `asked_persons` is the counted demand."""
    share = target.share if target.share is not None else 0.0
    persons = target.persons if target.persons is not None else share * asked_persons
    return FloorRow(where, frozen(members), persons)


def _community_floors(
    scenario: Scenario, rows: Rows, need_id: str, persons: Floats
) -> list[FloorRow]:
    """Return the floors of one need; communities without demand for it have none."""
    need = scenario.need2position[need_id]
    community = demand_community(scenario)
    ids = scenario.tables.communities["community_id"].tolist()
    mine = (scenario.demand.need == need) & (community >= 0)
    asked = sums(community[mine], persons[mine], len(ids))
    of_row = community[rows.member[rows.member_start[:-1]]]
    candidates = rows.counted & (rows.need == need)
    floors = []
    for position, target in floor_targets(scenario, need_id).items():
        if asked[position] > 0.0:
            where = {"need": need_id, "community": ids[position]}
            members = np.flatnonzero(candidates & (of_row == position))
            floors.append(_floor(where, members, target, float(asked[position])))
    return floors


def _matches(scenario: Scenario, premises: Premises, pin: Pin) -> tuple[Bools, Bools]:
    """Return the spaces, shape (r,), and offers, shape (o,), that a pin names."""
    spaces = np.ones(len(premises.building), bool)
    if pin.building is not None:
        spaces &= (premises.spaces["building_id"] == pin.building).to_numpy(bool)
    if pin.space is not None:
        spaces &= (premises.spaces["space_id"] == pin.space).to_numpy(bool)
    community = premises.buildings["community_id"].to_numpy(object)
    if pin.community is not None:
        spaces &= np.asarray(community == pin.community, bool)
    if pin.street is not None:
        streets = street_of(scenario.tables, community)
        spaces &= np.asarray(streets == pin.street, bool)
    if pin.district is not None:
        spaces &= (premises.buildings["district_id"] == pin.district).to_numpy(bool)
    category = {service.id: service.category for service in scenario.services}
    offers = [
        pin.service in (None, offer.service_id)
        and pin.session in (None, offer.session_id)
        and pin.category in (None, category[offer.service_id])
        for offer in scenario.offers
    ]
    return spaces, np.array(offers, bool)
