"""The price bound: a bound on every plan, from prices on the rules between buildings.

Relaxing `demand_limit`, limits and floors with multipliers leaves a problem that
splits by building; the best multipliers are found by a deflected subgradient method.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.engines.engine import Progress, StopSignal
from allocator.engines.price.layout import RESOURCES, Layout, build_layout
from allocator.engines.price.problem import (
    Multipliers,
    Point,
    RelaxedProblem,
    trivial_bound,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from allocator.instance.instance import Instance

    Array = npt.NDArray[Any]

MOST_PASSES = 2000
FIRST_DROP = 0.1
"""First distance of the target below the bound, as a share of it."""
FIRST_RHO = 0.6
"""First price of demand, as a share of the most a visit can earn."""
FIRST_LAMBDA = 0.5
"""First price of all limits together, as a share of goal ÷ limit."""
SMALLEST_DROP = 1e-5
PATIENCE = 25
"""Passes without half the wanted progress after which the target comes nearer. Less
is faster at first and stops far too early (see the development notes)."""
SMOOTH = 0.7
"""Weight of earlier directions in the next one."""
ROUNDING = 1e-9
"""Share of its size by which a bound is widened for the rounding of its sums."""


@dataclass(frozen=True)
class PriceBound:
    """A bound on every plan and the prices that prove it."""

    value: float
    """Upper bound of a maximised goal, lower bound of a minimised one."""
    rho: Array
    """Shape (i,): goal per visit and week of each demand row, ≥ 0."""
    lam: Array
    """One per `Instance.limits`: goal per unit of the limit, ≥ 0."""
    sigma: Array
    """One per `Instance.floors`: goal per covered person, ≥ 0."""
    passes: int
    rules_not_priced: tuple[str, ...]
    """Rules left out of the bound, which stays valid without them."""


def price_bound(
    instance: Instance,
    *,
    goal: int = 0,
    stop: StopSignal | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    plan_value: float | None = None,
    start_prices: PriceBound | None = None,
    max_passes: int = MOST_PASSES,
) -> PriceBound:
    """Return a bound on one goal that holds for every plan.

    Parameters
    ----------
    goal
        Position of the goal; tolerances of earlier goals are not used.
    stop
        When to stop; default never before `max_passes`.
    plan_value
        Value of a known plan, which tells how far the bound may still move.
    start_prices
        Prices to start from, of an earlier call on an instance of the same rows,
        limits and floors.
    max_passes
        Most passes over the buildings.

    Notes
    -----
    Lagrangian relaxation (Geoffrion 1974); deflected subgradients with Polyak steps
    towards a moving target (Camerini, Fratta and Maffioli 1975; Brännlund 1993).
    """
    layout = build_layout(instance, goal)
    search = PriceSearch(RelaxedProblem(layout), plan_value, start_prices)
    stop = stop or StopSignal()
    while search.passes < max_passes and not search.converged:
        if search.passes > 0 and stop.reason() is not None:
            break
        search.step()
        if on_progress is not None:
            on_progress(search.progress(goal))
    return search.result()


class PriceSearch:
    """Multipliers on their way down; `best_value` is what has been proved so far."""

    def __init__(
        self,
        problem: RelaxedProblem,
        plan_value: float | None = None,
        start_prices: PriceBound | None = None,
    ) -> None:
        layout = problem.layout
        self.problem = problem
        self.trivial = trivial_bound(layout)
        self.scale = scales(layout, self.trivial, problem.shared)
        self.plan = None if plan_value is None else layout.sign * plan_value
        self.now = first_prices(problem, self.scale, start_prices)
        self.theta = problem.first_theta()
        self.best = self.now
        self.best_value = np.inf
        self.direction = np.zeros(len(self.now))
        self.passes = 0
        self.drop = np.inf
        """How far below the best value the target lies."""
        self.mark = np.inf
        """Best value when the target was last moved."""
        self.waited = 0

    @property
    def converged(self) -> bool:
        """Whether further passes can hardly move the bound."""
        size = max(abs(self.best_value), 1e-9)
        if self.plan is not None and self.best_value - self.plan <= 1e-9 * size:
            return True
        return self.drop < SMALLEST_DROP * size

    def step(self) -> None:
        """Solve the relaxed problem once and move the multipliers."""
        rate = 0.5 / np.sqrt(1.0 + self.passes / 20.0)
        point = self.problem.evaluate(self.multipliers(self.now), weight_rate=rate)
        self.passes += 1
        if point.value < self.best_value:
            self.best_value, self.best = point.value, self.now
        self._move_target()
        self._move(point)

    def multipliers(self, flat: Array) -> Multipliers:
        """Return rho, lam and sigma of a flat vector."""
        rows = len(self.problem.layout.demand)
        limits = rows + len(self.problem.layout.instance.limits)
        floors = limits + len(self.problem.layout.instance.floors)
        return Multipliers(
            flat[:rows],
            flat[rows:limits],
            flat[limits:floors],
            flat[floors:],
            self.theta,
        )

    def bound(self) -> float:
        """Return the best bound in the goal's own sense, widened for rounding."""
        value = min(self.best_value, self.trivial)
        return self.problem.layout.sign * (value + ROUNDING * abs(value))

    def progress(self, goal: int) -> Progress:
        """Return a line of progress."""
        return Progress(self.passes, None, self.bound(), goal, "price bound")

    def result(self) -> PriceBound:
        """Return what has been proved, with its prices."""
        best = self.multipliers(self.best)
        return PriceBound(
            self.bound(),
            best.rho.copy(),
            best.lam.copy(),
            best.sigma.copy(),
            self.passes,
            rules_not_priced(self.problem.layout),
        )

    def _move_target(self) -> None:
        """Lower the target after good progress, raise it when stuck."""
        if self.passes == 1:
            self.drop = FIRST_DROP * max(abs(self.best_value), 1e-9)
            self.mark = self.best_value
        elif self.mark - self.best_value >= 0.5 * self.drop:
            self.mark, self.waited = self.best_value, 0
            self.drop *= 1.2
        elif self.waited >= PATIENCE:
            self.mark, self.waited = self.best_value, 0
            self.drop *= 0.5
            self.now = self.best
            self.direction = np.zeros(len(self.now))
        self.waited += 1

    def _move(self, point: Point) -> None:
        slope = np.concatenate(
            [point.demand_left, point.limit_left, point.floor_excess, point.arc_left]
        )
        blocked = (self.now <= 0.0) & (slope > 0.0)
        slope[blocked] = 0.0
        mixed = SMOOTH * self.direction + (1.0 - SMOOTH) * slope
        mixed[(self.now <= 0.0) & (mixed > 0.0)] = 0.0
        self.direction = mixed
        length = float((self.scale * np.maximum(mixed * mixed, slope * slope)).sum())
        if length <= 0.0:
            self.drop = 0.0
            return
        target = self.best_value - self.drop
        if self.plan is not None:
            target = max(target, self.plan)
        step = (point.value - target) / length
        self.now = np.maximum(0.0, self.now - step * self.scale * mixed)


def scales(layout: Layout, trivial: float, shared: Array) -> Array:
    """Return the scale of every multiplier's step: typical price ÷ typical slope.

    A row's price is of the size of its best gain and its slope of its demand; a
    limit's price is of the size of goal ÷ limit.
    """
    instance = layout.instance
    size = max(trivial, float((layout.resource_most.T @ layout.goal_price).sum()), 1e-9)
    persons = max(float(sum(row.persons for row in instance.floors)), 1e-9)
    per_person = size / persons if instance.floors else 0.0
    gain = np.zeros(len(layout.demand))
    np.maximum.at(gain, layout.arcs.row, np.maximum(layout.arcs.gain, 0.0))
    for row in instance.floors:
        members = np.asarray(row.rows)
        gain[members] += 0.1 * per_person * instance.rows.persons_per_visit[members]
    demand = np.maximum(layout.demand, 1e-9)
    most = layout.resource_most
    uppers = [
        max(row.upper, 1e-3 * most[RESOURCES.index(row.resource), row.buildings].sum())
        for row in instance.limits
    ]
    of_limits = size / np.maximum(np.array(uppers), 1e-9) ** 2
    floors = np.array([max(row.persons, 1e-9) for row in instance.floors])
    of_arcs = (gain / demand)[layout.arcs.row[shared]]
    return np.concatenate([gain / demand, of_limits, size / floors**2, of_arcs])


def first_prices(
    problem: RelaxedProblem, scale: Array, start: PriceBound | None
) -> Array:
    """Return the multipliers to start from, one flat vector."""
    layout = problem.layout
    if start is not None:
        of_arcs = np.zeros(len(problem.shared))
        return np.concatenate([start.rho, start.lam, start.sigma, of_arcs])
    rows, limits = len(layout.demand), layout.instance.limits
    prices = np.zeros(len(scale))
    prices[:rows] = FIRST_RHO * scale[:rows] * layout.demand
    size = trivial_bound(layout)
    for position, row in enumerate(limits):
        share = float(np.mean(row.buildings)) * FIRST_LAMBDA / len(limits)
        prices[rows + position] = share * size / max(row.upper, 1e-9)
    upper = prices[rows : rows + len(limits)]
    most = np.sqrt(size * scale[rows : rows + len(limits)])
    np.minimum(upper, most, out=upper)
    return prices


def rules_not_priced(layout: Layout) -> tuple[str, ...]:
    """Return the rules that the bound leaves out, where the instance has them."""
    instance = layout.instance
    buildings = instance.buildings
    many = np.diff(buildings.space_start) > 1
    left_out = {
        "change_over": bool(instance.change_over_conflict.any())
        and bool(layout.rooms.space["divisible"].any()),
        "incompatible": bool(instance.incompatible.any()),
        "min_area": bool(
            (layout.rooms.unit["least_area"] > layout.rooms.unit["sure_area"]).any()
        ),
        "pins": any(pin.wanted for pin in instance.pins),
        "reserve": bool(np.isfinite(buildings.max_floor_used_m2[many]).any()),
        "siting": len(instance.pairs.alternative_outdoor_m2_per_place) > 0,
    }
    return tuple(rule for rule, missing in left_out.items() if missing)
