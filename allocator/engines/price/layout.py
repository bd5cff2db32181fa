"""An instance and one goal, packed for the kernels: plain arrays, ordered by site.

The kernels always maximise. A minimised goal is packed with its signs turned, so a
bound of the packed problem is turned back by `Layout.sign`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from allocator.engines.price.arclists import ArcLists, pack_arcs
from allocator.engines.price.compiled import records
from allocator.engines.price.rooms import (
    MOST_SESSIONS,
    Rooms,
    Templates,
    kernel_m2,
    pack_rooms,
    session_bits,
)
from allocator.instance.instance import Resource

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.instance.instance import GoalRow, Instance

    Array = npt.NDArray[Any]

RESOURCES = (
    Resource.CAPITAL_COST,
    Resource.YEARLY_OUTLAY,
    Resource.FLOOR_USED,
    Resource.BUILDINGS,
)
"""Order of the resources in every array with an axis of length 4."""


MOST_SLOTS = 62
"""Slots that fit in a bit mask."""


class Offering(NamedTuple):
    """What the kernels know of offers."""

    offer: Array
    """o records: m2 (per place; 0 with unlimited capacity), visits (per place and
    week), fixed and per_place (yearly costs), unlimited, slots (as a bit mask, with
    bits beyond the slots for offers kept apart by other rules), leader (bit of the
    first session of its service that serves the same arcs)."""
    holds: Array
    """Shape (o, t), maximal slots only."""
    conflict: Array
    """Shape (o, o): of different services, and never together in a whole space."""
    by_slots: Array
    """Shape (1,): the bit masks tell all conflicts between units."""


class Outlets(NamedTuple):
    """Existing facilities: supplies of fixed capacity."""

    site: Array
    offer: Array
    visits: Array
    """Visits per week; inf when unlimited."""


@dataclass(frozen=True)
class Layout:
    """One goal of one instance, ready for the kernels."""

    instance: Instance
    goal: GoalRow
    sign: float
    """+1 when the goal is maximised, −1 when it is minimised."""
    arcs: ArcLists
    offering: Offering
    rooms: Rooms
    templates: Templates
    outlets: Outlets
    demand: Array
    """D[i], visits per week."""
    goal_price: Array
    """Shape (4,): what one unit of each of `RESOURCES` takes from the goal."""
    resource_most: Array
    """Shape (4, b): no plan uses more; read only where a price is below 0."""


def build_layout(instance: Instance, goal: int = 0) -> Layout:
    """Pack an instance for one goal.

    Parameters
    ----------
    instance
        The scenario as arrays.
    goal
        Position of the goal in `Instance.goals`.
    """
    row = instance.goals[goal]
    sign = 1.0 if row.maximizes else -1.0
    rooms, templates = pack_rooms(instance)
    arcs = pack_arcs(instance, row)
    supplies = instance.supplies
    facility = ~supplies.planned
    factors = (row.capital_cost, row.yearly_outlay, row.floor_used_m2, row.buildings)
    return Layout(
        instance=instance,
        goal=row,
        sign=sign,
        arcs=arcs,
        offering=_pack_offers(instance, arcs),
        rooms=rooms,
        templates=templates,
        outlets=Outlets(
            supplies.site[facility],
            supplies.offer[facility],
            supplies.fixed_visits_per_week[facility],
        ),
        demand=instance.rows.visits_per_week.astype(np.float64),
        goal_price=-sign * np.array(factors),
        resource_most=_resource_most(instance, rooms),
    )


def _pack_offers(instance: Instance, arcs: ArcLists) -> Offering:
    offers = instance.offers
    holds = np.ascontiguousarray(instance.slots.holds[:, instance.slots.maximal])
    meet = holds.astype(np.int64) @ holds.T.astype(np.int64) > 0
    other = offers.service[:, None] != offers.service[None, :]
    conflict = other & (meet | instance.change_over_conflict | instance.incompatible)
    masks = _slot_masks(holds, conflict & ~meet, offers.service)
    table = records(
        len(offers.service),
        m2=kernel_m2(instance),
        visits=offers.visits_per_place_week.astype(np.float64),
        fixed=offers.annual_cost_fixed.astype(np.float64),
        per_place=np.where(offers.unlimited, 0.0, offers.annual_cost_per_place),
        unlimited=offers.unlimited,
        slots=np.zeros(len(meet), dtype=np.int64) if masks is None else masks,
        leader=_leaders(instance, arcs),
    )
    few_sessions = np.bincount(offers.service).max(initial=0) <= MOST_SESSIONS
    by_slots = few_sessions and masks is not None
    return Offering(table, holds, conflict, np.array([by_slots]))


def _leaders(instance: Instance, arcs: ArcLists) -> Array:
    """Return, per offer, the first session of its unit with the same lists of arcs."""
    bits, chunks = session_bits(instance)
    first: dict[tuple[object, ...], int] = {}
    leader = np.zeros(len(bits), dtype=np.int64)
    for offer, service in enumerate(instance.offers.service):
        low, high = arcs.offer_start[offer], arcs.offer_start[offer + 1]
        key = (int(service), int(chunks[offer]), tuple(arcs.offer_list[low:high]))
        leader[offer] = first.setdefault(key, int(bits[offer]))
    return leader


def _slot_masks(holds: Array, apart: Array, service: Array) -> Array | None:
    """Return the slots of each offer as bits; None where there are too many.

    Offers that may not run together though they share no slot (`apart`) share a bit
    beyond the slots: one for every set of a service's sessions that bars the same
    sessions of another service.
    """
    members = [set(np.flatnonzero(slot).tolist()) for slot in holds.T]
    for first in np.unique(service):
        for second in np.unique(service[service > first]):
            own, others = np.flatnonzero(service == first), service == second
            barred = apart[own] & others
            for kind in np.unique(barred[barred.any(axis=1)], axis=0):
                same = own[(barred == kind).all(axis=1)]
                members.append({*same.tolist(), *np.flatnonzero(kind).tolist()})
    if len(members) > MOST_SLOTS:
        return None
    masks = np.zeros(len(holds), dtype=np.int64)
    for bit, some in enumerate(members):
        masks[list(some)] |= np.int64(1) << np.int64(bit)
    return masks


def _resource_most(instance: Instance, rooms: Rooms) -> Array:
    """Return the most of each resource that a building can use, fees left out."""
    spaces, pairs, cands = instance.spaces, instance.pairs, instance.candidates
    offers, buildings = instance.offers, instance.buildings
    count = len(rooms.building) - 1

    def add_up(space: Array, amount: Array) -> Array:
        return np.bincount(spaces.building[space], weights=amount, minlength=count)

    every = np.arange(len(spaces.building))
    places = cands.max_places.astype(np.float64)
    peak_cost = np.nan_to_num(instance.services.equipment_cost_per_place)
    service = offers.service[cands.offer]
    per_place = np.where(offers.unlimited, 0.0, offers.annual_cost_per_place)
    capital = (
        buildings.opening_cost
        + add_up(every, spaces.usable_area_m2 * spaces.renovation_cost_per_m2)
        + add_up(pairs.space, pairs.equipment_cost)
        + add_up(cands.space, places * peak_cost[service])
    )
    yearly = (
        buildings.annual_rent
        + add_up(every, spaces.annual_rent)
        + add_up(
            cands.space,
            offers.annual_cost_fixed[cands.offer] + places * per_place[cands.offer],
        )
    )
    floor = add_up(every, spaces.usable_area_m2)
    return np.vstack([capital, yearly, floor, np.ones(count)])
