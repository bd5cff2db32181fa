"""The page shows the run's own figures, in both languages, without a network."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import string
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import allocator as al
from allocator.errors import OptionsInvalid, RunError
from allocator.plan import Plan
from allocator.report import LANGUAGES, report_html, write_report
from allocator.report.meeting import meeting_tables
from allocator.report.script import read_script
from allocator.report.words import Words, messages
from allocator.runs import Run, read_run
from allocator.scenario import Scenario, read_scenario
from tests.builders import make_scenario, need, service
from tests.report.page_reader import Page

RIVERSIDE = Path(__file__).parents[2] / "scenarios" / "riverside"
UNDER_MB = 5


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A plan for riverside after few steps."""
    options = al.SolveOptions(engine="greedy", seed=1, max_steps=50, time_limit_s=600.0)
    result = al.solve(read_scenario(RIVERSIDE), options)
    return read_run(al.write_run(result, tmp_path_factory.mktemp("report") / "run"))


@pytest.fixture(scope="module", params=LANGUAGES)
def page(run: Run, request: pytest.FixtureRequest) -> Page:
    return Page(report_html(run, request.param))


def saved(city: Scenario, plan: Plan, folder: Path) -> Run:
    return read_run(al.write_run(al.evaluate(city, plan), folder))


def two_rooms(**sections: object) -> Scenario:
    """Two services that take turns in one room, and one beside them."""
    return make_scenario(
        services=[
            service("canteen", "11:00-13:00", name={"zh": "食堂", "en": "Canteen"}),
            service("club", "18:00-22:00"),
            service("gym", "12:00-20:00"),
        ],
        needs=[need("lunch", "canteen"), need("meet", "club"), need("move", "gym")],
        spaces=[
            {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100},
            {"space_id": "R2", "building_id": "B1", "usable_area_m2": 100},
        ],
        **sections,
    )


TWO_ROOMS = Plan.from_places(
    {
        ("B1", "R1", "canteen", "main"): 10,
        ("B1", "R1", "club", "main"): 5,
        ("B1", "R2", "gym", "main"): 4,
    }
)


def test_cards_show_the_runs_measures(run: Run, page: Page) -> None:
    cards = {
        c.attrs["data-measure"]: c.values() for c in page.with_attr("data-measure")
    }
    assert len(cards) == 10
    assert {name: values[0] for name, values in cards.items()} == {
        name: run.measures[name] for name in cards
    }
    assert cards["coverage"][1] == run.measures["baseline_coverage"]
    assert cards["access"][1] == run.measures["baseline_access"]


def test_objective_bound_and_gap(run: Run, page: Page) -> None:
    (goal,) = page.rows("goals-table")
    assert goal.values() == [run.objective, run.bound, run.gap]
    status = page.with_id("status")
    assert status is not None
    assert status.attrs["data-status"] == run.status


def test_every_assignment_is_listed(run: Run, page: Page) -> None:
    columns = ["places", "area_m2", "capacity_visits_per_week"]
    columns.append("served_visits_per_week")
    shown = [row.values() for row in page.rows("assignments-table")]
    assert shown == run.assignments[columns].to_numpy(float).tolist()


def test_coverage_adds_up_to_the_runs_measures(run: Run, page: Page) -> None:
    sums = []
    for key in ("community_id", "need_id", "group_id"):
        rows = np.array([row.values() for row in page.rows(f"coverage-{key}")])
        demand, before, after, access_before, access, nearest = rows.T
        persons = run.measures["counted_demand_persons"]
        assert demand.sum() == pytest.approx(persons)
        for name, share in (
            ("baseline_coverage", before),
            ("coverage", after),
            ("baseline_access", access_before),
            ("access", access),
        ):
            assert demand @ share == pytest.approx(run.measures[name] * persons)
        sums.append(demand @ nearest)
    assert sums == pytest.approx([sums[0]] * 3)
    assert 0 < sums[0] <= run.measures["access"] * persons


def test_shortfall_left_adds_up(run: Run, page: Page) -> None:
    persons = run.measures["counted_demand_persons"]
    unmet = persons - run.measures["counted_covered_persons"]
    for key in ("need_id", "community_id"):
        total, *rows = [row.values() for row in page.rows(f"left-{key}")]
        assert total[:2] == pytest.approx([persons, unmet])
        assert np.sum(rows, axis=0) == pytest.approx(total)
        assert sum(total[2:]) == pytest.approx(total[1])


def test_use_of_buildings_adds_up(run: Run, page: Page) -> None:
    rows = np.array([row.values() for row in page.rows("use-table")])
    _, _, floor, used, available = rows.sum(axis=0)
    assert floor == pytest.approx(run.measures["floor_used_m2"])
    assert used == pytest.approx(run.measures["used_m2_hours_per_week"])
    assert available == pytest.approx(run.measures["available_m2_hours_per_week"])


def test_money_parts_add_up(page: Page) -> None:
    capital, *parts = [row.values()[0] for row in page.rows("money-table")]
    assert sum(parts[:3]) == pytest.approx(capital)
    assert sum(parts[4:]) == pytest.approx(parts[3])


def test_communities_that_reach_a_coverage(run: Run, page: Page) -> None:
    coverage = run.table("coverage.csv")
    sums = coverage.groupby("community_id")[["demand_persons", "covered_persons"]].sum()
    share = sums["covered_persons"] / sums["demand_persons"]
    first = page.rows("compliance-table")[0].values()
    reached = [float((share >= step).sum()) for step in (0.5, 0.8, 0.95)]
    assert first == [len(sums), *reached]


def test_standards_count_areas_and_residents(tmp_path: Path) -> None:
    # C1 with 300 residents has a canteen after the plan, C2 with 100 has none
    city = two_rooms(
        zones=[
            {"zone_id": "Z1", "x": 0, "y": 0, "community_id": "C1"},
            {"zone_id": "Z2", "x": 9000, "y": 0, "community_id": "C2"},
        ],
        population=[
            {"zone_id": "Z1", "group_id": "all", "persons": 300},
            {"zone_id": "Z2", "group_id": "all", "persons": 100},
        ],
        communities=[{"community_id": "C1"}, {"community_id": "C2"}],
        buildings=[{"building_id": "B1", "x": 0, "y": 0, "community_id": "C1"}],
        standards=[
            {"id": "one", "measure": "sites", "minimum": 1, "services": "canteen"}
        ],
    )
    page = Page(report_html(saved(city, TWO_ROOMS, tmp_path / "run")))
    (row,) = page.rows("standards-table")
    assert row.values() == [2.0, 1.0, 0.5, 0.75]
    assert "0 → 1" in row.whole_text()


def test_what_was_assumed_is_said(run: Run, page: Page) -> None:
    text = " ".join(row.whole_text() for row in page.rows("assumptions-table"))
    for default in run.scenario().provenance.defaults_taken:
        assert default in text
    origin = " ".join(row.whole_text() for row in page.rows("origin-table"))
    for path, sha in run.record["scenario"]["inputs"].items():
        assert path in origin
        assert sha in origin


def test_money_against_limits(run: Run, page: Page) -> None:
    rows = [row.values() for row in page.rows("limits-table")]
    limits, measures = run.record["limits"], run.measures
    assert rows[0] == [measures["capital_cost"], limits["capital_budget"]]
    assert rows[1] == [measures["yearly_outlay"], limits["annual_budget"]]
    assert rows[2:4] == [[measures["floor_used_m2"]], [measures["buildings"]]]
    area = run.scenario().tables.spaces["usable_area_m2"].sum()
    assert rows[-1] == [measures["floor_used_m2"], (1 - 0.05) * area]


def test_money_of_a_district_is_that_of_its_buildings(tmp_path: Path) -> None:
    city = two_rooms(
        limits={
            "by_district": {"west": {"capital_budget": 9}, "east": {"buildings": 1}}
        },
        buildings=[
            {
                "building_id": "B1",
                "x": 0,
                "y": 0,
                "opening_cost": 7,
                "district_id": "west",
            }
        ],
        communities=[
            {"community_id": "C1", "district_id": "east"},
            {"community_id": "C2", "district_id": "west"},
        ],
    )
    page = Page(report_html(saved(city, TWO_ROOMS, tmp_path / "run")))
    places = {row.all("td")[0].text: row.values() for row in page.rows("limits-table")}
    assert places["west"] == [7.0, 9.0]
    assert places["east"] == [0.0, 1.0]


def test_the_map_holds_every_zone_and_site(run: Run, page: Page) -> None:
    scenario = run.scenario()
    zones, used, facilities, idle = map(
        page.with_id, ("zones", "used", "facilities", "idle")
    )
    assert zones is not None
    assert used is not None
    assert facilities is not None
    assert idle is not None
    assert len(zones.all("circle")) == len(np.unique(scenario.demand.zone))
    assert len(used.all("rect")) == run.measures["buildings"]
    names = scenario.tables.facilities["facility_id"]
    assert len(facilities.all("path")) == names.nunique()
    assert idle.attrs["d"].count("M") == scenario.num_buildings - len(used.all("rect"))
    assert page.with_id("streets") is None


def test_a_used_building_names_its_services(tmp_path: Path) -> None:
    run = saved(two_rooms(), TWO_ROOMS, tmp_path / "run")
    for language, name in (("zh", "食堂"), ("en", "Canteen")):
        used = Page(report_html(run, language)).with_id("used")
        assert used is not None
        (title,) = used.all("title")
        assert title.text.splitlines() == [
            "B1",
            f"R1: {name} · main × 10",
            "R1: club · main × 5",
            "R2: gym · main × 4",
        ]


def test_the_week_shows_turns_in_one_row(tmp_path: Path) -> None:
    page = Page(report_html(saved(two_rooms(), TWO_ROOMS, tmp_path / "run")))
    (grid,) = [e for e in page.with_attr("data-building") if e.tag == "details"]
    assert grid.attrs["data-use"] == "mixed staggered"
    offers = {e.attrs["data-offer"]: e for e in page.with_attr("data-offer")}
    assert set(offers) == {"canteen/main", "club/main", "gym/main"}
    tops = {key: {r.attrs["y"] for r in e.all("rect")} for key, e in offers.items()}
    assert tops["canteen/main"] == tops["club/main"] != tops["gym/main"]
    canteen = [float(r.attrs["x"]) for r in offers["canteen/main"].all("rect")]
    club = [float(r.attrs["x"]) for r in offers["club/main"].all("rect")]
    assert len(canteen) == len(club) == 7
    assert all(a < b for a, b in zip(canteen, club, strict=True))
    assert len(grid.all("svg")) == 1


def test_hours_past_midnight_belong_to_the_next_day(tmp_path: Path) -> None:
    city = make_scenario(
        services=[service("night", "22:00-02:00")], needs=[need("watch", "night")]
    )
    plan = Plan.from_places({("B1", "R1", "night", "main"): 1})
    page = Page(report_html(saved(city, plan, tmp_path / "run")))
    (offer,) = page.with_attr("data-offer")
    assert len(offer.all("rect")) == 14
    assert len({r.attrs["x"] for r in offer.all("rect")}) == 14


def test_nothing_is_fetched(run: Run) -> None:
    for language in LANGUAGES:
        text = report_html(run, language)
        loads = r"https?:|//\w|\bsrc=|\bhref=\"[^#]|url\(|@import|fetch|XMLHttp"
        assert (
            re.search(loads, re.sub(r">[\w+/=]{400,}<|sha256-[\w+/=]+", "", text))
            is None
        )
        assert len(text.encode()) < UNDER_MB * 2**20


def test_names_are_shown_as_text(tmp_path: Path) -> None:
    evil = "<img src=x>"
    city = make_scenario(
        services=[service("canteen", name=evil)],
        needs=[need("lunch", "canteen", name=evil)],
        communities=[{"community_id": "C1", "name": evil}],
        buildings=[{"building_id": "B1", "x": 0, "y": 0, "name": evil}],
        name=evil,
    )
    plan = Plan.from_places({("B1", "R1", "canteen", "main"): 1})
    text = report_html(saved(city, plan, tmp_path / "run"))
    assert Page(text).root.all("img") == []
    assert text.count("&lt;img src=x&gt;") > 5
    assert evil not in text
    assert evil in unpack(text)["map"]["sites"][0]["name"]


def unpack(text: str) -> dict[str, Any]:
    """Return what the page's script works with."""
    data = Page(text).with_id("page-data")
    assert data is not None
    return dict(json.loads(gzip.decompress(base64.b64decode(data.text))))


def test_only_the_pages_own_script_may_run(run: Run, page: Page) -> None:
    (meta,) = [e for e in page.root.all("meta") if "http-equiv" in e.attrs]
    *data, script = page.root.all("script")
    assert {part.attrs["type"] for part in data} == {"text/plain"}
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in meta.attrs["content"]
    assert "default-src 'none'" in meta.attrs["content"]


def test_the_script_finds_every_message_it_speaks() -> None:
    asked = set(re.findall(r'"(js\.\w+)"', read_script()))
    composed = set(re.findall(r'["`](js\.\w+_)(?:" \+|\$)', read_script()))
    known = {key for key in messages("en") if key.startswith("js.")}
    assert asked - composed <= known
    assert all(key in asked or key.startswith(tuple(composed)) for key in known)


def test_both_languages_have_the_same_messages() -> None:
    english, chinese = messages("en"), messages("zh")
    assert set(english) == set(chinese)
    for key, text in english.items():
        assert fields(text) == fields(chinese[key]), key


def fields(text: str) -> set[str | None]:
    """Return the values a message asks for."""
    return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}


def test_large_amounts_are_short_in_the_headline(run: Run) -> None:
    scenario = run.scenario()
    texts = {
        language: Words(language, scenario).figure(2_434_160_165, "money", short=True)
        for language in LANGUAGES
    }
    assert "CNY 2,434.2 million" in texts["en"]
    assert "24.34 亿元" in texts["zh"]
    assert all('value="2434160165.0"' in text for text in texts.values())


def test_the_tables_of_the_meeting_are_sections(run: Run, page: Page) -> None:
    language = page.root.all("html")[0].attrs["lang"]
    for item in meeting_tables(run, language):
        if item.page_by is None and len(item.rows):
            first, *rows = page.rows(f"meeting-{item.key}-table")
            assert len(rows) + (not item.totals) == len(item.rows)
            assert bool(first.all("b")) is bool(item.totals)
        for shown in item.pages:
            anchor = {"sites": "site", "communities": "community"}[item.key]
            part = page.with_id(f"{anchor}-{shown.id}")
            assert part is not None
            own = item.rows[item.page_by] == shown.id
            assert len(part.all("tr")) == 1 + own.sum()
            assert part.all("summary")[0].whole_text() == shown.title


def test_chinese_money_is_in_wan_yuan(run: Run) -> None:
    page = Page(report_html(run, "zh"))
    (card,) = [
        e
        for e in page.with_attr("data-measure")
        if e.attrs["data-measure"] == "capital_cost"
    ]
    assert card.whole_text().startswith("建设投资")
    cost = run.measures["capital_cost"] / 10_000
    assert card.whole_text().endswith(f"{cost:,.2f} 万元")
    title = page.root.all("title")[0].text
    assert title.startswith("河畔街道")


def test_a_broken_rule_is_shown(tmp_path: Path) -> None:
    city = two_rooms(limits={"buildings": 0})
    page = Page(report_html(saved(city, TWO_ROOMS, tmp_path / "run")))
    (row,) = page.rows("violations-table")
    assert row.all("td")[0].text == "building_limit"
    assert row.values() == [1.0]


def test_an_empty_plan_has_a_page(tmp_path: Path) -> None:
    page = Page(report_html(saved(two_rooms(), Plan.from_places({}), tmp_path / "run")))
    assert page.with_id("week") is None
    assert page.rows("assignments-table") == []


def test_without_a_plan_the_conflicts_are_shown(tmp_path: Path) -> None:
    city = two_rooms(
        limits={"buildings": 0}, rules={"pins": [{"fix": "in", "building": "B1"}]}
    )
    result = al.solve(city, al.SolveOptions(engine="exact"))
    run = read_run(al.write_run(result, tmp_path / "run"))
    page = Page(report_html(run))
    assert run.status == "infeasible"
    rules = {row.all("td")[0].text for row in page.rows("conflicts-table")}
    assert rules == {"building_limit", "pins"}
    assert page.with_id("map") is None


def test_streets_and_walking_areas_in_mode_network(tmp_path: Path) -> None:
    from tests.access.network.test_scenario import FILES

    folder = tmp_path / "river"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    plan = Plan.from_places({("B1", "B1", "stop", "any"): 1})
    page = Page(report_html(saved(read_scenario(folder), plan, tmp_path / "run")))
    streets = page.with_id("streets")
    assert streets is not None
    assert streets.attrs["d"].count("M") == 4
    walks = {e.attrs["data-minutes"]: e for e in page.with_attr("data-minutes")}
    assert set(walks) == {"5", "10", "15"}
    # all of the north bank is within 5 minutes, and the far street never is
    low = [int(y) for _, y in re.findall(r"[ML](\d+) (\d+)", walks["5"].attrs["d"])]
    starts = [int(y) for _, y in re.findall(r"M(\d+) (\d+)", streets.attrs["d"])]
    assert low
    assert min(low) > min(starts)


def test_a_file_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot write the report"):
        write_report(run, tmp_path / "absent" / "page.html")
    (tmp_path / "taken").mkdir()
    with pytest.raises(RunError, match="cannot write the report"):
        write_report(run, tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_an_unknown_language(run: Run) -> None:
    with pytest.raises(OptionsInvalid, match="'fr'"):
        report_html(run, "fr")
