"""One page per site (一点一表): what runs there, when, for whom, at what cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.evaluate.tables import split_by_space
from allocator.report.meeting.facts import first_of
from allocator.report.meeting.table import Kind, MeetingPage, MeetingTable, column

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from allocator.report.meeting.facts import Facts

MOST_COMMUNITIES = 3
"""Communities named in a cell."""
KEYS = ["building_id", "service_id", "session_id"]


def sites(facts: Facts) -> MeetingTable:
    """Return one row per assignment, a page for each used building."""
    words = facts.words
    rows = facts.run.assignments.reset_index(drop=True)
    covered = facts.view.served.covered_persons
    minutes = facts.view.served.visits * facts.view.served.walk_min
    rows["covered_persons"] = split_by_space(facts.view, covered)
    visits = rows["served_visits_per_week"]
    rows["walk"] = split_by_space(facts.view, minutes) / visits.where(visits > 0)
    rows["use_of_capacity"] = visits / rows["capacity_visits_per_week"]
    rows["service"] = [words.service[s] for s in rows["service_id"]]
    pairs = zip(rows["service_id"], rows["session_id"], strict=True)
    rows["hours"] = [facts.session_hours(*pair) for pair in pairs]
    rows["place_unit"] = [facts.place_unit(s) for s in rows["service_id"]]
    floors = facts.scenario.tables.spaces.set_index("space_id")["floor"]
    rows["floor"] = floors.loc[rows["space_id"]].to_numpy()
    origin = _for_whom(facts)
    keys = zip(*(rows[key] for key in KEYS), strict=True)
    rows["for_whom"] = [origin.get(key, "") for key in keys]
    rows = rows[rows["places"] > 0].rename(
        columns={
            "space_id": "space",
            "served_visits_per_week": "served_visits",
            "capacity_visits_per_week": "capacity_visits",
        }
    )
    columns = [column(words, "space"), column(words, "floor", Kind.COUNT)]
    columns += [column(words, "service"), column(words, "hours")]
    columns += [column(words, "places", Kind.COUNT), column(words, "place_unit")]
    columns += [column(words, "area_m2", Kind.AREA)]
    columns += [column(words, "capacity_visits", Kind.NUMBER, total=True)]
    columns += [column(words, "served_visits", Kind.NUMBER, total=True)]
    columns += [column(words, "use_of_capacity", Kind.SHARE)]
    columns += [column(words, "covered_persons", Kind.PERSONS, total=True)]
    columns += [column(words, "walk", Kind.MINUTES), column(words, "for_whom")]
    return MeetingTable(
        "sites",
        words("meeting.sites"),
        tuple(columns),
        rows[["building_id", *(c.key for c in columns)]].reset_index(drop=True),
        (words("note.sites"),),
        page_by="building_id",
        pages=tuple(
            _page(facts, at, b) for at, b in enumerate(facts.view.building2uses)
        ),
    )


def _page(facts: Facts, at: int, building: int) -> MeetingPage:
    """Return what stands above the rows of a site: used building number `at`."""
    words, costs = facts.words, facts.view.site_costs
    house = facts.scenario.tables.buildings.iloc[building]
    usable = facts.usable_m2[house["building_id"]]
    floor = float(costs["floor_used_m2"][at])
    told = {
        "community": words.community.get(house["community_id"], ""),
        "district": house["district_id"],
        "former_use": words.known("use", house["former_use"]),
        "ownership": words.known("use", house["ownership"]),
        "land_use": words.known("use", house["land_use"]),
        "gross_m2": _m2(house["gross_area_m2"]),
        "usable_m2": _m2(usable),
        "floor_used_m2": f"{_m2(floor)} ({floor / usable:.0%})" if usable else "",
        "outdoor_m2": _m2(house["outdoor_m2"]) if house["outdoor_m2"] else "",
        **{
            key: words.money(float(costs[key][at]))
            for key in (
                "capital_cost",
                "opening_cost",
                "renovation_cost",
                "equipment_cost",
                "annual_rent",
                "annual_running_cost",
                "annual_fees",
                "yearly_outlay",
            )
        },
    }
    return MeetingPage(
        house["building_id"],
        facts.site_name(house["building_id"]),
        tuple((words(f"fact.{key}"), text) for key, text in told.items() if text),
    )


def _m2(area: float) -> str:
    return "" if np.isnan(area) else f"{area:,.1f} m²"


def _for_whom(facts: Facts) -> Mapping[tuple[Hashable, ...], str]:
    """Return the communities each offer of a building covers most persons of."""
    words = facts.words
    served = facts.served.rename(columns={"site_id": "building_id"})
    sums = served.groupby([*KEYS, "community_id"], sort=True)["covered_persons"].sum()
    table = sums.reset_index().sort_values(
        "covered_persons", ascending=False, kind="stable"
    )
    table["told"] = [
        words(
            "from_community",
            community=words.community.get(community, community) or words("nowhere"),
            persons=f"{persons:,.0f}",
        )
        for community, persons in zip(
            table["community_id"], table["covered_persons"], strict=True
        )
    ]
    return first_of(words, table, KEYS, MOST_COMMUNITIES)
