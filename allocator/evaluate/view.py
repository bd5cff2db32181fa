"""Everything the rules and measures look at: one plan in positions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from allocator.evaluate.arrays import sum_by
from allocator.evaluate.costs import site_costs
from allocator.evaluate.served import (
    ServedRows,
    Supply,
    both,
    decode_served,
    facility_supply,
    plan_supply,
)
from allocator.evaluate.spaces import (
    Assigned,
    SpaceUse,
    decode_assignments,
    space_uses,
)
from allocator.evaluate.week import Week, build_week
from allocator.plan import check_plan, empty_served

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from allocator.access.access import Access
    from allocator.plan import Plan
    from allocator.scenario import Scenario

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PlanView:
    """A plan under a scenario, decoded once for all rules and measures."""

    scenario: Scenario
    access: Access
    week: Week
    assigned: Assigned
    served: ServedRows

    @cached_property
    def uses(self) -> tuple[SpaceUse, ...]:
        """The used spaces, by position."""
        return space_uses(self.scenario, self.week, self.assigned)

    @cached_property
    def building2uses(self) -> dict[int, list[SpaceUse]]:
        """Used buildings, by position, with their used spaces."""
        grouped: dict[int, list[SpaceUse]] = {}
        for use in self.uses:
            grouped.setdefault(use.building, []).append(use)
        return dict(sorted(grouped.items()))

    @cached_property
    def site_costs(self) -> dict[str, Floats]:
        """Money and floor used of the used buildings (`allocator.evaluate.costs`)."""
        return site_costs(self)

    @cached_property
    def planned(self) -> Supply:
        """What the plan offers at its buildings."""
        return plan_supply(self.scenario, self.assigned)

    @cached_property
    def supply(self) -> Supply:
        """What the plan and the facilities offer."""
        return both(self.planned, facility_supply(self.scenario))

    @cached_property
    def building_ids(self) -> list[str]:
        """Ids of all buildings."""
        return list(self.scenario.tables.buildings["building_id"])

    @cached_property
    def space_ids(self) -> list[str]:
        """Ids of all spaces."""
        return list(self.scenario.tables.spaces["space_id"])

    @cached_property
    def fitted_for(self) -> list[frozenset[str]]:
        """Services each space is fitted for."""
        return list(self.scenario.tables.spaces["fitted_for"])

    def at(self, use: SpaceUse) -> dict[str, str]:
        """Return where a used space is, in ids."""
        return {
            "building": self.building_ids[use.building],
            "space": self.space_ids[use.space],
        }

    def offer_at(self, offer: int) -> dict[str, str]:
        """Return an offer in ids."""
        item = self.scenario.offers[offer]
        return {"service": item.service_id, "session": item.session_id}

    def covered_by_row(self) -> Floats:
        """Return covered persons of each demand row."""
        known = self.served.row >= 0
        return sum_by(
            self.served.row[known],
            self.served.covered_persons[known],
            len(self.scenario.demand),
        )


def build_view(scenario: Scenario, access: Access, plan: Plan) -> PlanView:
    """Decode a plan.

    Raises
    ------
    PlanInvalid
        If it names ids the scenario does not have.
    """
    check_plan(scenario, plan)
    frame = plan.served if plan.served is not None else empty_served()
    return PlanView(
        scenario,
        access,
        build_week(scenario),
        decode_assignments(scenario, plan.assignments),
        decode_served(scenario, access, frame),
    )
