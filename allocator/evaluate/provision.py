"""What sites provide: places, gross area and who has them within a walk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.coverage import pairs_of
from allocator.evaluate.served import facility_supply
from allocator.evaluate.spaces import floor_used_by
from allocator.units import MINUTES_TOLERANCE

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.evaluate.view import PlanView

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Provision:
    """Places and areas of the facilities and of one plan.

    A set of services is given as a mask of shape (s,).
    """

    view: PlanView

    @cached_property
    def service_of_offer(self) -> npt.NDArray[np.int64]:
        """Shape (o,)."""
        scenario = self.view.scenario
        position = scenario.service2position
        return np.array([position[o.service_id] for o in scenario.offers], np.int64)

    @cached_property
    def places(self) -> Floats:
        """Shape (sites, s): Σ over spaces of the most places in any slot."""
        scenario = self.view.scenario
        shape = (len(scenario.site_ids), len(scenario.services))
        places = np.zeros(shape)
        for use in self.view.uses:
            for run in use.services:
                places[use.building, run.service] += run.peak_places
        supply = facility_supply(scenario).capacity
        per_place = np.array([o.visits_per_place_week for o in scenario.offers])
        by_offer = np.where(np.isfinite(supply), supply, 0.0) / per_place
        for service in range(shape[1]):
            own = self.service_of_offer == service
            held = by_offer[:, own] @ self.view.week.holds[own]
            places[:, service] += held.max(axis=1, initial=0.0)
        return places

    def running(self, services: Bools) -> Bools:
        """Tell at which sites one of the services runs, shape (sites,)."""
        chosen = services[self.service_of_offer]
        return np.asarray(self.view.supply.running[:, chosen].any(axis=1), bool)

    def gross_area_m2(self, services: Bools) -> Floats:
        """Return the gross area of the services at every site, shape (sites,).

        Of a facility that gives one of them: its own, whatever else it gives; 0 where
        it is not known. Of a building: the floor that they use (as if nothing else
        ran in it) ÷ its use coefficient.
        """
        scenario = self.view.scenario
        area = np.zeros(len(scenario.site_ids))
        coefficient = scenario.tables.buildings["use_coefficient"].to_numpy(np.float64)
        for use in self.view.uses:
            floor = floor_used_by(scenario, self.view.week, use, services)
            area[use.building] += floor / coefficient[use.building]
        rows = scenario.tables.facilities
        position = {site: k for k, site in enumerate(scenario.site_ids)}
        chosen = {s.id for s, c in zip(scenario.services, services, strict=True) if c}
        own = rows[rows["service_id"].isin(chosen)]
        for site_id, gross in own.groupby("facility_id")["gross_area_m2"].max().items():
            if gross > 0:
                area[position[str(site_id)]] = gross
        return area

    def persons_within(self, services: Bools, limit_min: float) -> Floats:
        """Return persons with one of the services in reach, shape (zones, groups)."""
        scenario = self.view.scenario
        sites = np.flatnonzero(self.running(services))
        persons = np.zeros_like(scenario.residents)
        for g, group in enumerate(scenario.groups):
            reach = self.view.access.reaches.get(
                group.profile or scenario.default_profile
            )
            if reach is None:
                continue
            pairs = pairs_of(reach.start, sites)
            close = reach.walk_min[pairs] <= limit_min + MINUTES_TOLERANCE
            near = reach.zone[pairs[close]]
            persons[near, g] = scenario.residents[near, g]
        return persons
