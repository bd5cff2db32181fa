"""Rules on one space: `places`, `area_limit`, `min_area`, `sharing`, `change_over`."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.breaches import above, below
from allocator.evaluate.evaluation import Violation
from allocator.evaluate.spaces import usable_area_m2
from allocator.scenario.schema import DEDICATED
from allocator.units import VIOLATION_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.evaluate.spaces import SpaceUse
    from allocator.evaluate.view import PlanView


def places(view: PlanView) -> Iterator[Violation]:
    """Places are whole numbers, at least 0; 0 or 1 where capacity is unlimited."""
    assigned = view.assigned
    for k, value in enumerate(assigned.places.tolist()):
        offer = view.scenario.offers[assigned.offer[k]]
        most = 1.0 if offer.unlimited else np.inf
        allowed = min(max(float(np.round(value)), 0.0), most)
        if abs(value - allowed) > VIOLATION_TOLERANCE * max(1.0, abs(allowed)):
            where = {
                "building": view.building_ids[assigned.building[k]],
                "space": view.space_ids[assigned.space[k]],
            } | view.offer_at(int(assigned.offer[k]))
            excess = abs(value - allowed)
            yield Violation("places", where, excess, "places", value, allowed)


def area_limit(view: PlanView) -> Iterator[Violation]:
    """Places running at once fit a whole space; floor used fits a divisible one."""
    area = usable_area_m2(view.scenario)
    divisible = view.scenario.tables.spaces["divisible"].to_numpy(bool)
    for use in view.uses:
        limit = float(area[use.space])
        if divisible[use.space]:
            yield from above("area_limit", view.at(use), use.floor_used_m2, limit, "m²")
            continue
        slot = int(np.argmax(use.area_m2_by_slot))
        where = view.at(use) | {"hours": view.week.hours_of(slot)}
        value = float(use.area_m2_by_slot[slot])
        yield from above("area_limit", where, value, limit, "m²")


def min_area(view: PlanView) -> Iterator[Violation]:
    """Area of a service against its minimum and its maximum.

    The minimum is compared with the service's area in a divisible space and with the
    area of the space in a whole one; the maximum always with the service's area.
    """
    area = usable_area_m2(view.scenario)
    divisible = view.scenario.tables.spaces["divisible"].to_numpy(bool)
    for use in view.uses:
        for run in use.services:
            service = view.scenario.services[run.service]
            where = view.at(use) | {"service": service.id}
            has = run.area_m2 if divisible[use.space] else float(area[use.space])
            yield from below("min_area", where, has, service.min_area_m2, "m²")
            if service.max_area_m2 is not None:
                yield from above(
                    "min_area", where, run.area_m2, service.max_area_m2, "m²"
                )


def sharing(view: PlanView) -> Iterator[Violation]:
    """One dedicated service or one class in a whole space, one service at a time."""
    divisible = view.scenario.tables.spaces["divisible"].to_numpy(bool)
    for use in view.uses:
        if not divisible[use.space] and len(use.services) > 1:
            yield from _one_class(view, use)
            yield from _one_at_a_time(view, use)


def _one_class(view: PlanView, use: SpaceUse) -> Iterator[Violation]:
    """One dedicated service, or services of one class."""
    services = [view.scenario.services[run.service] for run in use.services]
    holders = {(s.sharing, s.id if s.sharing == DEDICATED else "") for s in services}
    where = view.at(use) | {"services": ", ".join(s.id for s in services)}
    yield from above("sharing", where, len(holders), 1, "classes or dedicated services")


def _one_at_a_time(view: PlanView, use: SpaceUse) -> Iterator[Violation]:
    """At most one service in any slot; the worst slot is named."""
    names = [view.scenario.offers[o].service_id for o in use.offers]
    holds = view.week.holds[use.offers]
    running = np.array(
        [holds[[n == name for n in names]].any(axis=0) for name in sorted(set(names))]
    )
    slot = int(np.argmax(running.sum(axis=0)))
    there = [
        n for n, on in zip(sorted(set(names)), running[:, slot], strict=True) if on
    ]
    where = view.at(use) | {
        "services": ", ".join(there),
        "hours": view.week.hours_of(slot),
    }
    yield from above("sharing", where, len(there), 1, "services at once")


def change_over(view: PlanView) -> Iterator[Violation]:
    """In a whole space no two offers that leave too little time between them run."""
    divisible = view.scenario.tables.spaces["divisible"].to_numpy(bool)
    for use in view.uses:
        if divisible[use.space]:
            continue
        for a, b in combinations(use.offers.tolist(), 2):
            if not view.week.conflict[a, b]:
                continue
            between, asked = view.week.shortage_min[(a, b)]
            first, second = view.scenario.offers[a], view.scenario.offers[b]
            where = view.at(use) | {
                "offer": f"{first.service_id}/{first.session_id}",
                "other": f"{second.service_id}/{second.session_id}",
            }
            yield Violation(
                "change_over", where, asked - between, "min", between, asked
            )
