"""Rule `coverage_floor`: least covered persons or share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.evaluate.breaches import below
from allocator.evaluate.coverage import resident_rows
from allocator.scenario.schema import FloorTarget

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    import numpy.typing as npt

    from allocator.evaluate.evaluation import Violation
    from allocator.evaluate.view import PlanView
    from allocator.scenario import Scenario
    from allocator.scenario.schema import CommunityFloor


@dataclass(frozen=True)
class Floor:
    """Least covered persons over some demand rows."""

    where: Mapping[str, str]
    rows: npt.NDArray[np.bool_]
    """Shape (i,): the rows it counts."""
    persons: float


def coverage_floors(scenario: Scenario) -> list[Floor]:
    """Return every floor of the scenario, shares turned into persons.

    Floors count counted zones only; a community without demand for the need has none.
    """
    rule = scenario.spec.rules.coverage_floor
    rows = resident_rows(scenario)
    floors = []

    def add(
        where: dict[str, str], own: npt.NDArray[np.bool_], least: FloorTarget
    ) -> None:
        persons = least.persons
        if persons is None:
            persons = (least.share or 0.0) * float(rows.persons[own].sum())
        floors.append(Floor(where, own, persons))

    if rule.total is not None:
        add({}, rows.counted, rule.total)
    for need_id, target in sorted(rule.needs.items()):
        add({"need": need_id}, rows.counted & (rows.need_id == need_id), target)
    for need_id, floor in sorted(rule.communities.items()):
        of_need = rows.counted & (rows.need_id == need_id)
        for community_id in sorted(set(rows.community_id[of_need]) - {""}):
            community_target = _target(floor, community_id)
            if community_target is not None:
                own = of_need & (rows.community_id == community_id)
                where = {"community": community_id, "need": need_id}
                add(where, own, community_target)
    return floors


def _target(floor: CommunityFloor, community_id: str) -> FloorTarget | None:
    """Return the floor of one community: its own, or that of all."""
    if community_id in floor.by_id:
        return floor.by_id[community_id]
    if floor.share is None and floor.persons is None:
        return None
    return FloorTarget(share=floor.share, persons=floor.persons)


def coverage_floor(view: PlanView) -> Iterator[Violation]:
    """Covered persons without w over counted zones ≥ the floor, facilities included."""
    covered = view.covered_by_row()
    for floor in coverage_floors(view.scenario):
        value = float(covered[floor.rows].sum())
        yield from below("coverage_floor", floor.where, value, floor.persons, "persons")
