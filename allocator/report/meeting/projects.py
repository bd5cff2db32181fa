"""What is to be built where (建设项目清单): by building, and by function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.report.meeting.table import Kind, MeetingTable, column

if TYPE_CHECKING:
    from allocator.report.meeting.facts import Facts

MONEY = ("capital_cost", "opening_cost", "renovation_cost", "equipment_cost")
YEARLY = ("annual_rent", "annual_running_cost", "annual_fees", "yearly_outlay")


def projects(facts: Facts) -> MeetingTable:
    """Return one row per used building; money adds up to the run's measures."""
    words, costs = facts.words, facts.view.site_costs
    ids = [facts.view.building_ids[b] for b in facts.view.building2uses]
    homes = facts.buildings.loc[ids]
    functions = functions_frame(facts)
    told = functions.groupby("building_id", sort=False)["told"].agg(words.listed)
    served = functions.groupby("building_id", sort=False)["served_visits"].sum()
    floor = costs["floor_used_m2"]
    rows = pd.DataFrame(
        {
            "number": np.arange(1, len(ids) + 1),
            "building": [words.building[b] for b in ids],
            "community": [words.community.get(c, c) for c in homes["community_id"]],
            "district": homes["district_id"].to_numpy(object),
            "functions": told.reindex(ids).to_numpy(object),
            "gross_m2": floor / homes["use_coefficient"].to_numpy(np.float64),
            "floor_used_m2": floor,
            **{name: facts.money(costs[name]) for name in (*MONEY, *YEARLY)},
            "served_visits": served.reindex(ids).to_numpy(np.float64),
        }
    )
    columns = [column(words, "number", Kind.COUNT)]
    columns += [column(words, k) for k in ("building", "community", "district")]
    columns += [column(words, "functions")]
    columns += [column(words, "gross_m2", Kind.AREA, total=True)]
    columns += [column(words, "floor_used_m2", Kind.AREA, total=True)]
    columns += [column(words, k, Kind.MONEY, total=True) for k in (*MONEY, *YEARLY)]
    columns += [column(words, "served_visits", Kind.NUMBER, total=True)]
    return MeetingTable(
        "projects",
        words("meeting.projects"),
        tuple(columns),
        rows,
        (words("note.gross"), words("note.outlay")),
    )


def project_functions(facts: Facts) -> MeetingTable:
    """Return one row per space and service: places, hours, own costs."""
    words, rows = facts.words, functions_frame(facts)
    rows["building"] = [words.building[b] for b in rows["building_id"]]
    columns = [column(words, k) for k in ("building", "space", "service", "hours")]
    columns += [column(words, "places", Kind.COUNT), column(words, "place_unit")]
    columns += [column(words, "service_m2", Kind.AREA)]
    money = ("equipment_cost", "annual_running_cost", "annual_fees")
    columns += [column(words, k, Kind.MONEY, total=True) for k in money]
    columns += [column(words, "served_visits", Kind.NUMBER, total=True)]
    for name in money:
        rows[name] = facts.money(rows[name])
    return MeetingTable(
        "project_functions",
        words("meeting.project_functions"),
        tuple(columns),
        rows[[c.key for c in columns]],
        (words("note.places"), words("note.shared_costs")),
    )


def functions_frame(facts: Facts) -> pd.DataFrame:
    """Return places, hours, area, own costs and visits of every (space, service)."""
    words, frame = facts.words, facts.functions.copy()
    frame["service"] = [words.service[s] for s in frame["service_id"]]
    frame["place_unit"] = [facts.place_unit(s) for s in frame["service_id"]]
    frame["space"] = frame["space_id"]
    frame["told"] = [
        words("function", service=service, places=words.count(places), unit=unit)
        for service, places, unit in zip(
            frame["service"], frame["places"], frame["place_unit"], strict=True
        )
    ]
    return frame
