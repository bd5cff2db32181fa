"""Buildings, spaces, units and candidates as nested ranges for the kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from allocator.engines.price.compiled import records

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.instance.instance import Instance

    Array = npt.NDArray[Any]

MOST_SESSIONS = 5
"""Sessions of one service combined exactly; a service with more is split in chunks."""


NO_AREA_M2 = 1e-6
"""Stands for an area of 0 per place, so that no kernel divides by 0."""


class Rooms(NamedTuple):
    """Candidates by building, space, unit: tables of records, ranges by `…_start`.

    A unit is one service in one space (a chunk of its sessions, where it has many);
    units of a space are sorted by class, a dedicated service being a class alone.
    """

    building: Array
    """b + 1 records: space_start (into `space_of`), offer_start (into `offer_at`),
    opening, rent, forced (a pin forces it into use)."""
    space_of: Array
    space: Array
    """r + 1 records: unit_start, weight_start (slot weights of divisible spaces,
    classes × slots each), area, divisible, renovation, rent."""
    unit: Array
    """u + 1 records: cand_start, class_at (0, 1, … within the space), template,
    equipment, peak_cost (per m² of peak area, at the sessions' largest m² per place),
    most_area (min(A, maximum)), least_area (where divisible; else 0), sure_area (that
    the unit alone must have: its least area unless its service has several chunks)."""
    cand: Array
    """k records: offer, bit (of the unit's template), at (in `offer_at`), places (the
    most), id (position in `Instance.candidates`)."""
    offer_at: Array
    """The distinct offers of every building."""
    offer_most: Array
    """Most visits per week of the offer's service in one space of the building."""


class Templates(NamedTuple):
    """Which sessions of a service meet in a slot, for every subset of its sessions."""

    offset: Array
    """Shape (templates,): subset S of template τ is row `offset[τ] + S`."""
    start: Array
    clique: Array
    """Bit masks: the maximal sets of sessions of the subset that share a slot."""


class _Kept(NamedTuple):
    """Candidates that can run, in kernel order, with what sorts them."""

    ids: Array
    space: Array
    offer: Array
    service: Array
    class_of: Array
    chunk: Array


def pack_rooms(instance: Instance) -> tuple[Rooms, Templates]:
    """Return the rooms and the meeting sessions of one instance."""
    bits, chunks = session_bits(instance)
    kept = _kept_candidates(instance, chunks)
    unit_of = _runs(kept.space, kept.service, kept.chunk)
    first = np.searchsorted(unit_of, np.arange(unit_of[-1] + 1 if len(unit_of) else 0))
    templates, template_of = _pack_templates(instance, chunks)
    spaces, buildings = instance.spaces, instance.buildings
    num_spaces, num_slots = len(spaces.building), int(instance.slots.maximal.sum())
    unit_space = kept.space[first]
    class_at, classes = _classes_at(unit_space, kept.class_of[first], num_spaces)
    at_building = _offers_at(instance, kept)
    rooms = Rooms(
        building=records(
            len(buildings.opening_cost) + 1,
            space_start=buildings.space_start,
            offer_start=at_building["start"],
            opening=buildings.opening_cost,
            rent=buildings.annual_rent,
            forced=_forced_buildings(instance),
        ),
        space_of=buildings.space_of.astype(np.int64),
        space=records(
            num_spaces + 1,
            unit_start=np.searchsorted(unit_space, np.arange(num_spaces + 1)),
            weight_start=np.append(
                0, np.cumsum(np.where(spaces.divisible, classes * num_slots, 0))
            ),
            area=spaces.usable_area_m2,
            divisible=spaces.divisible,
            renovation=spaces.renovation_cost_per_m2,
            rent=spaces.annual_rent,
        ),
        unit=records(
            len(first) + 1,
            cand_start=np.append(first, len(kept.ids)),
            class_at=class_at,
            template=template_of[kept.service[first], kept.chunk[first]],
            **_unit_costs(instance, kept, first, unit_of),
        ),
        cand=records(
            len(kept.ids),
            offer=kept.offer,
            bit=bits[kept.offer],
            at=at_building["at"],
            places=instance.candidates.max_places[kept.ids].astype(np.float64),
            id=kept.ids,
        ),
        offer_at=at_building["offer"],
        offer_most=at_building["most"],
    )
    return rooms, templates


def kernel_m2(instance: Instance) -> Array:
    """Return m² per place as the kernels use it: above 0 unless unlimited."""
    m2 = np.maximum(np.nan_to_num(instance.offers.m2_per_place), NO_AREA_M2)
    return np.where(instance.offers.unlimited, 0.0, m2)


def session_bits(instance: Instance) -> tuple[Array, Array]:
    """Return the place of each session in its service: bit within chunk, and chunk."""
    service = instance.offers.service
    rank = np.zeros(len(service), dtype=np.int64)
    seen: dict[int, int] = {}
    for offer, owner in enumerate(service):
        rank[offer] = seen.get(int(owner), 0)
        seen[int(owner)] = int(rank[offer]) + 1
    return rank % MOST_SESSIONS, rank // MOST_SESSIONS


def _kept_candidates(instance: Instance, chunks: Array) -> _Kept:
    """Drop candidates that no plan can run and sort the others."""
    cands, services, spaces = instance.candidates, instance.services, instance.spaces
    keep = cands.max_places > 0
    for pin in instance.pins:
        if not pin.wanted:
            keep[pin.candidates] = False
    service = instance.offers.service[cands.offer]
    area = spaces.usable_area_m2[cands.space]
    whole = ~spaces.divisible[cands.space]
    limit = instance.buildings.max_floor_used_m2[spaces.building[cands.space]]
    slack = 1e-6 * np.maximum(1.0, area)
    keep &= ~(whole & (area + slack < services.min_area_m2[service]))
    keep &= ~(whole & (area > limit + slack))
    ids = np.flatnonzero(keep)
    sharing = services.sharing_class
    alone = sharing.max(initial=-1) + 1 + np.arange(len(sharing))
    class_of = np.where(sharing >= 0, sharing, alone)[service[ids]]
    offer = cands.offer[ids]
    order = np.lexsort((offer, chunks[offer], service[ids], class_of, cands.space[ids]))
    ids = ids[order]
    offer = cands.offer[ids].astype(np.int64)
    return _Kept(
        ids,
        cands.space[ids].astype(np.int64),
        offer,
        service[ids].astype(np.int64),
        class_of[order],
        chunks[offer],
    )


def _runs(*keys: Array) -> Array:
    """Return the number of each run of equal keys: 0, 0, 1, 1, 1, 2, …."""
    if len(keys[0]) == 0:
        return np.zeros(0, dtype=np.int64)
    change = np.zeros(len(keys[0]), dtype=np.bool_)
    for key in keys:
        change[1:] |= key[1:] != key[:-1]
    return np.cumsum(change)


def _classes_at(space: Array, class_of: Array, num_spaces: int) -> tuple[Array, Array]:
    """Return the number of each class in its space, and the classes per space."""
    run = _runs(space, class_of)
    if len(run) == 0:
        return run, np.zeros(num_spaces, dtype=np.int64)
    first_of_space = np.searchsorted(space, space)
    at = run - run[first_of_space]
    count = np.zeros(num_spaces, dtype=np.int64)
    np.maximum.at(count, space, at + 1)
    return at, count


def _unit_costs(
    instance: Instance, kept: _Kept, first: Array, unit_of: Array
) -> dict[str, Array]:
    """Return costs and areas per unit; chunks of one service share its costs."""
    services, spaces = instance.services, instance.spaces
    space, service = kept.space[first], kept.service[first]
    pair_of_unit = _runs(space, service)
    chunks = np.bincount(pair_of_unit)[pair_of_unit] if len(first) else pair_of_unit
    pair = instance.candidates.pair[kept.ids[first]]
    largest = np.zeros(len(first))
    m2 = kernel_m2(instance)
    np.maximum.at(largest, unit_of, m2[kept.offer])
    per_place = np.where(services.unlimited, 0.0, services.equipment_cost_per_place)[
        service
    ]
    least = np.where(spaces.divisible[space], services.min_area_m2[service], 0.0)
    return {
        "equipment": instance.pairs.equipment_cost[pair] / chunks,
        "peak_cost": per_place
        / np.where(largest > 0, largest, 1.0)
        / np.maximum(chunks, 1),
        "most_area": np.minimum(
            spaces.usable_area_m2[space], services.max_area_m2[service]
        ),
        "least_area": least,
        "sure_area": np.where(chunks == 1, least, 0.0),
    }


def _forced_buildings(instance: Instance) -> Array:
    forced = np.zeros(len(instance.index.buildings), dtype=np.bool_)
    for pin in instance.pins:
        homes = np.unique(
            instance.spaces.building[instance.candidates.space[pin.candidates]]
        )
        if pin.wanted and len(homes) == 1:
            forced[homes[0]] = True
    return forced


def _offers_at(instance: Instance, kept: _Kept) -> dict[str, Array]:
    """Return the distinct offers of every building and the most each can give."""
    num_offers = len(instance.index.offers)
    building = instance.spaces.building[kept.space].astype(np.int64)
    pairs, at = np.unique(building * num_offers + kept.offer, return_inverse=True)
    bounds = np.arange(len(instance.index.buildings) + 1) * num_offers
    offers = instance.offers
    visits = (
        instance.candidates.max_places[kept.ids]
        * np.where(offers.unlimited, np.inf, offers.visits_per_place_week)[kept.offer]
    )
    unit = _runs(kept.space, kept.service)
    together = np.zeros(unit[-1] + 1 if len(unit) else 0)
    np.add.at(together, unit, visits)
    most = np.zeros(len(pairs))
    np.maximum.at(most, at, together[unit])
    return {
        "at": at.astype(np.int64),
        "start": np.searchsorted(pairs, bounds),
        "offer": pairs % num_offers,
        "most": most,
    }


def _pack_templates(instance: Instance, chunks: Array) -> tuple[Templates, Array]:
    """Return, per (service, chunk), the maximal meeting sets of every subset."""
    holds = instance.slots.holds[:, instance.slots.maximal]
    service = instance.offers.service
    num_chunks = int(chunks.max(initial=0)) + 1
    template_of = np.zeros((len(instance.index.services), num_chunks), dtype=np.int64)
    offset: list[int] = []
    start: list[int] = [0]
    cliques: list[int] = []
    for owner in range(len(instance.index.services)):
        for chunk in range(num_chunks):
            members = np.flatnonzero((service == owner) & (chunks == chunk))
            template_of[owner, chunk] = len(offset)
            offset.append(len(start) - 1)
            masks = {
                sum(1 << k for k in np.flatnonzero(slot).tolist())
                for slot in holds[members].T
            }
            for subset in range(1 << len(members)):
                cliques += _maximal({mask & subset for mask in masks})
                start.append(len(cliques))
    arrays = (offset, start, cliques)
    return Templates(*(np.array(some, dtype=np.int64) for some in arrays)), template_of


def _maximal(masks: set[int]) -> list[int]:
    """Return the masks that no other mask contains; without the empty one."""
    return sorted(
        mask
        for mask in masks
        if mask and not any(mask != other and mask & other == mask for other in masks)
    )
