"""Tiny random instances with every feature, for the price bound and greedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocator.access import build_access
from allocator.engines.price.bound import PriceSearch
from allocator.engines.price.layout import build_layout
from allocator.engines.price.problem import Multipliers, RelaxedProblem
from allocator.instance import build_instance
from tests.properties.tiny import HOURS, seeded

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from allocator.access.access import Access
    from allocator.instance.instance import Instance
    from allocator.scenario import Scenario

GOALS: tuple[list[Mapping[str, Any]] | None, ...] = (
    None,
    [{"minimize": {"capital_cost": 1}}],
    [{"maximize": {"covered_persons": 1, "capital_cost": -0.02}}],
    [{"minimize": {"yearly_outlay": 1, "buildings": 3}}],
    [{"maximize": [{"measure": "covered_persons", "category": "meals"}]}],
    [{"maximize": {"worst_community_coverage": 1}}],
    [{"maximize": {"capital_cost": 1, "covered_persons": 0.1}}],
)
"""One of each kind that the bound treats differently; None = the default."""


@dataclass(frozen=True)
class Sample:
    """A scenario with what is made from it."""

    scenario: Scenario
    access: Access
    instance: Instance


def sample(seed: int, goal: int = 0, sessions: int = 0) -> Sample:
    """Return a tiny random case.

    Parameters
    ----------
    goal
        Position in `GOALS`.
    sessions
        Sessions of the first service, 0 = as drawn; its hours overlap in part.
    """

    def change(document: dict[str, Any], tables: dict[str, Any]) -> None:
        if GOALS[goal] is not None:
            document["goals"] = GOALS[goal]
        if seed % 5 == 0:
            document["rules"]["coverage_floor"] = {"total": 0.2, "needs": {"n0": 0.3}}
        if goal == 4:
            document["services"][0]["category"] = "meals"
        if sessions:
            names = list(HOURS)[:sessions]
            document["services"][0]["sessions"] = [
                {"id": name, **HOURS[name]} for name in names
            ]
            document["rules"].pop("pins", None)
            tables.pop("facilities", None)
            for row in tables["spaces"]:
                row["usable_area_m2"] *= 3

    scenario = seeded(seed).changed(change).build()
    access = build_access(scenario)
    return Sample(scenario, access, build_instance(scenario, access))


def new_search(instance: Instance) -> PriceSearch:
    """Return a search for the best prices of the first goal."""
    return PriceSearch(RelaxedProblem(build_layout(instance, 0)))


def random_prices(search: PriceSearch, rng: np.random.Generator) -> Multipliers:
    """Return prices of very different sizes, some of them 0."""
    size = rng.choice([0.0, 0.01, 0.1, 1.0, 10.0], len(search.now))
    flat = rng.exponential(1.0, len(search.now)) * size
    rows = len(search.problem.layout.demand)
    flat[:rows] = rng.random(rows) * rng.choice([0.0, 0.2, 1.0])
    arcs = len(search.problem.shared)
    flat[len(flat) - arcs :] *= rng.choice([0.0, 0.1])
    return search.multipliers(flat)
