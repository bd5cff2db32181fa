"""The slow, readable twin of the space kernels: every running set, one LP each.

It says what the best use of one space is worth at given prices, with whole rooms,
sharing, change-over, areas, peaks and shared demand exact and only places fractional.
Least areas of open floors hold for services whose sessions are one unit.
The kernels over-estimate it, and equal it where nothing they relax is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linprog

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from allocator.engines.price.layout import Layout
    from allocator.engines.price.lists import RowPrices

    Array = npt.NDArray[Any]


INFEASIBLE = 2
"""Status of `linprog`."""


@dataclass(frozen=True)
class _Room:
    """One space at given prices."""

    layout: Layout
    space: int
    building: int
    rows: RowPrices
    prices: Array
    """Shape (4,), of the resources at the building."""

    def candidates(self) -> range:
        rooms = self.layout.rooms
        low, high = rooms.space["unit_start"][self.space : self.space + 2]
        return range(rooms.unit["cand_start"][low], rooms.unit["cand_start"][high])

    def unit(self, cand: int) -> int:
        starts = self.layout.rooms.unit["cand_start"]
        return int(np.searchsorted(starts, cand, side="right")) - 1

    def offer(self, cand: int) -> int:
        return int(self.layout.rooms.cand["offer"][cand])

    def service(self, cand: int) -> int:
        return int(self.layout.instance.offers.service[self.offer(cand)])

    def class_of(self, cand: int) -> int:
        return int(self.layout.rooms.unit["class_at"][self.unit(cand)])

    def arcs(self, cand: int) -> Iterator[int]:
        """Yield the arcs of the building that a candidate can serve."""
        arcs, offer = self.layout.arcs, self.offer(cand)
        low, high = arcs.offer_start[offer : offer + 2]
        for position in arcs.offer_list[low:high]:
            cell = self.building * len(arcs.fee) + position
            yield from range(arcs.start[cell], arcs.start[cell + 1])

    def value(self, cand: int, arc: int) -> float:
        """Return what one visit of an arc is worth, yearly cost per place apart."""
        arcs, row = self.layout.arcs, self.layout.arcs.row[arc]
        position = np.searchsorted(arcs.start, arc, side="right") - 1
        fee = arcs.fee[position % len(arcs.fee)]
        value = arcs.gain[arc] - self.rows.rho[row] + self.prices[1] * fee
        if len(self.rows.sigma):
            value += self.rows.sigma[row] * arcs.cover[arc]
        return float(value)


def space_value(layout: Layout, space: int, rows: RowPrices, prices: Array) -> float:
    """Return the most one space can earn at these prices, 0 when left unused.

    Parameters
    ----------
    rows
        Prices of demand and covered persons.
    prices
        Shape (4,): prices of the resources at its building.
    """
    building = int(layout.instance.spaces.building[space])
    room = _Room(layout, space, building, rows, np.asarray(prices))
    cands = room.candidates()
    best = 0.0
    for size in range(1, len(cands) + 1):
        for running in combinations(cands, size):
            if _may_run(room, running):
                best = max(best, _value_of(room, running))
    return best


def _may_run(room: _Room, running: Sequence[int]) -> bool:
    """Tell whether a set of candidates may share a space; divisible ones all may."""
    if room.layout.rooms.space["divisible"][room.space]:
        return True
    conflict = room.layout.offering.conflict
    return len({room.class_of(k) for k in running}) == 1 and not any(
        conflict[room.offer(a), room.offer(b)] for a, b in combinations(running, 2)
    )


class _Program:
    """A linear program built row by row: maximise gain · x, rows · x ≤ right."""

    def __init__(self) -> None:
        self.gain: list[float] = []
        self.most: list[float] = []
        self.rows: list[dict[int, float]] = []
        self.right: list[float] = []

    def add(self, gain: float, most: float = np.inf) -> int:
        self.gain.append(gain)
        self.most.append(most)
        return len(self.gain) - 1

    def limit(self, terms: dict[int, float], right: float) -> None:
        self.rows.append(terms)
        self.right.append(right)

    def solve(self) -> float:
        table = np.zeros((len(self.rows), len(self.gain)))
        for position, terms in enumerate(self.rows):
            for column, factor in terms.items():
                table[position, column] += factor
        bounds = [(0.0, most) for most in self.most]
        found = linprog(-np.array(self.gain), table, self.right, bounds=bounds)
        if found.status == INFEASIBLE:
            return -np.inf
        if not found.success:
            raise ArithmeticError(found.message)
        return -float(found.fun)


def _value_of(room: _Room, running: Sequence[int]) -> float:
    """Return what a space earns when exactly these candidates run.

    Each service reaches its least area in some slot: every choice of slots is tried.
    """
    least = {
        unit: float(room.layout.rooms.unit["sure_area"][unit])
        for unit in {room.unit(k) for k in running}
        if room.layout.rooms.unit["sure_area"][unit] > 0.0
    }
    slots = range(room.layout.offering.holds.shape[1])
    return max(
        _value_with(room, running, dict(zip(least, chosen, strict=True)))
        for chosen in product(slots, repeat=len(least))
    )


def _value_with(room: _Room, running: Sequence[int], slot_of: dict[int, int]) -> float:
    """Return what a space earns when units reach their least area in given slots."""
    program = _Program()
    places = _add_places(program, room, running)
    _add_flows(program, room, places)
    _add_peaks(program, room, places)
    _add_floor(program, room, places)
    for unit, slot in slot_of.items():
        own = {k: column for k, column in places.items() if room.unit(k) == unit}
        loads = {c: -v for c, v in _loads(room, own, slot, True).items()}
        program.limit(loads, -float(room.layout.rooms.unit["sure_area"][unit]))
    offer_table = room.layout.offering.offer
    fixed = sum(float(offer_table["fixed"][room.offer(k)]) for k in running)
    rent = float(room.layout.rooms.space["rent"][room.space])
    equipment = sum(
        float(room.layout.rooms.unit["equipment"][unit])
        for unit in _units_of_services(room, running)
    )
    costs = room.prices[1] * (fixed + rent) + room.prices[0] * equipment
    return program.solve() - float(costs)


def _units_of_services(room: _Room, running: Sequence[int]) -> set[int]:
    """Return the units of all services that run: chunks share their equipment."""
    services = {room.service(k) for k in running}
    return {room.unit(k) for k in room.candidates() if room.service(k) in services}


def _add_places(
    program: _Program, room: _Room, running: Sequence[int]
) -> dict[int, int]:
    offer_table = room.layout.offering.offer
    places = {}
    for k in running:
        cost = room.prices[1] * offer_table["per_place"][room.offer(k)]
        places[k] = program.add(
            -float(cost), float(room.layout.rooms.cand["places"][k])
        )
    return places


def _add_flows(program: _Program, room: _Room, places: dict[int, int]) -> None:
    by_row: dict[int, dict[int, float]] = {}
    offer_table, demand = room.layout.offering.offer, room.layout.demand
    for k, column in places.items():
        flows = {}
        for arc in room.arcs(k):
            row = int(room.layout.arcs.row[arc])
            flow = program.add(room.value(k, arc))
            by_row.setdefault(row, {})[flow] = 1.0
            flows[flow] = 1.0
        if not offer_table["unlimited"][room.offer(k)]:
            flows[column] = -float(offer_table["visits"][room.offer(k)])
            program.limit(flows, 0.0)
    for row, flows in by_row.items():
        program.limit(flows, float(demand[row]))


def _loads(
    room: _Room, places: dict[int, int], slot: int, by_area: bool
) -> dict[int, float]:
    """Return the terms of places, or of their m², that hold a slot."""
    offering = room.layout.offering
    return {
        column: float(offering.offer["m2"][room.offer(k)]) if by_area else 1.0
        for k, column in places.items()
        if offering.holds[room.offer(k), slot]
    }


def _add_peaks(program: _Program, room: _Room, places: dict[int, int]) -> None:
    """Pay equipment for the peak places of each service; keep its largest area."""
    services = room.layout.instance.services
    for service in {room.service(k) for k in places}:
        own = {k: column for k, column in places.items() if room.service(k) == service}
        cost = 0.0
        if not services.unlimited[service]:
            cost = float(services.equipment_cost_per_place[service])
        peak = program.add(-float(room.prices[0]) * cost)
        for slot in range(room.layout.offering.holds.shape[1]):
            program.limit(_loads(room, own, slot, False) | {peak: -1.0}, 0.0)
            most = float(services.max_area_m2[service])
            if np.isfinite(most):
                program.limit(_loads(room, own, slot, True), most)


def _add_floor(program: _Program, room: _Room, places: dict[int, int]) -> None:
    """Keep the area of the space and pay for the floor used."""
    space = room.layout.rooms.space[room.space]
    price = float(room.prices[2] + room.prices[0] * space["renovation"])
    slots = range(room.layout.offering.holds.shape[1])
    if not space["divisible"]:
        program.add(-price * float(space["area"]), 1.0)
        program.limit({len(program.gain) - 1: -1.0}, -1.0)
        for slot in slots:
            program.limit(_loads(room, places, slot, True), float(space["area"]))
        return
    floors = {}
    for owner in {room.class_of(k) for k in places}:
        own = {k: c for k, c in places.items() if room.class_of(k) == owner}
        floors[program.add(-price)] = 1.0
        for slot in slots:
            program.limit(
                _loads(room, own, slot, True) | {len(program.gain) - 1: -1.0}, 0.0
            )
    program.limit(floors, float(space["area"]))
