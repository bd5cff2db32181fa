"""One building by itself: what a rule bars, and what stands in an offer's way now.

The building is cut out of the scenario with its own spaces and assignments, so that the
evaluator's own checks answer in milliseconds whatever the size of the city.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.rules_buildings import available, incompatible, reserve
from allocator.evaluate.rules_pins import pins
from allocator.evaluate.rules_siting import siting
from allocator.evaluate.rules_spaces import (
    area_limit,
    change_over,
    min_area,
    places,
    sharing,
)
from allocator.evaluate.served import ServedRows
from allocator.evaluate.spaces import Assigned, usable_area_m2
from allocator.evaluate.suitability import suitability
from allocator.evaluate.view import PlanView
from allocator.evaluate.wording import ENGLISH, Wording
from allocator.scenario.scenario import Demand
from allocator.scenario.schema import Limits
from allocator.units import PLACES_TOLERANCE, exceeds

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from allocator.evaluate.evaluation import Violation
    from allocator.explain.known import Known
    from allocator.scenario import Scenario

    Ints = npt.NDArray[np.int64]

LOCAL_RULES = (
    places,
    area_limit,
    min_area,
    sharing,
    change_over,
    reserve,
    incompatible,
    siting,
    available,
    pins,
)
"""Rules that look at one building alone (`reserve`: its own)."""
COSTS = ("capital_cost", "yearly_outlay", "floor_used_m2", "buildings")


@dataclass(frozen=True)
class Addition:
    """One offer added to what a building holds, with as few places as may be."""

    places: int
    violations: tuple[Violation, ...]
    """What it breaks in the building that the plan does not break there."""
    costs: dict[str, float]
    """What it adds of `COSTS`, fees not counted."""


@dataclass(frozen=True)
class Site:
    """A building with its spaces and what the plan holds there."""

    view: PlanView
    """Of the building alone, without limits in total and without residents."""
    building_id: str

    @property
    def scenario(self) -> Scenario:
        """The building alone."""
        return self.view.scenario

    @cached_property
    def bars(self) -> dict[tuple[int, int], tuple[str, str]]:
        """What bars each (space, offer) whatever else is planned."""
        return barred(self.scenario)

    @cached_property
    def space_ids(self) -> list[str]:
        """Ids of the spaces."""
        return list(self.scenario.tables.spaces["space_id"])

    def least_places(self, space: int, offer: int) -> int:
        """Return the fewest places with which an offer may run in a space."""
        item = self.scenario.offers[offer]
        service = self.scenario.services[
            self.scenario.service2position[item.service_id]
        ]
        divisible = bool(self.scenario.tables.spaces["divisible"].iloc[space])
        if item.unlimited or not divisible or item.m2_per_place == 0:
            return 1
        needed = service.min_area_m2 / item.m2_per_place
        return max(1, int(np.ceil(needed - PLACES_TOLERANCE)))

    def most_places(self, space: int, offer: int) -> float:
        """Return the most places for which an offer has area in a space."""
        item = self.scenario.offers[offer]
        service = self.scenario.services[
            self.scenario.service2position[item.service_id]
        ]
        if item.unlimited or item.m2_per_place == 0:
            return 1.0 if item.unlimited else np.inf
        area = float(usable_area_m2(self.scenario)[space])
        area = min(area, service.max_area_m2 or np.inf)
        return float(np.floor(area / item.m2_per_place + PLACES_TOLERANCE))

    def add(self, space: int, offer: int) -> Addition:
        """Add an offer as far as it does not run there yet."""
        least = self.least_places(space, offer)
        held = self.view.assigned
        there = (held.space == space) & (held.offer == offer)
        count = np.where(there, np.maximum(held.places, least), held.places)
        assigned = replace(held, places=count)
        if not there.any():
            one = (np.zeros(1, np.int64), np.array([space]), np.array([offer]))
            assigned = Assigned(
                np.append(held.building, one[0]),
                np.append(held.space, one[1]),
                np.append(held.offer, one[2]),
                np.append(held.places, float(least)),
            )
        after = replace(self.view, assigned=assigned)
        known = {_key(violation) for violation in self._violations}
        new = [v for v in local_violations(after) if _key(v) not in known]
        costs = {
            name: float(after.site_costs[name].sum() - self.view.site_costs[name].sum())
            for name in COSTS
        }
        return Addition(least, tuple(new), costs)

    @cached_property
    def _violations(self) -> tuple[Violation, ...]:
        """What the plan breaks here already (a given plan may)."""
        return local_violations(self.view)


def barred(
    scenario: Scenario, say: Wording = ENGLISH
) -> dict[tuple[int, int], tuple[str, str]]:
    """Return what bars each (space, offer): rule ids, and the reasons in words."""
    table, offers = suitability(scenario, say), len(scenario.offers)
    found = enumerate(zip(table["bar"], table["reason"], strict=True))
    return {divmod(k, offers): pair for k, pair in found if pair[0]}


def local_violations(view: PlanView) -> tuple[Violation, ...]:
    """Return what a plan of one building breaks of the rules that look at it alone.

    Pins that ask for something are left out: what is added breaks none of them.
    """
    found = (violation for rule in LOCAL_RULES for violation in rule(view))
    return tuple(v for v in found if v.where.get("fix") != "in")


def _key(violation: Violation) -> tuple[str, tuple[str, ...]]:
    """Tell violations apart by rule and ids, whatever their figures."""
    where = {k: v for k, v in violation.where.items() if k not in ("hours", "services")}
    return violation.rule_id, tuple(where.values())


def cut_out(run: Known, buildings: Sequence[int]) -> Scenario:
    """Return the scenario of some buildings alone: no residents, no limits."""
    scenario = run.scenario
    tables, nothing = scenario.tables, np.zeros(0, np.int64)
    kept = tables.buildings.iloc[sorted(buildings)].reset_index(drop=True)
    inside = tables.spaces["building_id"].isin(set(kept["building_id"]))
    spaces = tables.spaces[inside].reset_index(drop=True)
    facilities = tables.facilities.head(0)
    return replace(
        scenario,
        spec=scenario.spec.model_copy(update={"limits": Limits()}),
        tables=replace(tables, buildings=kept, spaces=spaces, facilities=facilities),
        demand=Demand(nothing, nothing, nothing, np.zeros(0), np.zeros(0)),
    )


def site_of(run: Known, building: int, view: PlanView | None = None) -> Site:
    """Return one building with what the run's plan, or another view's, holds there."""
    small = cut_out(run, [building])
    held = (view or run.view).assigned
    own = held.building == building
    position = {name: k for k, name in enumerate(small.tables.spaces["space_id"])}
    space_ids = run.view.space_ids
    assigned = Assigned(
        np.zeros(int(own.sum()), np.int64),
        np.array([position[space_ids[r]] for r in held.space[own]], np.int64),
        held.offer[own],
        held.places[own],
    )
    view = PlanView(small, run.access, run.view.week, assigned, _nobody())
    return Site(view, run.view.building_ids[building])


def _nobody() -> ServedRows:
    """Return served rows of nobody."""
    no, none = np.zeros(0, np.int64), np.zeros(0)
    return ServedRows(no, no, no, no, no, no, none, none, none, none)


def short_limits(
    costs: dict[str, float], slack: Sequence[tuple[str, str, float, float]], where: str
) -> list[tuple[str, float]]:
    """Return the limits that an addition would overrun, and by how much.

    Parameters
    ----------
    slack
        Rule id, district ("" in total), what is left and the limit.
    where
        District of the building.
    """
    column = {
        "capital_budget": "capital_cost",
        "annual_budget": "yearly_outlay",
        "floor_area_limit": "floor_used_m2",
        "building_limit": "buildings",
        "reserve": "floor_used_m2",
    }
    short = []
    for rule_id, district, left, limit in slack:
        if rule_id in column and district in ("", where):
            asked = costs[column[rule_id]]
            # an addition that needs none of it breaks nothing that was not broken
            if asked > 0 and exceeds(limit - left + asked, limit):
                short.append((rule_id, asked - left))
    return short
