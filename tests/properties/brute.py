"""Enumerate every plan of a tiny scenario through the evaluator."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.access import build_access
from allocator.evaluate import assign_residents
from allocator.evaluate.evaluate import RULES
from allocator.evaluate.goals import goal_values
from allocator.evaluate.view import PlanView, build_view
from allocator.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from allocator.access import Access
    from allocator.scenario import Scenario

    Places = Mapping[tuple[str, str, str, str], int]

SPACE_RULES = (
    "places",
    "area_limit",
    "min_area",
    "sharing",
    "change_over",
    "siting",
    "available",
)
"""Rules that a plan breaks whatever is done in the other spaces."""
PLACES_RULES = (
    *SPACE_RULES,
    "reserve",
    "incompatible",
    "capital_budget",
    "floor_area_limit",
    "building_limit",
    "pins",
)
"""Rules that do not depend on where residents go."""


@dataclass(frozen=True)
class Best:
    """The best plan by enumeration; value None when no plan keeps all rules."""

    value: float | None
    places: Places
    plans: int
    """How many plans were scored with residents assigned."""


def breaks(view: PlanView, rules: tuple[str, ...]) -> bool:
    """Tell whether the view breaks one of `rules`."""
    return any(True for rule in rules for _ in RULES[rule](view))


def space_choices(scenario: Scenario, access: Access, space: int) -> list[Places]:
    """Return every way to use one space that breaks no rule of its own."""
    row = scenario.tables.spaces.iloc[space]
    keys = []
    for offer in scenario.offers:
        key = (row["building_id"], row["space_id"], *offer.key)
        alone = build_view(scenario, access, Plan.from_places({key: 1}))
        if not breaks(alone, ("available", "siting")):
            most = int(row["usable_area_m2"] / offer.m2_per_place + 1e-9)
            keys.append((key, most))
    ranges = [range(most + 1) for _, most in keys]
    choices: list[Places] = []
    for counts in itertools.product(*ranges):
        chosen = {key: n for (key, _), n in zip(keys, counts, strict=True) if n}
        view = build_view(scenario, access, Plan.from_places(chosen))
        if not breaks(view, SPACE_RULES):
            choices.append(chosen)
    return choices


def plans(scenario: Scenario, access: Access) -> Iterator[Places]:
    """Yield every combination of the spaces' own choices."""
    spaces = range(len(scenario.tables.spaces))
    for parts in itertools.product(
        *(space_choices(scenario, access, space) for space in spaces)
    ):
        yield {key: n for part in parts for key, n in part.items()}


def allowed_plans(scenario: Scenario, access: Access) -> list[Places]:
    """Return every plan that breaks no rule on places."""
    return [
        places
        for places in plans(scenario, access)
        if not breaks(
            build_view(scenario, access, Plan.from_places(places)), PLACES_RULES
        )
    ]


def has_annual_limit(scenario: Scenario) -> bool:
    """Tell whether yearly outlay is limited somewhere."""
    limits = (scenario.spec.limits, *scenario.spec.limits.by_district.values())
    return any(limit.annual_budget is not None for limit in limits)


def only_largest(candidates: list[Places]) -> list[Places]:
    """Drop plans that another one contains: with more places no fewer are covered.

    Holds where no yearly outlay is limited, since then residents of the smaller plan
    can be served in the larger one just the same.
    """

    def contains(large: Places, small: Places) -> bool:
        return all(large.get(key, 0) >= n for key, n in small.items())

    largest: list[Places] = []
    for places in sorted(candidates, key=lambda p: -sum(p.values())):
        if not any(contains(other, places) for other in largest):
            largest.append(places)
    return largest


def brute_force(scenario: Scenario) -> Best:
    """Return the best plan for the first goal, most coverage, by enumeration."""
    access = build_access(scenario)
    candidates = allowed_plans(scenario, access)
    if not has_annual_limit(scenario):
        candidates = only_largest(candidates)
    best: Best = Best(None, {}, len(candidates))
    for places in candidates:
        plan = assign_residents(scenario, access, Plan.from_places(places))
        view = build_view(scenario, access, plan)
        if breaks(view, tuple(RULES)):
            continue
        value = goal_values(view)[0]
        if best.value is None or value > best.value + 1e-12:
            best = Best(value, places, len(candidates))
    return best
