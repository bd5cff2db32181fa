"""The plan under construction, from Python: guide, construct, improve, read off."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.engines.greedy.build import build_site, hold_site, load_site, take_down
from allocator.engines.greedy.flows import detach_flows, free_chain, serve_arcs
from allocator.engines.greedy.search import (
    MOST_SITES,
    Guides,
    Neighbours,
    Saved,
    improve,
    objective,
    open_sites,
    pins_kept,
    score_sites,
)
from allocator.engines.greedy.state import Guide, build_city, grow, new_state
from allocator.engines.price.arclists import ArcFinder
from allocator.instance.instance import Solution
from allocator.units import exceeds

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from allocator.engines.price.bound import PriceSearch
    from allocator.engines.price.layout import Layout

    Array = npt.NDArray[Any]

RHO_SHARES = (0.0, 0.3, 0.6, 0.9, 1.0)
"""Shares of the price of demand that guide the rebuilding of sites."""
CONSTRUCT = ((1.0, 1.0), (0.7, 1.0), (0.3, 0.7), (0.0, 0.5), (0.0, 0.1))
"""Rounds of construction: share of the price of demand, and of resources."""
SITES_PER_CALL = 200
PATIENCE = 0.9
MOST_PIN_TRIES = 200


class PlanBuilder:
    """A plan that keeps every rule at every moment, but for floors and pins."""

    def __init__(self, layout: Layout, seed: int, stopped: Callable[[], bool]) -> None:
        self.layout, self.stopped = layout, stopped
        self.city = build_city(layout)
        self.state = new_state(layout, seed)
        self.near = _neighbours(layout)
        self.guides: Guides | None = None
        buildings = len(layout.rooms.building) - 1
        self.saved = Saved(
            np.zeros(MOST_SITES, dtype=np.int64),
            np.zeros(MOST_SITES, dtype=np.int64),
            np.zeros(len(layout.rooms.cand), dtype=np.int64),
            np.zeros((len(layout.rooms.space), 4)),
            np.zeros((MOST_SITES, 4)),
        )
        self.room_needed = min(4 * len(layout.demand) + 64, len(layout.arcs.row)) + 64
        self.score = np.zeros(buildings)

    @cached_property
    def arc_finder(self) -> ArcFinder:
        """Finds arcs by who serves whom."""
        return ArcFinder(self.layout)

    def guide_by(self, prices: PriceSearch) -> None:
        """Take the best prices found so far as guide."""
        best = prices.multipliers(prices.best)
        rules = self.city.rules
        rules.floor["price"] = 10.0 * best.sigma + 10.0 * _person_price(prices)
        cover = prices.problem.cover_prices(best)
        building = np.maximum(prices.problem.building_prices(best.lam), 0.0)
        rho = np.array([share * best.rho for share in RHO_SHARES])
        self.guides = Guides(rho, best.sigma.copy(), cover, np.zeros(0), building)
        self.city.weights[:] = prices.problem.weights

    def construct(self) -> None:
        """Build a first plan: facilities, pins, then buildings by worth per cost."""
        buildings, sites = len(self.score), len(self.state.first_flow)
        for site in range(buildings, sites):
            self._build(site, self._guide(1.0, 1.0))
        self._place_pins()
        for rho_share, cost_share in CONSTRUCT:
            guide = self._guide(rho_share, cost_share)
            for low in range(0, buildings, SITES_PER_CALL):
                if self.stopped():
                    return
                high = min(low + SITES_PER_CALL, buildings)
                self._reserve_room()
                score_sites(low, high, self.city, guide, self.state, self.score)
            for patience in (PATIENCE, PATIENCE, 0.0):
                order = np.argsort(-self.score, kind="stable")
                order = order[self.score[order] > 0.0]
                for low in range(0, len(order), SITES_PER_CALL):
                    if self.stopped():
                        return
                    self._reserve_room()
                    some = order[low : low + SITES_PER_CALL]
                    open_sites(some, self.city, guide, self.state, self.score, patience)

    def clear(self) -> None:
        """Take everything down."""
        for site in range(len(self.state.first_flow)):
            self._empty(site)

    def hold(self, solution: Solution) -> bool:
        """Replace the plan by a solution; tell whether it keeps every rule."""
        wanted = solution.places[self.layout.rooms.cand["id"]]
        self.clear()
        fits = all(
            [
                hold_site(site, wanted, self.city, self.state)
                for site in range(len(self.score))
            ]
        )
        self.adopt_flows(solution)
        upper = self.city.rules.limit["upper"]
        over = self.state.limit_used - upper
        return fits and bool((over <= 1e-8 * np.maximum(1.0, np.abs(upper))).all())

    def load(self, solution: Solution) -> None:
        """Replace the plan by the places of a solution, as far as the rules allow."""
        wanted = solution.places[self.layout.rooms.cand["id"]].astype(np.float64)
        guide, buildings = self._guide(0.3, 0.0), len(self.score)
        sites = range(len(self.state.first_flow))
        self.clear()
        for site in sites[buildings:]:
            self._build(site, guide)
        for site in sites[:buildings]:
            self._reserve_room()
            load_site(site, wanted, self.city, guide, self.state)

    def adopt_flows(self, solution: Solution) -> None:
        """Serve residents as a solution of the same places does."""
        used = solution.flow_visits > 0.0
        supplies = self.layout.instance.supplies
        supply, row = solution.flow_supply[used], solution.flow_row[used]
        site, offer = supplies.site[supply], supplies.offer[supply]
        arc = self.arc_finder.find(site, offer, row)
        for place in range(len(self.state.first_flow)):
            free_chain(detach_flows(place, self.city, self.state), self.state)
        while self.state.free_flow[1] < len(arc) + self.room_needed:
            self.state = grow(self.state, len(arc) + self.room_needed)
        serve_arcs(site, arc, offer, solution.flow_visits[used], self.city, self.state)

    def _place_pins(self) -> None:
        """Run one candidate of every pin that wants one, where that is possible."""
        instance, cand = self.layout.instance, self.state.cand
        position = np.full(len(instance.candidates.space), -1, dtype=np.int64)
        position[self.layout.rooms.cand["id"]] = np.arange(len(cand))
        guide = self._guide(0.3, 1.0)
        for pin in instance.pins:
            mine = position[pin.candidates]
            mine = mine[mine >= 0]
            if not pin.wanted or (cand["places"][mine] > 0).any():
                continue
            self._pin_best(mine[:MOST_PIN_TRIES], guide)

    def _pin_best(self, cands: Array, guide: Guide) -> None:
        """Pin the candidate with which the plan is best, if any can be kept."""
        best, chosen = -np.inf, -1
        for k in cands:
            if self.stopped() and chosen >= 0:
                break
            if self._pin(int(k), guide) and self.objective() > best:
                best, chosen = self.objective(), int(k)
            self._unpin(int(k))
        if chosen >= 0:
            self._pin(chosen, guide)

    def _pin(self, k: int, guide: Guide) -> bool:
        """Pin a candidate and rebuild its building; tell whether all its pins hold."""
        site = self._site(k)
        self.state.cand["least"][k] = 1
        self._empty(site)
        self._build(site, guide)
        return bool(pins_kept(site, self.city, self.state))

    def _unpin(self, k: int) -> None:
        """Drop a pin and rebuild its building if it holds other pins."""
        site = self._site(k)
        self.state.cand["least"][k] = 0
        self._empty(site)
        if not pins_kept(site, self.city, self.state):
            self._build(site, self._guide(0.3, 1.0))

    def _site(self, k: int) -> int:
        space = int(self.city.rules.cand_space[k])
        return int(self.layout.instance.spaces.building[space])

    def improve(self, steps: int, heat: float, most_sites: int = MOST_SITES) -> int:
        """Make `steps` steps of ruin and recreate; return how many were made."""
        assert self.guides is not None
        done = 0
        while done < steps:
            self._reserve_room()
            done += improve(
                steps - done, self.city, self.guides, self.near, self.state,
                self.saved, heat, most_sites, self.room_needed,
            )  # fmt: skip
        return done

    def objective(self) -> float:
        """Return the packed goal less the price of persons short of floors."""
        return float(objective(self.city, self.state))

    def complete(self) -> bool:
        """Tell whether floors and pins are met (all else always is)."""
        for row, covered in zip(
            self.layout.instance.floors, self.state.floor_covered, strict=True
        ):
            if exceeds(row.persons, float(covered)) and covered < row.persons:
                return False
        places = self.places()
        return all(
            not pin.wanted or bool((places[pin.candidates] > 0).any())
            for pin in self.layout.instance.pins
        )

    def solution(self) -> Solution:
        """Return the plan in positions of the instance."""
        entries = self._entries()
        site, entry = entries[:, 0], entries[:, 1]
        instance = self.layout.instance
        offers = max(len(instance.index.offers), 1)
        row = self.layout.arcs.row[self.state.flow["arc"][entry]].astype(np.int64)
        key = site * offers + self.state.flow["offer"][entry]
        known = instance.supplies.site * offers + instance.supplies.offer
        sorter = np.argsort(known, kind="stable")
        supply = sorter[np.searchsorted(known, key, sorter=sorter)]
        pair, at = np.unique(
            supply * max(len(instance.rows), 1) + row, return_inverse=True
        )
        visits = np.bincount(
            at, weights=self.state.flow["visits"][entry], minlength=len(pair)
        ).astype(np.float64)
        rows = max(len(instance.rows), 1)
        return Solution(self.places(), pair % rows, pair // rows, visits)

    def places(self) -> Array:
        """Return the places of every candidate of the instance."""
        places = np.zeros(len(self.layout.instance.candidates.space), dtype=np.int64)
        places[self.layout.rooms.cand["id"]] = self.state.cand["places"]
        return places

    def _entries(self) -> Array:
        """Return (site, entry) of every flow."""
        found, entry = [], self.state.first_flow.copy()
        site = np.arange(len(entry))
        while len(entry):
            keep = entry >= 0
            site, entry = site[keep], entry[keep]
            found.append(np.column_stack([site, entry]))
            entry = self.state.flow["next"][entry]
        return np.concatenate(found)

    def _guide(self, rho_share: float, cost_share: float) -> Guide:
        assert self.guides is not None
        full = self.guides.rho[-1]
        return Guide(
            rho_share * full,
            self.guides.sigma,
            self.guides.cover,
            self.guides.mu,
            cost_share * self.guides.building,
            0.0,
        )

    def _build(self, site: int, guide: Guide) -> None:
        self._reserve_room()
        build_site(site, self.city, guide, self.state)

    def _empty(self, site: int) -> None:
        free_chain(take_down(site, self.city, self.state), self.state)

    def _reserve_room(self) -> None:
        if self.state.free_flow[1] < 2 * self.room_needed:
            self.state = grow(self.state, 2 * self.room_needed)


def _person_price(prices: PriceSearch) -> float:
    """Return a price per person short of a floor that outweighs the goal."""
    instance = prices.problem.layout.instance
    persons = sum(row.persons for row in instance.floors)
    size = max(abs(prices.best_value), abs(prices.trivial), 1.0)
    return float(size / persons) if persons > 0 else 0.0


def _neighbours(layout: Layout) -> Neighbours:
    """Return the sites that can serve each row."""
    lists = max(len(layout.arcs.fee), 1)
    size = np.diff(layout.arcs.start[::lists])
    site = np.repeat(np.arange(len(size), dtype=np.int32), size)
    order = np.argsort(layout.arcs.row, kind="stable")
    bounds = np.searchsorted(layout.arcs.row[order], np.arange(len(layout.demand) + 1))
    return Neighbours(bounds, site[order])
