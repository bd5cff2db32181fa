"""The decisions in ids: which places, and who is served where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.errors import PlanInvalid
from allocator.issues import IssueCollector, Place, nearest_name
from allocator.scenario.ids import find_texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from allocator.scenario import Scenario

ASSIGNMENT_COLUMNS = ("building_id", "space_id", "service_id", "session_id", "places")
SERVED_COLUMNS = (
    "zone_id",
    "need_id",
    "group_id",
    "site_id",
    "service_id",
    "session_id",
    "served_visits_per_week",
)


@dataclass(frozen=True)
class Plan:
    """Places by (space, offer), and served visits by (zone, need, group, site, offer).

    Parameters
    ----------
    assignments
        Columns `ASSIGNMENT_COLUMNS`; one row per (space, offer) with places ≥ 1
        (1 for a service of unlimited capacity), sorted by the id columns.
    served
        Columns `SERVED_COLUMNS`, rows above 0, sorted by the id columns; None for a
        plan whose residents have not been assigned yet. ``group_id`` is "" for
        demand given without a group; ``site_id`` is a building or facility.
    """

    assignments: pd.DataFrame
    served: pd.DataFrame | None = None

    @classmethod
    def from_places(
        cls,
        places: Mapping[tuple[str, str, str, str], int],
        served: pd.DataFrame | None = None,
    ) -> Plan:
        """Build a plan from {(building, space, service, session): places}."""
        rows = [(*key, int(value)) for key, value in sorted(places.items()) if value]
        return cls(pd.DataFrame(rows, columns=list(ASSIGNMENT_COLUMNS)), served)

    def _repr_html_(self) -> str:
        """Show the plan in a notebook."""
        from allocator import display

        rows = self.assignments
        facts = {
            "buildings": display.figure(rows["building_id"].nunique()),
            "spaces": display.figure(rows["space_id"].nunique()),
            "services": display.figure(rows["service_id"].nunique()),
            "places": display.figure(rows["places"].sum()),
            "residents": "not assigned" if self.served is None else "assigned",
        }
        return display.card("Plan", facts, display.rows(rows))


def empty_served() -> pd.DataFrame:
    """Return served rows of nobody."""
    frame = pd.DataFrame({name: pd.Series(dtype=object) for name in SERVED_COLUMNS})
    return frame.astype({"served_visits_per_week": float})


def difference(first: Plan, second: Plan) -> pd.DataFrame:
    """Return the assignments whose places differ between two plans.

    Returns
    -------
    DataFrame
        The id columns of assignments, places_first, places_second (0 = does not run)
        and change: added, removed or changed.
    """
    keys = list(ASSIGNMENT_COLUMNS[:-1])
    both = first.assignments.merge(
        second.assignments, on=keys, how="outer", suffixes=("_first", "_second")
    ).fillna({"places_first": 0, "places_second": 0})
    both = both[both["places_first"] != both["places_second"]].sort_values(keys)
    both["change"] = "changed"
    both.loc[both["places_first"] == 0, "change"] = "added"
    both.loc[both["places_second"] == 0, "change"] = "removed"
    return both.reset_index(drop=True)


def check_plan(scenario: Scenario, plan: Plan) -> None:
    """Check that a plan speaks of this scenario, and that its numbers are numbers.

    Raises
    ------
    PlanInvalid
        With every unknown id, space in another building, repeated assignment and
        number that is missing or infinite.
    """
    collector = IssueCollector()
    _check_ids(collector, "assignments", plan.assignments, _assignment_names(scenario))
    _check_homes(collector, scenario, plan.assignments)
    _check_numbers(collector, "assignments", plan.assignments["places"])
    repeated = plan.assignments.duplicated(list(ASSIGNMENT_COLUMNS[:-1]))
    for key in _keys(plan.assignments[repeated], ASSIGNMENT_COLUMNS[1:-1]):
        place = Place(file="assignments")
        collector.error("plan-repeated", place, f"{' / '.join(key)} is given twice")
    if plan.served is not None:
        _check_ids(collector, "served", plan.served, _served_names(scenario))
        visits = plan.served["served_visits_per_week"]
        _check_numbers(collector, "served", visits)
    if collector.errors:
        raise PlanInvalid(collector.errors)


def _assignment_names(scenario: Scenario) -> Mapping[tuple[str, ...], set[str]]:
    """Return the valid names of each id column (or pair of columns, joined)."""
    return {
        ("building_id",): set(scenario.tables.buildings["building_id"]),
        ("space_id",): set(scenario.tables.spaces["space_id"]),
        ("service_id",): set(scenario.service2position),
        ("service_id", "session_id"): _offer_names(scenario),
    }


def _served_names(scenario: Scenario) -> Mapping[tuple[str, ...], Collection[str]]:
    """Return the valid names of each id column of served rows."""
    return {
        ("zone_id",): scenario.tables.zones["zone_id"].to_numpy(object),
        ("need_id",): set(scenario.need2position),
        ("group_id",): {*scenario.group2position, ""},
        ("site_id",): set(scenario.site_ids),
        ("service_id", "session_id"): _offer_names(scenario),
    }


def _offer_names(scenario: Scenario) -> set[str]:
    """Return every offer as ``service/session``."""
    return {f"{offer.service_id}/{offer.session_id}" for offer in scenario.offers}


def _keys(frame: pd.DataFrame, columns: Iterable[str]) -> Iterable[tuple[str, ...]]:
    """Return the distinct values of some columns, in order."""
    distinct = frame[list(columns)].drop_duplicates()
    return list(zip(*(distinct[name].tolist() for name in distinct), strict=True))


def _check_ids(
    collector: IssueCollector,
    file: str,
    frame: pd.DataFrame,
    names: Mapping[tuple[str, ...], Collection[str]],
) -> None:
    """Report every id that the scenario does not have, once."""
    for columns, known in names.items():
        rows = frame
        if len(columns) == 1:  # there may be millions, nearly always all known
            rows = frame[find_texts(known, frame[columns[0]]) < 0]
        for key in _keys(rows, columns):
            name = "/".join(key)
            if name not in known:
                collector.error(
                    "plan-unknown-id",
                    Place(file=file, column=columns[-1]),
                    f"{name!r} is not in the scenario",
                    nearest=nearest_name(name, known),
                )


def _check_homes(
    collector: IssueCollector, scenario: Scenario, assignments: pd.DataFrame
) -> None:
    """Report every space that stands in another building than the plan says."""
    spaces = scenario.tables.spaces
    home = dict(zip(spaces["space_id"], spaces["building_id"], strict=True))
    for building, space in _keys(assignments, ASSIGNMENT_COLUMNS[:2]):
        if space in home and home[space] != building:
            collector.error(
                "plan-space-elsewhere",
                Place(file="assignments", column="building_id"),
                f"space {space!r} is not in building {building!r}",
                expected=repr(home[space]),
            )


def _check_numbers(
    collector: IssueCollector, file: str, values: pd.Series[float]
) -> None:
    """Report numbers that are missing or infinite."""
    wrong = ~np.isfinite(values.to_numpy(np.float64))
    if wrong.any():
        collector.error(
            "plan-number",
            Place(file=file, column=str(values.name)),
            f"{int(wrong.sum())} values are missing or infinite",
            expected="a finite number",
        )
