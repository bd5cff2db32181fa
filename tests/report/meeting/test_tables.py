"""The tables' figures are the evaluator's, in the units their headers state."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from allocator.evaluate.standards import UNITS
from allocator.evaluate.wording import ENGLISH
from allocator.plan import Plan
from allocator.report.meeting import Kind, meeting_tables
from allocator.report.meeting.hours import hours_text
from allocator.report.words import FILES, LANGUAGES, Words, messages
from allocator.scenario.hours import parse_when
from allocator.scenario.schema import StandardMeasure
from tests.builders import make_scenario, need, service
from tests.report.test_report import fields, saved

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.report.meeting import MeetingTable
    from allocator.runs import Run
    from allocator.scenario import Scenario

MONEY = ("capital_cost", "opening_cost", "renovation_cost", "equipment_cost")
MONEY += ("annual_rent", "annual_running_cost", "annual_fees", "yearly_outlay")


def scale(language: str) -> float:
    """Return by what the run's yuan are divided."""
    return 10_000.0 if language == "zh" else 1.0


def test_projects_add_up_to_the_runs_measures(
    run: Run, tables: dict[str, MeetingTable], language: str
) -> None:
    totals = tables["projects"].totals
    for name in MONEY:
        assert totals[name] == pytest.approx(run.measures[name] / scale(language))
    assert totals["floor_used_m2"] == pytest.approx(run.measures["floor_used_m2"])
    served = run.measures["planned_served_visits_per_week"]
    assert totals["served_visits"] == pytest.approx(served)
    assert len(tables["projects"].rows) == run.measures["buildings"]
    units = {c.unit for c in tables["projects"].columns if c.kind is Kind.MONEY}
    assert units == {"万元" if language == "zh" else "CNY"}


def test_functions_cause_all_that_is_not_shared(
    run: Run, tables: dict[str, MeetingTable], language: str
) -> None:
    totals = tables["project_functions"].totals
    for name in ("equipment_cost", "annual_running_cost", "annual_fees"):
        assert totals[name] == pytest.approx(run.measures[name] / scale(language))
    served = run.measures["planned_served_visits_per_week"]
    assert totals["served_visits"] == pytest.approx(served)


def test_funds_by_building_and_by_service_are_the_same_money(
    run: Run, tables: dict[str, MeetingTable], language: str
) -> None:
    for key in ("funds_buildings", "funds_services"):
        totals = tables[key].totals
        for name in ("capital_cost", "equipment_cost", *MONEY[4:]):
            assert totals[name] == pytest.approx(run.measures[name] / scale(language))
    shared = run.measures["opening_cost"] + run.measures["renovation_cost"]
    totals = tables["funds_services"].totals
    assert totals["shared_capital"] == pytest.approx(shared / scale(language))


def test_funds_against_limits(
    run: Run, tables: dict[str, MeetingTable], language: str
) -> None:
    rows, limits = tables["funds_limits"].rows, run.record["limits"]
    assert rows["used"].tolist()[:2] == pytest.approx(
        [run.measures[n] / scale(language) for n in ("capital_cost", "yearly_outlay")]
    )
    assert rows["limit"].tolist() == pytest.approx(
        [
            limits["capital_budget"] / scale(language),
            limits["annual_budget"] / scale(language),
            limits["by_district"]["qiaobei"]["capital_budget"] / scale(language),
        ]
    )
    assert (rows["left"] >= -1e-6).all()


def test_pages_of_sites_and_communities_hold_every_resident_served(
    run: Run, tables: dict[str, MeetingTable]
) -> None:
    sites, communities = tables["sites"], tables["communities"]
    served = run.measures["planned_served_visits_per_week"]
    assert sites.totals["served_visits"] == pytest.approx(served)
    capacity = run.measures["planned_capacity_visits_per_week"]
    assert sites.totals["capacity_visits"] == pytest.approx(capacity)
    covered = run.measures["counted_covered_persons"]
    assert communities.totals["covered_persons"] == pytest.approx(covered)
    unmet = run.measures["counted_demand_persons"] - covered
    assert communities.totals["unmet_persons"] == pytest.approx(unmet)
    for table in (sites, communities):
        assert table.page_by is not None
        assert [p.id for p in table.pages] == sorted(set(table.rows[table.page_by]))


def test_the_shortfall_is_what_facilities_leave(
    run: Run, tables: dict[str, MeetingTable]
) -> None:
    unmet = run.measures["counted_demand_persons"]
    unmet -= run.measures["baseline_covered_persons"]
    areas = tables["shortfall_areas"]
    assert areas.totals["unmet_persons"] == pytest.approx(unmet)
    for key in ("shortfall", "shortfall_streets", "shortfall_areas"):
        largest = tables[key].rows["unmet_persons"].tolist()
        assert largest == sorted(largest, reverse=True)
    rows = tables["shortfall"].rows
    assert not tables["shortfall"].totals  # services share demand
    for answer, share in (("in_reach", "near_share"),):
        none, every = rows[share] == 0, rows[share] > 1 - 1e-9
        for own in (none, every, ~none & ~every):
            assert own.any()
            assert rows.loc[own, answer].nunique() == 1
        assert rows[answer].nunique() == 3


def test_rows_hold_what_the_columns_say(tables: dict[str, MeetingTable]) -> None:
    for table in tables.values():
        for column in table.columns:
            kind = table.rows[column.key].dtype.kind
            if column.is_text:
                assert all(isinstance(cell, str) for cell in table.rows[column.key])
            else:
                assert kind in "fi", (table.key, column.key)
            assert column.header


def test_each_space_has_a_cell_for_each_service(
    run: Run, tables: dict[str, MeetingTable]
) -> None:
    from allocator.evaluate import suitability

    scenario = run.scenario()
    table, found = tables["suitability"].rows, suitability(scenario)
    suits = found.assign(free=found["bar"] == "").groupby(["space_id", "service_id"])
    whole = suits["free"].all().unstack()
    for service_id in whole.columns:
        cells = table[f"service:{service_id}"] == "✓"
        assert cells.tolist() == whole[service_id].loc[table["space"]].tolist()
    barred = found[found["bar"] != ""][["space_id", "service_id"]].drop_duplicates()
    bars = tables["bars"].rows
    assert len(bars[["space", "service"]].drop_duplicates()) == len(barred)


def table_of(run: Run, key: str, language: str = "en") -> MeetingTable:
    (table,) = [t for t in meeting_tables(run, language) if t.key == key]
    return table


HOMES = (
    {"building_id": "B1", "x": 0, "y": 0, "opening_cost": 500},
    {"building_id": "B2", "x": 100, "y": 0, "opening_cost": 50},
)


def two_rooms(homes: object = HOMES, **sections: Any) -> Scenario:
    """Lunch and sports for 100 persons; a dear and a cheap room."""
    return make_scenario(
        services=[
            service(
                "canteen",
                "11:00-13:00",
                category="meals",
                equipment_cost=100,
                equipment_cost_per_place=10,
                annual_cost_fixed=52,
            ),
            service("gym", requires={"max_floor": 1}),
        ],
        needs=[
            need("lunch", "canteen", fee_per_visit=1),
            need("move", "gym", visits_per_person_week=7),
        ],
        buildings=homes,
        spaces=[
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 40, "floor": 2},
            {
                "space_id": "R2",
                "building_id": "B2",
                "usable_area_m2": 20,
                "floor": 2,
                "renovation_cost_per_m2": 3,
                "annual_rent": 8,
            },
        ],
        **sections,
    )


def communities(run: Run) -> dict[str, dict[str, object]]:
    rows = table_of(run, "communities").rows.to_dict("records")
    return {row["need"]: row for row in rows}


def test_the_next_step_is_the_cheapest_per_person(tmp_path: Path) -> None:
    # 100 visits a week need 15 places of 7 visits; R1 holds 20, R2 10. R1 costs
    # 500 + 100 + 15 × 10 = 750 for 100 persons, R2 50 + 3 × 20 + 100 + 10 × 10 = 310
    # for 70: 4.43 against 7.5 per person. Yearly R2: 8 + 52 − 70 × 52 = −3580.
    run = saved(two_rooms(), Plan.from_places({}), tmp_path / "run")
    lunch = communities(run)["lunch"]
    assert lunch["step"] == "canteen (main), 10 seats, at B2 (R2)"
    assert lunch["step_persons"] == pytest.approx(70)
    assert lunch["step_capital_cost"] == pytest.approx(310)
    assert lunch["step_yearly_outlay"] == pytest.approx(-3580)
    assert "within what is left" in str(lunch["why"])


def why(city: Scenario, plan: Plan, folder: Path) -> dict[str, str]:
    return {
        k: str(row["why"]) for k, row in communities(saved(city, plan, folder)).items()
    }


def test_why_a_community_gets_no_more(tmp_path: Path) -> None:
    empty = Plan.from_places({})
    dear = two_rooms(limits={"capital_budget": 300})
    found = why(dear, empty, tmp_path / "dear")
    assert found["lunch"] == "The next step exceeds what is left of: capital budget."
    assert found["move"].endswith("most are barred by: siting.")
    few = two_rooms(limits={"by_district": {"west": {"buildings": 0}}})
    assert (
        "within" in why(few, empty, tmp_path / "few")["lunch"]
    )  # B2 is in no district
    full = Plan.from_places({("B1", "R1", "canteen", "main"): 15})
    assert why(two_rooms(), full, tmp_path / "full")["lunch"] == "All is met."
    both = {("B1", "R1", "canteen", "main"): 1, ("B2", "R2", "canteen", "main"): 1}
    used = why(two_rooms(), Plan.from_places(both), tmp_path / "used")["lunch"]
    assert used.startswith("The 2 spaces within the walking limit that suit are used")
    far = two_rooms(zones=[{"zone_id": "Z1", "x": 9000, "y": 0, "community_id": "C1"}])
    nobody = why(far, empty, tmp_path / "far")["lunch"]
    assert nobody == "No candidate building is within the walking limit."


def test_next_steps_are_eligible_and_cost_what_they_say(run: Run) -> None:
    """Each step, added to the plan, breaks no rule of its space and costs as told."""
    from allocator.evaluate.evaluate import find_violations
    from allocator.evaluate.view import build_view
    from allocator.report.meeting.facts import Facts
    from allocator.report.meeting.next_step import next_steps
    from allocator.report.meeting.room import build_room

    facts = Facts(run, Words("en", run.scenario()))
    scenario, view = facts.scenario, facts.view
    steps = next_steps(view, build_room(view, facts.suitability))
    steps = steps[steps["space"] >= 0].drop_duplicates(["space", "offer", "places"])
    assert len(steps) > 20
    held = {
        (r["building_id"], r["space_id"], r["service_id"], r["session_id"]): r["places"]
        for r in run.assignments.to_dict("records")
    }
    before = view.site_costs
    of_space = {"siting", "area_limit", "min_area", "places", "available", "pins"}
    for step in steps.iloc[::3].to_dict("records"):
        space = scenario.tables.spaces.iloc[step["space"]]
        offer = scenario.offers[step["offer"]]
        key = (space["building_id"], space["space_id"], *offer.key)
        plan = Plan.from_places(held | {key: int(step["places"])})
        after = build_view(scenario, facts.access, plan)
        broken = [v for v in find_violations(after) if v.rule_id in of_space]
        assert [v for v in broken if v.where.get("space") == key[1]] == []
        for name in ("capital_cost", "floor_used_m2"):
            more = float(after.site_costs[name].sum() - before[name].sum())
            assert more == pytest.approx(step[name]), (key, name)


def test_floors_say_what_the_evaluator_says(tmp_path: Path) -> None:
    floor = {"total": 0.3, "communities": {"move": {"share": 0.5}}}
    city = two_rooms(rules={"coverage_floor": floor})
    plan = Plan.from_places({("B1", "R1", "canteen", "main"): 15})
    run = saved(city, plan, tmp_path / "run")
    rows = table_of(run, "floors").rows.to_dict("records")
    assert [row["met"] for row in rows] == ["yes", "no"]
    assert [row["asked_persons"] for row in rows] == pytest.approx([60, 50])
    assert [row["reached_share"] for row in rows] == pytest.approx([0.5, 0])
    broken = [v for v in run.record["violations"] if v["rule_id"] == "coverage_floor"]
    assert len(broken) == 1


def test_standards_stand_as_in_the_run_folder(tmp_path: Path) -> None:
    standards = [
        {"id": "one", "measure": "sites", "minimum": 1, "services": "canteen"},
        {
            "id": "seats",
            "measure": "places_per_1000_persons",
            "minimum": 200,
            "verified_minimum": 200,
            "services": "canteen",
            "source": "local rules",
        },
    ]
    home = {"building_id": "B1", "x": 0, "y": 0, "community_id": "C1"}
    city = two_rooms([home, HOMES[1]], standards=standards)
    plan = Plan.from_places({("B1", "R1", "canteen", "main"): 15})
    run = saved(city, plan, tmp_path / "run")
    rows, written = table_of(run, "standards").rows, run.table("compliance.csv")
    assert len(rows) == len(written) == 2
    for shown, column in (("value_after", "value"), ("missing", "missing")):
        assert rows[shown].tolist() == written[column].tolist()
    assert rows["met"].tolist() == ["yes", "no"]  # 150 places for 1,000 persons
    assert rows["met_before"].tolist() == ["no", "no"]
    assert rows["verified"].tolist() == ["not verified", "verified"]
    assert rows["place"].tolist() == ["C1", "C1"]


def test_requests_are_answered_as_in_the_run_folder(tmp_path: Path) -> None:
    asked = [
        {"request_id": "Q1", "zone_id": "Z1", "service_id": "canteen", "priority": 1},
        {
            "request_id": "Q2",
            "community_id": "C1",
            "need_id": "move",
            "date": "2026-02-11",
            "text": "a gym",
        },
    ]
    city = two_rooms(tables={"requests": asked})
    plan = Plan.from_places({("B1", "R1", "canteen", "main"): 15})
    run = saved(city, plan, tmp_path / "run")
    first, second = table_of(run, "requests").rows.to_dict("records")
    assert (first["met"], first["reason"]) == ("yes", "met by the plan")
    assert (first["asked_for"], first["nearest_site"]) == ("canteen", "B1")
    assert (second["met"], second["date"]) == ("no", "2026-02-11")
    assert second["reason"] == "no space within the walking limit suits"
    written = run.table("requests.csv")
    assert written["status"].tolist() == ["met", "not_met"]


def test_every_outcome_has_its_words() -> None:
    from allocator.evaluate.requests import MET, NOT_MET, PARTLY
    from allocator.evaluate.unmet_requests import Reason
    from allocator.report.meeting.requests import STATUS

    assert set(STATUS) == {MET, PARTLY, NOT_MET}
    for language in LANGUAGES:
        known = messages(language)
        assert {f"request.{reason.value}" for reason in Reason} <= set(known)
        assert {f"standard.{m.value}" for m in StandardMeasure} <= set(known)
        assert {f"missing_unit.{unit}" for unit in UNITS.values()} <= set(known)


def test_what_was_decided_is_kept_or_not(tmp_path: Path) -> None:
    pins = [
        {"fix": "in", "space": "R2", "service": "canteen", "source": "2026-03-02"},
        {"fix": "out", "building": "B1", "reason": "noise"},
    ]
    city = two_rooms(rules={"pins": pins})
    plan = Plan.from_places({("B2", "R2", "canteen", "main"): 5})
    run = saved(city, plan, tmp_path / "run")
    first, second = table_of(run, "decided").rows.to_dict("records")
    assert (first["building"], first["met"]) == ("B2 R2", "yes")
    assert (first["function"], first["source"]) == ("canteen", "2026-03-02")
    assert (second["reason"], second["met"]) == ("noise", "yes")
    empty = saved(city, Plan.from_places({}), tmp_path / "empty")
    assert table_of(empty, "decided", "zh").rows["met"].tolist() == ["否", "是"]


def test_without_a_plan_there_is_what_is_known_before(tmp_path: Path) -> None:
    import allocator as al
    from allocator.runs import read_run

    pins = [{"fix": "in", "building": "B1"}]
    city = two_rooms(limits={"buildings": 0}, rules={"pins": pins})
    result = al.solve(city, al.SolveOptions(engine="exact"))
    run = read_run(al.write_run(result, tmp_path / "run"))
    assert run.status == "infeasible"
    keys = [table.key for table in meeting_tables(run)]
    assert keys == ["shortfall", "shortfall_areas", "suitability", "bars"]


def test_a_plan_without_buildings_has_tables(tmp_path: Path) -> None:
    run = saved(two_rooms(), Plan.from_places({}), tmp_path / "run")
    tables = {table.key: table for table in meeting_tables(run)}
    assert len(tables["projects"].rows) == len(tables["sites"].rows) == 0
    assert tables["communities"].totals["covered_persons"] == 0


def test_hours_are_told_by_days_in_a_row() -> None:
    hours = parse_when("mon-fri 08:00-12:00; mon-fri 13:00-17:00; sun 09:00-10:00")
    words = Words("en", two_rooms())
    assert (
        hours_text(hours, words) == "Mon–Fri 08:00–12:00, 13:00–17:00; Sun 09:00–10:00"
    )
    assert hours_text(parse_when("all 22:00-02:00"), words) == "daily 22:00–02:00"
    odd = Words("zh", two_rooms())
    assert (
        hours_text(parse_when("mon,wed 08:00-09:00"), odd) == "周一、周三 08:00–09:00"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_sentence(language: str) -> None:
    found = messages(language)
    for key, text in ENGLISH.sentences.items():
        assert fields(text) == fields(found[f"reason.{key}"]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_stands_in_two_files(language: str) -> None:
    folder = resources.files("allocator.report") / "data"
    texts = [
        (folder / name.format(language)).read_text(encoding="utf-8") for name in FILES
    ]
    keys = [line.split(": ")[0] for text in texts for line in text.splitlines()]
    assert len(keys) == len(set(keys))


def test_small_sums_are_told_in_yuan() -> None:
    words = Words("zh", two_rooms(currency="CNY"))
    assert words.money(12_345_600) == "1,234.56 万元"
    assert words.money(9_999) == "9,999 元"
    assert words.money(-20_000) == "-2.00 万元"
    assert Words("en", two_rooms(currency="CNY")).money(9_999) == "CNY 9,999"
