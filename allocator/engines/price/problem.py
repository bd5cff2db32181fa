"""The relaxed problem: its value and slopes at given multipliers."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.engines.price.arclists import list_of_arcs
from allocator.engines.price.layout import RESOURCES, Layout
from allocator.engines.price.lists import RowPrices
from allocator.engines.price.passes import add_up_rows, use_buildings, use_facilities
from allocator.engines.price.space import YEARLY

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.instance.instance import Instance

    Array = npt.NDArray[Any]

PARTS = 8
"""Ranges of buildings that threads take in turn; results do not depend on it."""
_POOL_SIZE = min(8, os.cpu_count() or 1)


@cache
def _pool() -> ThreadPoolExecutor:
    """Return the threads of this process, made on first use."""
    return ThreadPoolExecutor(_POOL_SIZE, thread_name_prefix="price")


@dataclass(frozen=True)
class Multipliers:
    """Prices of the rules that span buildings, all ≥ 0."""

    rho: Array
    """Shape (i,), on `demand_limit`: goal per visit and week."""
    lam: Array
    """One per `Instance.limits`: goal per unit of the limit."""
    sigma: Array
    """One per `Instance.floors`: goal per covered person."""
    mu: Array
    """One per arc of `RelaxedProblem.shared`, on what the spaces of a building serve
    together ≤ D: goal per visit."""
    theta: Array
    """Mix of the cells of worst-off measures, each summing to 1; no price, a choice."""


@dataclass(frozen=True)
class Point:
    """The relaxed problem solved at some multipliers (the goal always maximised)."""

    value: float
    """Upper bound on the packed goal of every plan."""
    demand_left: Array
    """D − served, by row: slope of `value` in rho."""
    limit_left: Array
    """Limit − use: slope in lam."""
    floor_excess: Array
    """Covered persons − floor: slope in sigma."""
    arc_left: Array
    """What the spaces of an open building leave of an arc's demand: slope in mu."""
    cell_coverage: Array
    """Covered ÷ demand persons of the cells of worst-off measures."""


class RelaxedProblem:
    """Working memory for many passes over one layout."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        arcs, rooms = layout.arcs, layout.rooms
        self.order = first_order(layout)
        self.flow = np.zeros(len(arcs.row), dtype=np.float32)
        self.area = np.zeros(len(rooms.cand))
        self.usage = np.zeros((len(rooms.building) - 1, len(RESOURCES)))
        self.earned = np.zeros(len(rooms.building) - 1)
        self.weights = first_slot_weights(layout)
        self.served = np.zeros(len(layout.demand))
        counts_cover = bool(layout.instance.floors) or bool(worst_cells(layout))
        self.covered = np.zeros(len(layout.demand) if counts_cover else 0)
        self.members = floor_members(layout.instance)
        self.cells = worst_cells(layout)
        ends = arcs.start[np.arange(len(rooms.building)) * len(arcs.fee)]
        self.shared = shared_arcs(layout, np.diff(ends))
        self.shared_demand = layout.demand[arcs.row[self.shared]]
        self.shared_building = np.searchsorted(ends, self.shared, side="right") - 1
        self.mu = np.zeros(len(arcs.row) if len(self.shared) else 0)

    def evaluate(self, prices: Multipliers, weight_rate: float = 0.0) -> Point:
        """Solve the relaxed problem at these prices.

        Parameters
        ----------
        prices
            Multipliers, all ≥ 0.
        weight_rate
            How fast to move the slot weights of divisible spaces for later passes.
        """
        layout = self.layout
        signed = self.building_prices(prices.lam)
        building = np.maximum(signed, 0.0)
        if len(self.mu):
            self.mu[self.shared] = prices.mu
        rows = RowPrices(prices.rho, self.cover_prices(prices), self.mu)
        self.use_all(rows, building, weight_rate)
        value = float(self.earned.sum())
        value += use_facilities(
            layout.arcs, layout.outlets, rows, layout.demand, self.order, self.flow
        )
        add_up_rows(layout.arcs, self.flow, self.served, self.covered)
        instance = layout.instance
        value += float(prices.rho @ layout.demand)
        value += sum(
            p * row.upper for p, row in zip(prices.lam, instance.limits, strict=True)
        )
        value -= sum(
            p * row.persons
            for p, row in zip(prices.sigma, instance.floors, strict=True)
        )
        value += float((np.maximum(-signed, 0.0) * layout.resource_most.T).sum())
        return self._point(value)

    def use_all(self, rows: RowPrices, building: Array, weight_rate: float) -> None:
        """Use every building at these prices, shape (b, 4), none below 0."""
        layout = self.layout

        def use_range(part: Array) -> None:
            use_buildings(
                part[0], part[-1] + 1, layout.arcs, layout.rooms, layout.offering,
                layout.templates, rows, building, layout.demand, self.order,
                self.weights, weight_rate, self.flow, self.area, self.usage,
                self.earned,
            )  # fmt: skip

        count = len(self.earned)
        parts = np.array_split(np.arange(count), max(1, min(PARTS, count // 8)))
        if len(parts) == 1 or _POOL_SIZE == 1:
            for part in parts:
                if len(part):
                    use_range(part)
        else:
            list(_pool().map(use_range, parts))

    def building_prices(self, lam: Array) -> Array:
        """Return what a unit of each resource takes from the goal, shape (b, 4)."""
        layout = self.layout
        prices = np.tile(layout.goal_price, (len(layout.rooms.building) - 1, 1))
        for price, row in zip(lam, layout.instance.limits, strict=True):
            prices[row.buildings, RESOURCES.index(row.resource)] += price
        return prices

    def cover_prices(self, prices: Multipliers) -> Array:
        """Return what a covered person of each row earns beside the goal, or empty."""
        if len(self.covered) == 0:
            return np.zeros(0)
        total = np.zeros(len(self.layout.demand))
        for price, members in zip(prices.sigma, self.members, strict=True):
            total[members] += price
        for (weight, cell, persons), share in zip(
            self.cells, self._by_term(prices.theta), strict=True
        ):
            inside = cell >= 0
            total[inside] += weight * (share / persons)[cell[inside]]
        return total

    def first_theta(self) -> Array:
        """Return the mix of cells in proportion to their demand."""
        parts = [persons / persons.sum() for _, _, persons in self.cells]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _by_term(self, flat: Array) -> list[Array]:
        ends = np.cumsum([len(persons) for _, _, persons in self.cells])
        return np.split(flat, ends[:-1]) if self.cells else []

    def _arc_left(self) -> Array:
        """Return what the spaces of a building leave of the demand of shared arcs."""
        left = self.shared_demand - self.flow[self.shared]
        left[self.usage[self.shared_building, 3] <= 0.0] = 0.0
        return np.asarray(left, dtype=np.float64)

    def _point(self, value: float) -> Point:
        instance = self.layout.instance
        limit_left = [
            row.upper - self.usage[row.buildings, RESOURCES.index(row.resource)].sum()
            for row in instance.limits
        ]
        excess = [
            self.covered[members].sum() - row.persons
            for members, row in zip(self.members, instance.floors, strict=True)
        ]
        coverage = [
            np.bincount(
                cell[cell >= 0], self.covered[cell >= 0], minlength=len(persons)
            )
            / persons
            for _, cell, persons in self.cells
        ]
        return Point(
            value,
            self.layout.demand - self.served,
            np.array(limit_left),
            np.array(excess),
            self._arc_left(),
            np.concatenate(coverage) if coverage else np.zeros(0),
        )


def shared_arcs(layout: Layout, arcs_of_building: Array) -> Array:
    """Return the arcs of buildings where more than one space could serve them."""
    spaces = layout.instance.spaces.building
    usable = np.diff(layout.rooms.space["unit_start"]) > 0
    count = np.bincount(spaces[usable], minlength=len(arcs_of_building))
    return np.flatnonzero(np.repeat(count > 1, arcs_of_building))


def first_order(layout: Layout) -> Array:
    """Return 0, 1, 2, … within every list of arcs."""
    start = layout.arcs.start
    size = np.diff(start)
    every = np.arange(len(layout.arcs.row)) - np.repeat(start[:-1], size)
    return every.astype(np.int32)


def first_slot_weights(layout: Layout) -> Array:
    """Return equal slot weights for every class of every divisible space."""
    slots = max(layout.offering.holds.shape[1], 1)
    return np.full(int(layout.rooms.space["weight_start"][-1]), 1.0 / slots)


def floor_members(instance: Instance) -> list[Array]:
    """Return the rows of every floor."""
    return [np.asarray(row.rows) for row in instance.floors]


def worst_cells(layout: Layout) -> list[tuple[float, Array, Array]]:
    """Return (weight, cell of row, demand persons) of the measures that are priced.

    A worst-off measure with a harmful sign is at best 0 and needs no price.
    """
    return [
        (layout.sign * term.weight, np.asarray(term.cell), term.demand_persons.copy())
        for term in layout.goal.worst
        if layout.sign * term.weight > 0.0
    ]


def trivial_bound(layout: Layout) -> float:
    """Return a bound that ignores every limit: all demand at its best value."""
    best = np.zeros(len(layout.demand))
    arcs = layout.arcs
    fee = max(0.0, float(layout.goal_price[YEARLY])) * arcs.fee
    np.maximum.at(best, arcs.row, arcs.gain + fee[list_of_arcs(arcs)])
    value = float(best @ layout.demand)
    value += sum(weight for weight, _, _ in worst_cells(layout))
    most = layout.resource_most.sum(axis=1)
    return value + float((np.maximum(-layout.goal_price, 0.0) * most).sum())
