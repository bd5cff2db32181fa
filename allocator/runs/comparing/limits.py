"""Which limits bind: money, floor, buildings, reserve and coverage floors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.evaluate.rules_coverage import coverage_floors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from allocator.runs.comparing.sides import Side
    from allocator.scenario import Scenario

    Row = tuple[str, str, float, float, bool]

NEAR = 0.01
"""A limit binds when what is left of it is at most this share of it."""
LIMITS = (
    ("capital_budget", "capital_budget", "capital_cost"),
    ("annual_budget", "annual_budget", "yearly_outlay"),
    ("floor_area_limit", "floor_area_m2", "floor_used_m2"),
    ("building_limit", "buildings", "buildings"),
)
"""Rule, key of the scenario's limits, measure."""
COLUMNS = ["rule_id", "where", "run", "value", "limit", "share", "binds"]


def limit_table(sides: Sequence[Side]) -> pd.DataFrame:
    """Return value, limit and whether it binds, for each limit and run.

    Returns
    -------
    DataFrame
        `COLUMNS`; ``where`` is "" for the whole; ``share`` = value ÷ limit.
    """
    rows = [
        [rule, where, side.label, value, limit, _share(value, limit), binds]
        for side in sides
        if side.has_plan
        for rule, where, value, limit, binds in _rows(side)
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    order = {rule: k for k, rule in enumerate(dict.fromkeys(table["rule_id"]))}
    return table.sort_values(
        ["rule_id", "where"],
        key=lambda c: c.map(order) if c.name == "rule_id" else c,
        kind="stable",
    ).reset_index(drop=True)


def _share(value: float, limit: float) -> float | None:
    return value / limit if limit > 0 else None


def _rows(side: Side) -> Iterator[Row]:
    limits, measures = side.record["limits"], side.record["measures"]
    for where, own, figures in (
        ("", limits, measures),
        *((d, own, _district(side, d)) for d, own in _districts(limits)),
    ):
        for rule, key, measure in LIMITS:
            if own.get(key) is not None:
                yield _most(rule, where, figures[measure], own[key])
    if limits.get("reserve_share"):
        area = float(side.scenario.tables.spaces["usable_area_m2"].sum())
        most = (1.0 - limits["reserve_share"]) * area
        yield _most("reserve", "", measures["floor_used_m2"], most)
    yield from _floors(side)


def _districts(limits: Mapping[str, object]) -> list[tuple[str, Mapping[str, float]]]:
    by_district = limits.get("by_district") or {}
    assert isinstance(by_district, dict)
    return sorted(by_district.items())


def _most(rule: str, where: str, value: float, limit: float) -> Row:
    return rule, where, value, limit, value >= limit - NEAR * abs(limit)


def _district(side: Side, district: str) -> dict[str, float]:
    """Add up the used buildings of a district."""
    sites = side.table("sites.csv")
    buildings = side.scenario.tables.buildings.set_index("building_id")
    own = sites[sites["building_id"].map(buildings["district_id"]) == district]
    outlay = own["annual_rent"] + own["annual_running_cost"] - own["annual_fees"]
    return {
        "capital_cost": float(own["capital_cost"].sum()),
        "yearly_outlay": float(outlay.sum()),
        "floor_used_m2": float(own["floor_used_m2"].sum()),
        "buildings": float(len(own)),
    }


def _floors(side: Side) -> Iterator[Row]:
    """Yield the coverage floors; they bind when hardly more is covered."""
    if not _has_floors(side.scenario):
        return
    cells = side.table("coverage.csv")
    for floor in coverage_floors(side.scenario):
        own = np.ones(len(cells), bool)
        for key, value in floor.where.items():
            own &= cells[f"{key}_id"].to_numpy(object) == value
        covered = float(cells["covered_persons"].to_numpy(np.float64)[own].sum())
        where = " / ".join(floor.where.values())
        binds = covered <= floor.persons * (1.0 + NEAR)
        yield "coverage_floor", where, covered, floor.persons, binds


def _has_floors(scenario: Scenario) -> bool:
    rule = scenario.spec.rules.coverage_floor
    return bool(rule.total or rule.needs or rule.communities)
