"""Rules that span buildings: money, area, buildings, reserve, floors, pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.measures import covered, floor_used_m2, resource
from allocator.engines.exact.model import Keys, Terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocator.engines.exact.model import LinearModel
    from allocator.engines.exact.variables import Variables


def add_limits(model: LinearModel, variables: Variables) -> None:
    r"""Budgets, area, building limits and the plan's reserve: Σ resource ≤ limit."""
    for limit in variables.layout.instance.limits:
        used = resource(variables, limit.resource).within(limit.buildings)
        rows = np.zeros(len(used.columns), np.int64)
        model.add_rows(
            limit.rule_id,
            one_row(limit.where),
            [Terms(rows, used.columns, used.values)],
            upper=limit.upper,
        )


def add_building_reserve(model: LinearModel, variables: Variables) -> None:
    """Leave the part of its area free that a building's own reserve asks."""
    most = variables.layout.instance.buildings.max_floor_used_m2
    used = floor_used_m2(variables)
    which = np.flatnonzero(np.isfinite(most))
    number = np.full(len(most), -1, np.int64)
    number[which] = np.arange(len(which))
    entries = np.flatnonzero(number[used.building] >= 0)
    model.add_rows(
        "reserve",
        variables.namer.buildings(which),
        [
            Terms(
                number[used.building[entries]],
                used.columns[entries],
                used.values[entries],
            )
        ],
        upper=most[which],
    )


def add_coverage_floors(model: LinearModel, variables: Variables) -> None:
    """Covered persons without w over the member rows reach the floor."""
    rows = variables.layout.instance.rows
    for floor in variables.layout.instance.floors:
        value = np.zeros(len(rows))
        value[floor.rows] = rows.persons_per_visit[floor.rows]
        persons = covered(variables, value)
        numbers = np.zeros(len(persons.columns), np.int64)
        model.add_rows(
            "coverage_floor",
            one_row(floor.where),
            [Terms(numbers, persons.columns, persons.values)],
            lower=floor.persons,
        )


def add_pins(model: LinearModel, variables: Variables) -> None:
    """`in`: at least one match runs; `out`: none does."""
    for pin in variables.layout.instance.pins:
        columns = variables.runs[pin.candidates]
        rows = np.zeros(len(columns), np.int64)
        model.add_rows(
            "pins",
            one_row({"pin": str(pin.position)}),
            [Terms(rows, columns, 1.0)],
            lower=1.0 if pin.wanted else -np.inf,
            upper=np.inf if pin.wanted else 0.0,
        )


def one_row(where: Mapping[str, str]) -> Keys:
    """Name a block of one row."""
    here = np.zeros(1, np.int64)
    return Keys(1, tuple((word, (name,), here) for word, name in where.items()))
