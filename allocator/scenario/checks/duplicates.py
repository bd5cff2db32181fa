"""Ids that stand twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.scenario.checks.facts import cells, issue
from allocator.scenario.columns import TABLES
from allocator.scenario.ids import ascends

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt
    import pandas as pd

    from allocator.issues import Issue, Place
    from allocator.scenario.checks.facts import Facts
    from allocator.scenario.columns import Table
    from allocator.scenario.places import Path


def duplicates_in_lists(facts: Facts) -> Iterator[Issue]:
    """Report groups, services, sessions, needs and rules with the same id."""
    spec, rules = facts.spec, facts.spec.rules
    lists: list[tuple[Path, Sequence[str | None]]] = [
        (("groups",), [item.id for item in spec.groups]),
        (("services",), [item.id for item in spec.services]),
        (("needs",), [item.id for item in spec.needs]),
        (("rules", "change_over_min"), [item.id for item in rules.change_over_min]),
        (("rules", "incompatible"), [item.id for item in rules.incompatible]),
        (("rules", "pins"), [item.id for item in rules.pins]),
        (("standards",), [item.id for item in spec.standards]),
    ]
    lists += [
        (("services", k, "sessions"), [session.id for session in service.sessions])
        for k, service in enumerate(spec.services)
    ]
    for path, ids in lists:
        yield from _list(facts, path, ids)


def duplicates_in_tables(facts: Facts) -> Iterator[Issue]:
    """Report rows of a table with the same key."""
    for name, table in TABLES.items():
        if name == "spaces" and facts.spaces_are_derived:
            continue
        frame, key = facts.table(name), list(table.key)
        if ascends(frame[key[0]]):
            continue
        twice = frame.duplicated(key).to_numpy(bool) & _is_complete(frame, table)

        def of_row(row: int, place: Place, name: str = name) -> Issue:
            return _row_issue(facts, name, row, place)

        yield from cells(facts, name, key[0], twice, of_row)


def sites_with_one_id(facts: Facts) -> Iterator[Issue]:
    """Report facilities that have the id of a building."""
    ids = facts.table("facilities")["facility_id"]
    buildings = facts.ids_of("buildings", "building_id")
    shared = ids.isin(buildings) & ~ids.duplicated()

    def of_row(row: int, place: Place) -> Issue:
        return issue(
            "duplicate-site",
            place,
            f"{ids.iloc[row]!r} is a building and a facility",
            expected="an id that no building has (name the building in building_id)",
        )

    yield from cells(facts, "facilities", "facility_id", shared.to_numpy(bool), of_row)


def facilities_in_two_places(facts: Facts) -> Iterator[Issue]:
    """Report rows of one facility with different coordinates."""
    frame = facts.table("facilities")
    first = frame.groupby("facility_id")[["x", "y"]].transform("first")
    moved = np.zeros(len(frame), bool)
    for axis in ("x", "y"):
        given = frame[axis].notna() & first[axis].notna()
        moved |= (given & (frame[axis] != first[axis])).to_numpy(bool)

    def of_row(row: int, place: Place) -> Issue:
        name = frame["facility_id"].iloc[row]
        return issue(
            "facility-in-two-places",
            place,
            f"the facility {name!r} has other coordinates in another row",
            expected=f"x={first['x'].iloc[row]:g}, y={first['y'].iloc[row]:g}",
        )

    yield from cells(facts, "facilities", "x", moved, of_row)


def _is_complete(frame: pd.DataFrame, table: Table) -> npt.NDArray[np.bool_]:
    """Tell which rows have their key; those without are reported as such."""
    complete = np.ones(len(frame), bool)
    for column in table.key:
        if table[column].required:
            complete &= (frame[column] != "").to_numpy(bool)
    for names in table.one_of:
        if set(names) <= set(table.key):
            complete &= (frame[list(names)] != "").any(axis=1).to_numpy(bool)
    return complete


def _list(facts: Facts, path: Path, ids: Sequence[str | None]) -> Iterator[Issue]:
    """Yield the items whose id an earlier item has."""
    first: dict[str, int] = {}
    for k, item_id in enumerate(ids):
        if item_id is None:
            continue
        if item_id not in first:
            first[item_id] = k
            continue
        place = facts.places.yaml((*path, k, "id"))
        earlier = facts.places.yaml((*path, first[item_id], "id"))
        message = f"the id {item_id!r} stands twice (first: {earlier})"
        yield issue("duplicate-id", place, message, expected="an id of its own")


def _row_issue(facts: Facts, name: str, row: int, place: Place) -> Issue:
    """Say which key stands twice, and where first."""
    key = list(TABLES[name].key)
    frame = facts.table(name)
    values = frame[key].iloc[row]
    first = int(np.flatnonzero((frame[key] == values).all(axis=1))[0])
    shown = ", ".join(f"{k}={v!r}" for k, v in values.items() if v != "")
    earlier = facts.places.cell(name, first)
    return issue(
        "duplicate-row",
        place,
        f"{shown} stands twice (first: {earlier})",
        expected="one row for each " + ", ".join(key),
    )
