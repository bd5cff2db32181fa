"""Balance of funds (资金平衡表): against limits, by building, by service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.report.meeting.projects import MONEY, YEARLY
from allocator.report.meeting.table import Kind, MeetingTable, column

if TYPE_CHECKING:
    from allocator.report.meeting.facts import Facts

BUDGETS = (("capital_budget", "capital_cost"), ("annual_budget", "yearly_outlay"))


def funds_limits(facts: Facts) -> MeetingTable:
    """Return capital and yearly money against the limits, in total and by district."""
    words, limits = facts.words, facts.run.record["limits"]
    shown = [(words("total"), limits, facts.run.measures)]
    for district, own in limits.get("by_district", {}).items():
        shown.append((district, own, _of_district(facts, district)))
    rows = pd.DataFrame(
        [
            {
                "place": place,
                "item": words.known("measure", measure),
                "used": facts.money(used[measure]),
                "limit": facts.money(given.get(limit, np.nan)),
            }
            for place, given, used in shown
            for limit, measure in BUDGETS
            if given is limits or limit in given
        ]
    )
    rows["left"] = rows["limit"] - rows["used"]
    rows["share_used"] = (rows["used"] / rows["limit"]).where(rows["limit"] > 0)
    columns = [column(words, "place"), column(words, "item")]
    columns += [column(words, k, Kind.MONEY) for k in ("used", "limit", "left")]
    columns += [column(words, "share_used", Kind.SHARE)]
    return MeetingTable(
        "funds_limits",
        words("meeting.funds_limits"),
        tuple(columns),
        rows,
        (words("note.outlay"), words("note.no_limit")),
    )


def funds_buildings(facts: Facts) -> MeetingTable:
    """Return the money of every used building."""
    words, costs = facts.words, facts.view.site_costs
    ids = [facts.view.building_ids[b] for b in facts.view.building2uses]
    names = {"building": [words.building[b] for b in ids]}
    money = {name: facts.money(costs[name]) for name in (*MONEY, *YEARLY)}
    columns = [column(words, "building")]
    columns += [column(words, k, Kind.MONEY, total=True) for k in (*MONEY, *YEARLY)]
    return MeetingTable(
        "funds_buildings",
        words("meeting.funds_buildings"),
        tuple(columns),
        pd.DataFrame(names | money),
        (words("note.outlay"),),
    )


def funds_services(facts: Facts) -> MeetingTable:
    """Return what each service alone causes; the last row is what buildings share."""
    words, costs = facts.words, facts.view.site_costs
    own = facts.functions.groupby("service_id", sort=True)[
        ["equipment_cost", "annual_running_cost", "annual_fees"]
    ].sum()
    rows = pd.DataFrame(
        {
            "service": [words.service[s] for s in own.index],
            "shared_capital": 0.0,
            "equipment_cost": own["equipment_cost"].to_numpy(),
            "annual_rent": 0.0,
            "annual_running_cost": own["annual_running_cost"].to_numpy(),
            "annual_fees": own["annual_fees"].to_numpy(),
        }
    )
    shared = float((costs["opening_cost"] + costs["renovation_cost"]).sum())
    rent = float(costs["annual_rent"].sum())
    common = {"service": words("shared"), "shared_capital": shared, "annual_rent": rent}
    rows = pd.concat([rows, pd.DataFrame([common])], ignore_index=True).fillna(0.0)
    rows["capital_cost"] = rows["shared_capital"] + rows["equipment_cost"]
    outlay = rows["annual_rent"] + rows["annual_running_cost"] - rows["annual_fees"]
    rows["yearly_outlay"] = outlay
    order = ["shared_capital", "equipment_cost", "capital_cost", *YEARLY]
    rows[order] = facts.money(rows[order])
    columns = [column(words, "service")]
    columns += [column(words, key, Kind.MONEY, total=True) for key in order]
    return MeetingTable(
        "funds_services",
        words("meeting.funds_services"),
        tuple(columns),
        rows[["service", *order]],
        (words("note.shared_costs"), words("note.outlay")),
    )


def _of_district(facts: Facts, district: str) -> dict[str, float]:
    """Add up the money of the used buildings in one district."""
    view = facts.view
    homes = facts.scenario.tables.buildings["district_id"].to_numpy(object)
    own = homes[list(view.building2uses)] == district
    return {key: float(view.site_costs[key][own].sum()) for _, key in BUDGETS}
