"""How each used space is used: areas, peaks and floor used of its services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.scenario.schema import DEDICATED

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from allocator.evaluate.week import Week
    from allocator.scenario import Scenario
    from allocator.scenario.schema import Service

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Assigned:
    """The assignments of a plan in positions, in the order of the plan's rows."""

    building: Ints
    space: Ints
    offer: Ints
    places: Floats
    """As the plan has them, be they whole or not."""

    @property
    def runs(self) -> npt.NDArray[np.bool_]:
        """Which rows have places."""
        return self.places > 0


@dataclass(frozen=True)
class ServiceUse:
    """One service running in one space."""

    service: int
    area_m2: float
    """a[r, s]: largest over slots of Σ places × m2 of its offers."""
    peak_places: float
    """P[r, s]: largest over slots of Σ places of its offers."""


@dataclass(frozen=True)
class SpaceUse:
    """One used space: what runs in it and how much floor that takes."""

    space: int
    building: int
    offers: Ints
    """Running offers, ascending."""
    places: Floats
    """Places of `offers`."""
    services: tuple[ServiceUse, ...]
    floor_used_m2: float
    area_m2_by_slot: Floats
    """Shape (t,): Σ places × m2 over the offers holding the slot."""
    used_m2_hours: float
    """Hours per week × floor in use then (a whole space counts with its area)."""


@dataclass(frozen=True)
class OfferFacts:
    """What the rules on spaces need of each offer, shape (o,)."""

    service: Ints
    m2_per_place: Floats
    unlimited: npt.NDArray[np.bool_]


def offer_facts(scenario: Scenario) -> OfferFacts:
    """Gather the offers' facts as arrays."""
    offers = scenario.offers
    return OfferFacts(
        np.array([scenario.service2position[o.service_id] for o in offers], np.int64),
        np.array([o.m2_per_place for o in offers]),
        np.array([o.unlimited for o in offers], bool),
    )


def usable_area_m2(scenario: Scenario) -> Floats:
    """Return A of every space; an area nobody stated (pure covering) counts 0."""
    area = scenario.tables.spaces["usable_area_m2"].to_numpy(np.float64)
    return np.where(np.isnan(area), 0.0, area)


def space_uses(
    scenario: Scenario, week: Week, assigned: Assigned
) -> tuple[SpaceUse, ...]:
    """Return the used spaces, by position."""
    facts = offer_facts(scenario)
    area = usable_area_m2(scenario)
    divisible = scenario.tables.spaces["divisible"].to_numpy(bool)
    order = np.lexsort((assigned.offer, assigned.space))
    order = order[assigned.runs[order]]
    starts = np.flatnonzero(np.diff(assigned.space[order], prepend=-1))
    uses = []
    for rows in np.split(order, starts[1:]) if len(order) else []:
        space = int(assigned.space[rows[0]])
        uses.append(
            _space_use(
                (space, int(assigned.building[rows[0]])),
                (assigned.offer[rows], assigned.places[rows]),
                (float(area[space]), bool(divisible[space])),
                (scenario, week, facts),
            )
        )
    return tuple(uses)


def _space_use(
    where: tuple[int, int],
    running: tuple[Ints, Floats],
    room: tuple[float, bool],
    context: tuple[Scenario, Week, OfferFacts],
) -> SpaceUse:
    """Describe one used space."""
    offers, places = running
    area_of_space, divisible = room
    scenario, week, facts = context
    holds = week.holds[offers]
    areas = _slot_areas(scenario.services, facts, running, holds)
    services = []
    for service in sorted(areas):
        own = facts.service[offers] == service
        peak = float((places[own] @ holds[own]).max())
        services.append(ServiceUse(service, float(areas[service].max()), peak))
    by_slot = (places * facts.m2_per_place[offers]) @ holds
    if divisible:
        floor_used = _floor_used_divisible(scenario, week, facts, running)
        in_use = np.sum(list(areas.values()), axis=0)
    else:
        floor_used = area_of_space
        in_use = area_of_space * holds.any(axis=0)
    used_m2_hours = float(in_use @ week.minutes) / 60.0
    return SpaceUse(
        *where, offers, places, tuple(services), floor_used, by_slot, used_m2_hours
    )


def _slot_areas(
    services: tuple[Service, ...],
    facts: OfferFacts,
    running: tuple[Ints, Floats],
    holds: npt.NDArray[np.bool_],
) -> dict[int, Floats]:
    """Return the area of each running service by slot, shape (t,).

    A service of unlimited capacity takes its least area while it runs.
    """
    offers, places = running
    areas: dict[int, Floats] = {}
    for service in np.unique(facts.service[offers]).tolist():
        own = facts.service[offers] == service
        if facts.unlimited[offers[own][0]]:
            areas[service] = services[service].min_area_m2 * holds[own].any(axis=0)
        else:
            areas[service] = (places[own] * facts.m2_per_place[offers[own]]) @ holds[
                own
            ]
    return areas


def _floor_used_divisible(
    scenario: Scenario, week: Week, facts: OfferFacts, running: tuple[Ints, Floats]
) -> float:
    """Return Σ over classes of the largest sum in a slot + Σ of dedicated areas.

    Two offers that break their change-over time each also count in every slot the
    other holds. A dedicated service holds its area all week anyway.
    """
    offers, _ = running
    own = week.holds[offers]
    between = week.conflict[np.ix_(offers, offers)]
    extended = own | (between.astype(np.int64) @ own.astype(np.int64) > 0)
    plain = _slot_areas(scenario.services, facts, running, own)
    wide = _slot_areas(scenario.services, facts, running, extended)
    dedicated = 0.0
    by_class: dict[str, Floats] = {}
    for service, areas in wide.items():
        sharing = scenario.services[service].sharing
        if sharing == DEDICATED:
            dedicated += float(plain[service].max())
        else:
            by_class[sharing] = by_class.get(sharing, 0.0) + areas
    return dedicated + sum(float(areas.max()) for areas in by_class.values())


def floor_used_by(
    scenario: Scenario, week: Week, use: SpaceUse, services: npt.NDArray[np.bool_]
) -> float:
    """Return the floor that some services use in a space, were they alone in it.

    Parameters
    ----------
    services
        Mask of shape (s,).
    """
    facts = offer_facts(scenario)
    chosen = services[facts.service[use.offers]]
    if not chosen.any():
        return 0.0
    divisible = bool(scenario.tables.spaces["divisible"].iloc[use.space])
    if chosen.all() or not divisible:
        return use.floor_used_m2
    running = (use.offers[chosen], use.places[chosen])
    return _floor_used_divisible(scenario, week, facts, running)


def decode_assignments(scenario: Scenario, assignments: pd.DataFrame) -> Assigned:
    """Turn the ids of a plan's assignments into positions.

    The plan has been checked against the scenario (`allocator.plan.check_plan`).
    """
    buildings = scenario.tables.buildings["building_id"].tolist()
    spaces = scenario.tables.spaces["space_id"].tolist()
    building = {name: b for b, name in enumerate(buildings)}
    space = {name: r for r, name in enumerate(spaces)}
    offers = zip(assignments["service_id"], assignments["session_id"], strict=True)
    return Assigned(
        np.array([building[name] for name in assignments["building_id"]], np.int64),
        np.array([space[name] for name in assignments["space_id"]], np.int64),
        np.array([scenario.offer2position[key] for key in offers], np.int64),
        assignments["places"].to_numpy(np.float64),
    )
