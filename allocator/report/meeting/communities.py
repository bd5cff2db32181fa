"""One page per community (一社区一表): what it gets, from where, what next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocator.report.meeting.facts import first_of
from allocator.report.meeting.next_step import next_steps
from allocator.report.meeting.room import build_room
from allocator.report.meeting.table import Kind, MeetingPage, MeetingTable, column
from allocator.report.meeting.why import WhyNot
from allocator.report.sums import coverage_sums

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from allocator.report.meeting.facts import Facts
    from allocator.report.meeting.table import Column

MOST_SITES = 4
"""Sites named in a cell."""
KEYS = ["community_id", "need_id"]


def communities(facts: Facts) -> MeetingTable:
    """Return one row per community and need."""
    words, columns, rows = facts.words, _columns(facts), _rows(facts)
    return MeetingTable(
        "communities",
        words("meeting.communities"),
        columns,
        rows[["community_id", *(c.key for c in columns)]],
        (words("note.communities"), words("note.step")),
        page_by="community_id",
        pages=tuple(
            _page(facts, str(community), own)
            for community, own in rows.groupby("community_id", sort=True)
        ),
    )


def _rows(facts: Facts) -> pd.DataFrame:
    """Return the rows with what the pages' heads need beside."""
    room = build_room(facts.view, facts.suitability)
    sums = coverage_sums(facts.coverage, KEYS)
    rows = sums[sums["community_id"] != ""].merge(
        next_steps(facts.view, room), how="left", on=KEYS
    )
    rows["unmet_persons"] = rows["demand_persons"] - rows["covered_persons"]
    rows["need"] = [facts.words.need[n] for n in rows["need_id"]]
    origin = _from_where(facts)
    pairs = zip(rows["community_id"], rows["need_id"], strict=True)
    rows["from"] = [origin.get(pair, "") for pair in pairs]
    why = WhyNot.of(facts, room)
    records = rows.to_dict("records")
    rows["why"] = [why.sentence(row) for row in records]
    rows["step"] = [_step(facts, row) for row in records]
    for name in ("capital_cost", "yearly_outlay"):
        rows[f"step_{name}"] = facts.money(rows[name])
    rows["step_persons"] = rows["persons"].where(rows["capital_cost"].notna())
    names = {"baseline_coverage": "coverage_before", "coverage": "coverage_after"}
    return rows.rename(columns=names | {"access": "access_after"})


def _columns(facts: Facts) -> tuple[Column, ...]:
    words = facts.words
    columns = [column(words, "need")]
    columns += [column(words, "demand_persons", Kind.PERSONS, total=True)]
    columns += [column(words, "covered_persons", Kind.PERSONS, total=True)]
    shares = ("coverage_before", "coverage_after", "access_after")
    columns += [column(words, key, Kind.SHARE) for key in shares]
    columns += [column(words, "from")]
    columns += [column(words, "unmet_persons", Kind.PERSONS, total=True)]
    columns += [column(words, "why"), column(words, "step")]
    columns += [column(words, "step_persons", Kind.PERSONS)]
    columns += [column(words, "step_capital_cost", Kind.MONEY)]
    columns += [column(words, "step_yearly_outlay", Kind.MONEY)]
    return tuple(columns)


def _page(facts: Facts, community: str, rows: pd.DataFrame) -> MeetingPage:
    """Return what stands above the rows of a community."""
    words = facts.words
    (facts_of,) = facts.communities.loc[[community]].to_dict("records")
    demand = rows["demand_persons"].sum()
    before = rows["baseline_covered_persons"].sum() / demand
    after = rows["covered_persons"].sum() / demand
    told = {
        "street": facts_of["street_id"],
        "district": facts_of["district_id"],
        "community_kind": words.known("kind", facts_of["kind"]),
        "households": words.count(facts_of["households"]),
        "residents": words.count(facts.residents.get(community, 0.0)),
        "coverage_change": f"{before:.1%} → {after:.1%}",
    }
    return MeetingPage(
        community,
        words.community.get(community, community),
        tuple((words(f"fact.{key}"), text) for key, text in told.items() if text),
    )


def _from_where(facts: Facts) -> Mapping[tuple[Hashable, ...], str]:
    """Return the sites that cover most persons of each community and need."""
    served = facts.served[facts.served["counted"]]
    visits = served["served_visits_per_week"]
    sums = (
        served.assign(minutes=served["walk_min"] * visits)
        .groupby([*KEYS, "site_id"], sort=True)[
            ["covered_persons", "minutes", "served_visits_per_week"]
        ]
        .sum()
        .reset_index()
        .sort_values("covered_persons", ascending=False, kind="stable")
    )
    sums["told"] = [
        facts.words(
            "from_site",
            site=facts.site_name(row["site_id"]),
            persons=f"{row['covered_persons']:,.0f}",
            minutes=f"{row['minutes'] / row['served_visits_per_week']:.0f}",
        )
        for row in sums.to_dict("records")
    ]
    return first_of(facts.words, sums, KEYS, MOST_SITES)


def _step(facts: Facts, row: Mapping[Any, Any]) -> str:
    """Return the next step in words; "" where there is none."""
    if not row["space"] >= 0:
        return ""
    scenario, words = facts.scenario, facts.words
    space = scenario.tables.spaces.iloc[int(row["space"])]
    offer = scenario.offers[int(row["offer"])]
    return words(
        "step",
        building=facts.site_name(space["building_id"]),
        space=space["space_id"],
        service=words.service[offer.service_id],
        session=words.session[offer.key],
        places=words.count(row["places"]),
        unit=facts.place_unit(offer.service_id),
    )
