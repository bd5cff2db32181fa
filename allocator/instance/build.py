"""From scenario and walking times to the instance: the table of contents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arrays import frozen
from allocator.instance.change_over import change_over_conflict, incompatible_offers
from allocator.instance.eligibility import check_eligibility, premises_of
from allocator.instance.facts import (
    building_facts,
    index_of,
    offer_facts,
    service_facts,
    space_facts,
)
from allocator.instance.goals import build_goals, row_labels, uses_minutes
from allocator.instance.instance import Instance
from allocator.instance.limits import build_floors, build_limits, build_pins
from allocator.instance.reaches import lanes_of, merged_reach, residents_of
from allocator.instance.rows import gather_rows, merge_need
from allocator.instance.slots import build_slots
from allocator.instance.supplies import (
    bound_places,
    build_candidates,
    build_pairs,
    build_supplies,
)

if TYPE_CHECKING:
    from allocator.access.access import Access
    from allocator.instance.instance import Reach, Rows, Supplies
    from allocator.scenario.scenario import Scenario


def build_instance(scenario: Scenario, access: Access) -> Instance:
    """Return the scenario as read-only arrays, demand rows merged without loss.

    Parameters
    ----------
    scenario
        A checked scenario.
    access
        Its walking times (`allocator.access.build_access`).
    """
    premises = premises_of(scenario)
    offers, services = offer_facts(scenario), service_facts(scenario)
    eligibility = check_eligibility(scenario, premises)
    pairs = build_pairs(scenario, premises, eligibility, offers)
    candidates = build_candidates(eligibility, pairs, offers)
    spaces = space_facts(premises)
    supplies = build_supplies(scenario, candidates, spaces, offers)
    rows, reaches = _rows_and_reaches(scenario, access, supplies)
    candidates = replace(
        candidates,
        max_places=bound_places(candidates, supplies, offers, rows, reaches),
    )
    return Instance(
        index=index_of(scenario),
        slots=build_slots([offer.hours for offer in scenario.offers]),
        rows=rows,
        offers=offers,
        services=services,
        buildings=building_facts(premises, scenario),
        spaces=spaces,
        pairs=pairs,
        candidates=candidates,
        supplies=supplies,
        reaches=reaches,
        fee_per_visit=frozen(
            np.array([need.fee_per_visit for need in scenario.needs], np.float64)
        ),
        change_over_conflict=change_over_conflict(scenario),
        incompatible=incompatible_offers(scenario),
        limits=build_limits(scenario, premises),
        floors=build_floors(scenario, rows),
        pins=build_pins(scenario, premises, eligibility, candidates),
        goals=build_goals(scenario, rows),
    )


def _rows_and_reaches(
    scenario: Scenario, access: Access, supplies: Supplies
) -> tuple[Rows, tuple[Reach, ...]]:
    """Merge rows and gather arcs, one need at a time to bound the memory."""
    sites = len(scenario.site_ids)
    supplied = np.zeros((sites, len(scenario.offers)), bool)
    supplied[supplies.site, supplies.offer] = True
    labels, minutes = row_labels(scenario), uses_minutes(scenario)
    order = np.argsort(scenario.demand.need, kind="stable")
    ends = np.searchsorted(
        scenario.demand.need[order], np.arange(len(scenario.needs) + 1)
    )
    parts, reaches, first_row = [], [], 0
    for need in range(len(scenario.needs)):
        demand = order[ends[need] : ends[need + 1]]
        if len(demand) == 0:
            continue
        residents = residents_of(scenario, need, demand)
        lanes = lanes_of(scenario, access, residents, supplied)
        rows = merge_need(
            scenario,
            residents,
            lanes,
            label=labels[demand],
            with_minutes=minutes,
            first_row=first_row,
        )
        built = [merged_reach(lane, rows, sites) for lane in lanes]
        reaches += [reach for reach in built if len(reach.row)]
        parts.append(rows)
        first_row += rows.num_rows
    return gather_rows(scenario, parts), tuple(reaches)
