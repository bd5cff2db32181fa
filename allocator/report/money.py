"""Money and area against limits, what money goes into, how rooms are used."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from allocator.evaluate.measures import m2_hours_per_week
from allocator.report.bars import bar
from allocator.report.headline import UNITS
from allocator.report.html import note, table

if TYPE_CHECKING:
    from allocator.report.material import Material
    from allocator.report.words import Words
    from allocator.runs import Run

LIMITS = (
    ("capital_budget", "capital_cost"),
    ("annual_budget", "yearly_outlay"),
    ("floor_area_m2", "floor_used_m2"),
    ("buildings", "buildings"),
)
"""Each limit with the measure it holds."""
PARTS = (
    ("capital_cost", ("opening_cost", "renovation_cost", "equipment_cost")),
    ("yearly_outlay", ("annual_rent", "annual_running_cost", "annual_fees")),
)
"""Sums of money with their parts; fees are subtracted."""
REACHED = 0.99
"""From this share on a limit is said to be used up."""


def limits(run: Run, words: Words) -> str:
    """Return money and area against the limits, in total and by district."""
    whole = run.record["limits"]
    shown = [(words("total"), whole, run.measures)]
    for district, own in whole.get("by_district", {}).items():
        shown.append((district, own, _district(run, words, district)))
    rows = [
        [
            escape(place),
            escape(words.known("measure", measure)),
            words.figure(used[measure], UNITS[measure]),
            words.figure(given.get(limit), UNITS[measure]),
            bar(used[measure], given.get(limit)),
        ]
        for place, given, used in shown
        for limit, measure in LIMITS
        if given is whole or limit in given
    ] + _reserve(run, words)
    heads = [words("place"), words("measure"), words("used"), words("limit"), ""]
    return table(heads, rows, id_="limits-table", texts=2)


def limits_reached(run: Run, words: Words) -> list[str]:
    """Name the limits on the whole plan that are used up."""
    given = run.record["limits"]
    return [
        words.known("measure", measure)
        for limit, measure in LIMITS
        if given.get(limit) is not None
        and run.measures[measure] >= REACHED * given[limit]
    ]


def _reserve(run: Run, words: Words) -> list[list[str]]:
    """Return the floor that may be used when the reserve is kept; one row or none."""
    share = run.record["limits"]["reserve_share"]
    if not share:
        return []
    area = float(words.scenario.tables.spaces["usable_area_m2"].sum())
    used, most = run.measures["floor_used_m2"], (1.0 - share) * area
    name = words("reserve", share=f"{share:.0%}")
    figures = [words.figure(used, "m2"), words.figure(most, "m2"), bar(used, most)]
    return [[escape(words("total")), escape(name), *figures]]


def _district(run: Run, words: Words, district: str) -> dict[str, float]:
    """Add up the rows of `sites.csv` in one district."""
    sites = run.table("sites.csv")
    home = words.scenario.tables.buildings.set_index("building_id")["district_id"]
    own = sites[sites["building_id"].map(home) == district]
    outlay = own["annual_rent"] + own["annual_running_cost"] - own["annual_fees"]
    return {
        "capital_cost": float(own["capital_cost"].sum()),
        "yearly_outlay": float(outlay.sum()),
        "floor_used_m2": float(own["floor_used_m2"].sum()),
        "buildings": float(len(own)),
    }


def money_parts(run: Run, words: Words) -> str:
    """Return what the money goes into."""
    rows = []
    for whole, parts in PARTS:
        rows.append(_sum_row(words, whole, run.measures[whole], strong=True))
        for part in parts:
            sign = -1 if part == "annual_fees" else 1
            rows.append(_sum_row(words, part, sign * run.measures[part]))
    return table([words("measure"), words("amount")], rows, id_="money-table")


def _sum_row(
    words: Words, name: str, value: float, *, strong: bool = False
) -> list[str]:
    text = escape(words.known("measure", name))
    return [f"<b>{text}</b>" if strong else text, words.figure(value, "money")]


def use_by_building(material: Material) -> pd.DataFrame:
    """Return floor, hours × area, their share in use, and visits by used building."""
    view = material.view
    used, available = m2_hours_per_week(view)
    area = material.scenario.tables.spaces["usable_area_m2"].to_numpy(float)
    spaces = pd.DataFrame(
        {
            "building_id": [view.building_ids[use.building] for use in view.uses],
            "spaces": 1,
            "floor_used_m2": [use.floor_used_m2 for use in view.uses],
            "usable_area_m2": [area[use.space] for use in view.uses],
            "used_m2_hours": used,
            "available_m2_hours": available,
        }
    )
    columns = ["capacity_visits_per_week", "served_visits_per_week"]
    visits = material.run.assignments.groupby("building_id")[columns].sum()
    sums = spaces.groupby("building_id", sort=True).sum().join(visits)
    available_hours = sums["available_m2_hours"].clip(lower=1e-9)
    return sums.assign(share=sums["used_m2_hours"] / available_hours)


def use_of_buildings(material: Material) -> str:
    """Return utilisation of each used building in hours × area, and of its capacity."""
    words = material.words
    rows = [
        [
            escape(words.building[str(building)]),
            words.figure(row["spaces"]),
            words.figure(row["usable_area_m2"], "m2"),
            words.figure(row["floor_used_m2"], "m2"),
            words.figure(row["used_m2_hours"]),
            words.figure(row["available_m2_hours"]),
            bar(row["used_m2_hours"], row["available_m2_hours"]),
            bar(row["served_visits_per_week"], row["capacity_visits_per_week"]),
        ]
        for building, row in use_by_building(material).iterrows()
    ]
    heads = ["building", "use.spaces", "use.area", "use.floor", "use.used"]
    heads += ["use.available", "measure.space_utilisation"]
    heads += ["measure.capacity_utilisation"]
    return note(words("use.note")) + table(
        [words(head) for head in heads], rows, id_="use-table"
    )
