"""Standards that a plan must reach, turned into coverage floors and pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.scenario.areas import build_areas
from allocator.scenario.schema import (
    CommunityFloor,
    FloorTarget,
    Level,
    Pin,
    StandardMeasure,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from allocator.scenario.scenario import Tables
    from allocator.scenario.schema import CoverageFloor, ScenarioSpec, Standard


def coverage_standards(spec: ScenarioSpec) -> Iterator[tuple[int, Standard]]:
    """Yield (position, standard) of the floors of coverage."""
    for k, standard in enumerate(spec.standards):
        if standard.use == "floor" and standard.measure is StandardMeasure.COVERAGE:
            yield k, standard


def floor_key(standard: Standard) -> tuple[str, str]:
    """Return the section of `coverage_floor` and the need that a standard fills."""
    if standard.level is Level.COMMUNITY:
        return ("communities", standard.needs[0])
    return ("needs", standard.needs[0]) if standard.needs else ("total", "")


def taken_floors(rule: CoverageFloor) -> set[tuple[str, str]]:
    """Return the floors that the scenario gives itself, as by `floor_key`."""
    taken = {("needs", need) for need in rule.needs}
    taken |= {("communities", need) for need in rule.communities}
    return taken | ({("total", "")} if rule.total is not None else set())


def with_standard_floors(spec: ScenarioSpec, tables: Tables) -> ScenarioSpec:
    """Return the spec with a coverage floor or pins for every standard that is one.

    Each coverage floor stands alone: `standards_as_floors` among the checks reports a
    need that has two. Pins come after the scenario's own.
    """
    rules = spec.rules.model_copy(
        update={
            "coverage_floor": _with_coverage(spec, tables.communities),
            "pins": (*spec.rules.pins, *_pins(spec, tables)),
        }
    )
    return spec.model_copy(update={"rules": rules})


def _with_coverage(spec: ScenarioSpec, communities: pd.DataFrame) -> CoverageFloor:
    """Return the coverage floors with those of standards."""
    rule = spec.rules.coverage_floor
    total, needs, by_community = rule.total, dict(rule.needs), dict(rule.communities)
    for _, standard in coverage_standards(spec):
        section, need = floor_key(standard)
        target = FloorTarget(share=standard.minimum)
        if section == "total":
            total = target
        elif section == "needs":
            needs[need] = target
        else:
            by_community[need] = _community_floor(standard, communities)
    return rule.model_copy(
        update={"total": total, "needs": needs, "communities": by_community}
    )


def _community_floor(standard: Standard, communities: pd.DataFrame) -> CommunityFloor:
    """Return the floor in every community, or in those of the standard's kinds."""
    if not standard.kinds:
        return CommunityFloor(share=standard.minimum)
    kinds = [kind.value for kind in standard.kinds]
    own = communities.loc[communities["kind"].isin(kinds), "community_id"]
    target = FloorTarget(share=standard.minimum)
    return CommunityFloor(by_id=dict.fromkeys(own, target))


def _pins(spec: ScenarioSpec, tables: Tables) -> Iterator[Pin]:
    """Yield a pin for every area that a floor of sites finds without a facility."""
    for standard in spec.standards:
        if standard.use != "floor" or standard.measure is not StandardMeasure.SITES:
            continue
        kinds = [kind.value for kind in standard.kinds]
        areas = build_areas(tables, standard.level, kinds)
        given = areas.of_site[len(tables.buildings) :][
            _facilities(spec, tables, standard)
        ]
        for a, area_id in enumerate(areas.ids):
            if area_id and a not in given:
                yield Pin.model_validate(
                    {
                        "fix": "in",
                        standard.level.value: area_id,
                        "service": next(iter(standard.services), None),
                        "category": next(iter(standard.categories), None),
                        "reason": f"standard {standard.id}",
                        "source": standard.source,
                    }
                )


def _facilities(
    spec: ScenarioSpec, tables: Tables, standard: Standard
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the facilities that give what a standard counts, in order of ids."""
    chosen = {
        service.id
        for service in spec.services
        if service.id in standard.services or service.category in standard.categories
    }
    rows = tables.facilities
    runs = (rows["places"] > 0) | (rows["visits_per_week"] > 0)
    own = rows.loc[runs & rows["service_id"].isin(chosen), "facility_id"]
    ids = np.unique(rows["facility_id"].to_numpy(object).astype(str))
    return np.flatnonzero(np.isin(ids, own.to_numpy(object).astype(str)))
