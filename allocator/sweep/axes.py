"""What a sweep moves: a limit, walking limits or opening hours, by its name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.errors import OptionsInvalid
from allocator.issues import nearest_name
from allocator.scenario.change import (
    with_limit,
    with_longer_opening,
    with_walk_factor,
)
from allocator.scenario.schema import Measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocator.scenario import Scenario

LIMIT_KEYS = ("capital_budget", "annual_budget", "floor_area_m2", "buildings")
RESERVE = "reserve_share"
WALK = "access.max_walk_min"
OPENING = "opening_min"
NAMES = (*LIMIT_KEYS, RESERVE, WALK, OPENING)
MEASURE_OF = dict(
    zip(
        LIMIT_KEYS,
        ("capital_cost", "yearly_outlay", "floor_used_m2", "buildings"),
        strict=True,
    )
)
"""Measure that a limit in total is compared with."""
GROWS = (
    Measure.WEIGHTED_COVERED_PERSONS,
    Measure.COVERED_PERSONS,
    Measure.WORST_COMMUNITY_COVERAGE,
    Measure.WORST_GROUP_COVERAGE,
)
"""Measures of the same plan that grow with the credit of a walk."""


@dataclass(frozen=True)
class Axis:
    """One thing that is moved, and its values from the tightest to the loosest."""

    name: str
    """`NAMES`, or ``DISTRICT.key`` for a limit of one district."""
    values: tuple[float, ...]

    @property
    def key(self) -> str:
        """Key of the limit, without its district."""
        return self.name if self.name in NAMES else self.name.rpartition(".")[2]

    @property
    def district(self) -> str:
        """District of the limit; "" in total."""
        return "" if self.name in NAMES else self.name.rpartition(".")[0]

    def apply(self, scenario: Scenario, value: float) -> Scenario:
        """Return the scenario with the thing moved to a value."""
        if self.name == WALK:
            return with_walk_factor(scenario, value)
        if self.name == OPENING:
            return with_longer_opening(scenario, round(value))
        limit = int(value) if self.key == "buildings" else value
        return with_limit(scenario, self.key, limit, district=self.district)

    def only_relaxes(self, scenario: Scenario) -> bool:
        """Tell whether a plan of one value is at least as good at every looser one.

        A limit only decides which plans are allowed. A walking limit also changes what
        a plan is worth: for the better, unless the first goal wants fewer covered.
        """
        if self.name != WALK:
            return True
        goal = scenario.spec.goals[0]
        sign = 1.0 if goal.maximizes else -1.0
        return all(
            sign * term.weight >= 0 for term in goal.terms if term.measure in GROWS
        )


def limit_axis(name: str, values: Sequence[float], scenario: Scenario) -> Axis:
    """Return an axis of values in the unit of what is moved.

    Raises
    ------
    OptionsInvalid
        If there is no such axis or a value is no legal one.
    """
    _check_name(name, scenario)
    loosening = sorted(set(map(float, values)), reverse=name == RESERVE)
    axis = Axis(name, tuple(loosening))
    wrong = [value for value in axis.values if not _is_legal(axis, value)]
    if wrong or not axis.values:
        what = ", ".join(f"{value:g}" for value in wrong) or "no value"
        msg = f"{what} is no value of {name}"
        raise OptionsInvalid(msg)
    return axis


def scaled_axis(name: str, factors: Sequence[float], scenario: Scenario) -> Axis:
    """Return an axis of multiples of what the scenario has.

    Raises
    ------
    OptionsInvalid
        If the scenario has no such limit, or a factor gives no legal value.
    """
    _check_name(name, scenario)
    if name == WALK:
        return limit_axis(name, factors, scenario)
    probe = Axis(name, ())
    limits = scenario.spec.limits
    section = limits.by_district.get(probe.district) if probe.district else limits
    own = getattr(section, probe.key, None)
    if own is None:
        msg = f"the scenario has no {name} to be scaled"
        raise OptionsInvalid(msg)
    whole = probe.key == "buildings"
    values = [round(own * f) if whole else own * f for f in factors]
    return limit_axis(name, values, scenario)


def evenly(first: float, last: float, points: int) -> tuple[float, ...]:
    """Return so many values from the first to the last, evenly apart."""
    if points == 1:
        return (first,)
    step = (last - first) / (points - 1)
    return tuple(float(f"{first + k * step:.12g}") for k in range(points))


def _check_name(name: str, scenario: Scenario) -> None:
    """Refuse a name that nothing has."""
    districts = [d for d in scenario.tables.buildings["district_id"].unique() if d]
    known = [*NAMES, *(f"{d}.{key}" for d in sorted(districts) for key in LIMIT_KEYS)]
    if name not in known:
        near = nearest_name(name, known)
        hint = (
            f"; did you mean {near!r}?" if near else f"; there are {', '.join(NAMES)}"
        )
        msg = f"a sweep cannot move {name!r}{hint}"
        raise OptionsInvalid(msg)


def _is_legal(axis: Axis, value: float) -> bool:
    """Tell whether a value may be set."""
    if not math.isfinite(value):
        return False
    if axis.name == OPENING:
        return value == round(value)
    if axis.key == "buildings" and value != round(value):
        return False
    if axis.name == RESERVE:
        return 0 <= value < 1
    return value > 0 if axis.name == WALK else value >= 0
