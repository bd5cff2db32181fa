"""Measures as linear expressions of the columns, split by building where they count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.model import Expression, total
from allocator.instance.instance import Resource
from allocator.units import WEEKS_PER_YEAR

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.exact.variables import Variables

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ByBuilding:
    """A sum whose every term belongs to a building."""

    columns: Ints
    values: Floats
    building: Ints

    def within(self, buildings: Bools) -> Expression:
        """Return the part of some buildings, shape (b,)."""
        chosen = buildings[self.building] & (self.values != 0.0)
        return Expression(self.columns[chosen], self.values[chosen])


def resource(variables: Variables, which: Resource) -> ByBuilding:
    """Return what a limit counts."""
    return {
        Resource.BUILDINGS: buildings_used,
        Resource.FLOOR_USED: floor_used_m2,
        Resource.CAPITAL_COST: capital_cost,
        Resource.YEARLY_OUTLAY: yearly_outlay,
    }[which](variables)


def buildings_used(variables: Variables) -> ByBuilding:
    """Return the used buildings."""
    columns = variables.building_used
    return ByBuilding(columns, np.ones(len(columns)), np.arange(len(columns)))


def floor_used_m2(variables: Variables) -> ByBuilding:
    """Return floor used: A of a used whole space, the cells of a divisible one."""
    spaces = variables.layout.instance.spaces
    return _floor_times(variables, np.ones(len(spaces.building)))


def _floor_times(variables: Variables, factor: Floats) -> ByBuilding:
    """Return floor used times a factor per space, shape (r,)."""
    layout = variables.layout
    spaces = layout.instance.spaces
    whole = np.flatnonzero(~spaces.divisible)
    cells = np.flatnonzero(layout.cell_divisible)
    room = layout.cell_space[cells]
    return ByBuilding(
        np.concatenate([variables.space_used[whole], variables.floor_used_m2[cells]]),
        np.concatenate([factor[whole] * spaces.usable_area_m2[whole], factor[room]]),
        np.concatenate([spaces.building[whole], spaces.building[room]]),
    )


def capital_cost(variables: Variables) -> ByBuilding:
    """Return opening, renovation and equipment."""
    layout = variables.layout
    instance = layout.instance
    buildings = instance.buildings
    opening = ByBuilding(
        variables.building_used,
        buildings.opening_cost,
        np.arange(len(buildings.opening_cost)),
    )
    fixed = ByBuilding(
        variables.service_runs, instance.pairs.equipment_cost, layout.pair_building
    )
    per_place = instance.services.equipment_cost_per_place[instance.pairs.service]
    peaks = np.flatnonzero((variables.peak_places >= 0) & (per_place != 0.0))
    variable = ByBuilding(
        variables.peak_places[peaks], per_place[peaks], layout.pair_building[peaks]
    )
    renovation = _floor_times(variables, instance.spaces.renovation_cost_per_m2)
    return _joined(opening, renovation, fixed, variable)


def yearly_outlay(variables: Variables) -> ByBuilding:
    """Return rent and running costs less fees."""
    layout = variables.layout
    instance = layout.instance
    buildings, spaces, offers = instance.buildings, instance.spaces, instance.offers
    offer, home = instance.candidates.offer, layout.candidate_building
    return _joined(
        ByBuilding(
            variables.building_used,
            buildings.annual_rent,
            np.arange(len(buildings.annual_rent)),
        ),
        ByBuilding(variables.space_used, spaces.annual_rent, spaces.building),
        ByBuilding(variables.runs, offers.annual_cost_fixed[offer], home),
        ByBuilding(variables.places, offers.annual_cost_per_place[offer], home),
        _fees(variables),
    )


def _fees(variables: Variables) -> ByBuilding:
    """Return −fees: 52 weeks of visits at planned sites."""
    instance = variables.layout.instance
    arcs, supplies = instance.arcs, instance.supplies
    fee = instance.fee_per_visit[instance.rows.need[arcs.row]]
    paid = np.flatnonzero((fee != 0.0) & supplies.planned[arcs.supply])
    return ByBuilding(
        variables.flow[paid],
        -WEEKS_PER_YEAR * fee[paid],
        supplies.site[arcs.supply[paid]],
    )


def covered(
    variables: Variables, row_value: Floats, offers: Bools | None = None
) -> Expression:
    """Return Σ row_value × credit × f, over arcs of some offers."""
    instance = variables.layout.instance
    arcs = instance.arcs
    values = row_value[arcs.row] * arcs.credit
    if offers is not None:
        values = values * offers[instance.supplies.offer[arcs.supply]]
    chosen = np.flatnonzero(values)
    return Expression(variables.flow[chosen], values[chosen])


def walking_minutes(variables: Variables) -> Expression:
    """Return Σ f × minutes."""
    return Expression(variables.flow, variables.layout.instance.arcs.walk_min)


def times(expression: Expression, factor: float) -> Expression:
    """Return an expression multiplied; nothing when the factor is 0."""
    if factor == 0.0:
        return total([])
    return Expression(expression.columns, expression.values * factor)


def _joined(*parts: ByBuilding) -> ByBuilding:
    return ByBuilding(
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.building for part in parts]),
    )
