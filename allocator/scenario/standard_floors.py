"""Standards of coverage that a plan must reach, turned into coverage floors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.scenario.schema import CommunityFloor, FloorTarget, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from allocator.scenario.schema import CoverageFloor, ScenarioSpec, Standard


def floors_of_standards(spec: ScenarioSpec) -> Iterable[tuple[int, Standard]]:
    """Yield (position, standard) of the standards that are floors."""
    return ((k, s) for k, s in enumerate(spec.standards) if s.use == "floor")


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


def with_standard_floors(spec: ScenarioSpec, communities: pd.DataFrame) -> ScenarioSpec:
    """Return the spec with a coverage floor for every standard that is one.

    Each floor stands alone: `standards_as_floors` among the checks reports a need that
    has two.
    """
    sections: dict[str, dict[str, object]] = {"needs": {}, "communities": {}}
    total = spec.rules.coverage_floor.total
    for _, standard in floors_of_standards(spec):
        section, need = floor_key(standard)
        target = FloorTarget(share=standard.minimum)
        if section == "total":
            total = target
        elif section == "needs":
            sections["needs"][need] = target
        else:
            sections["communities"][need] = _community_floor(standard, communities)
    rule = spec.rules.coverage_floor
    floors = rule.model_copy(
        update={
            "total": total,
            "needs": _joined(rule.needs, sections["needs"]),
            "communities": _joined(rule.communities, sections["communities"]),
        }
    )
    rules = spec.rules.model_copy(update={"coverage_floor": floors})
    return spec.model_copy(update={"rules": rules})


def _joined(
    own: Mapping[str, object], further: Mapping[str, object]
) -> dict[str, object]:
    return {**own, **further}


def _community_floor(standard: Standard, communities: pd.DataFrame) -> CommunityFloor:
    """Return the floor in every community, or in those of the standard's kinds."""
    if not standard.kinds:
        return CommunityFloor(share=standard.minimum)
    kinds = [kind.value for kind in standard.kinds]
    own = communities.loc[communities["kind"].isin(kinds), "community_id"]
    target = FloorTarget(share=standard.minimum)
    return CommunityFloor(by_id=dict.fromkeys(own, target))
