"""The built-in catalogue: valid, complete, and honest about its figures."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from allocator.catalogue import Mark, available, load, read_catalogue
from allocator.issues import Severity
from allocator.scenario import check_scenario
from allocator.scenario.schema import DEDICATED, ScenarioSpec

if TYPE_CHECKING:
    from allocator.scenario.hours import WeekHours

CATEGORIES = {
    "elder_care",
    "infant_care",
    "after_school_care",
    "meals",
    "home_help",
    "health",
    "sports",
    "culture",
    "childrens_play",
}


@pytest.fixture(scope="module")
def spec() -> ScenarioSpec:
    return ScenarioSpec(format="allocator/1", name="catalogue", **load("cn-community"))


def week(spec: ScenarioSpec, service_id: str, session_id: str) -> WeekHours:
    service = next(s for s in spec.services if s.id == service_id)
    return next(s for s in service.sessions if s.id == session_id).week


def test_available_names() -> None:
    assert available() == ("cn-community",)


def test_an_unknown_catalogue_names_the_nearest() -> None:
    with pytest.raises(KeyError, match="did you mean 'cn-community'"):
        load("cn-comunity")


def test_loading_gives_a_fresh_mapping() -> None:
    load("cn-community")["services"].clear()

    assert load("cn-community")["services"]


def test_the_document_holds_no_figures_of_its_own() -> None:
    assert "figures" not in str(load("cn-community"))


def test_every_name_of_the_catalogue_is_defined_in_it() -> None:
    """All references, change-over times and days are checked with one zone."""
    document = load("cn-community") | {
        "format": "allocator/1",
        "name": "bare",
        "tables": {},
    }
    found = [i for i in check_scenario(document) if i.severity is Severity.ERROR]

    assert [issue.code for issue in found] == ["no-zones"]


def test_all_categories_of_the_programme_are_there(spec: ScenarioSpec) -> None:
    assert {service.category for service in spec.services} == CATEGORIES


def test_every_item_has_a_name_in_both_languages(spec: ScenarioSpec) -> None:
    items = [*spec.groups, *spec.services, *spec.needs]
    items += [session for service in spec.services for session in service.sessions]

    for item in items:
        assert re.search(r"[\u4e00-\u9fff]", item.label("zh")), item.id
        assert item.label("en").isascii(), item.id


def test_one_hall_can_be_used_by_four_services_in_turn(spec: ScenarioSpec) -> None:
    """Elder activity, lunch, after-school care and evening culture, one after another.

    08:00-10:00, 10:30-13:00, 15:30-18:30 and 19:15-21:15 leave 30, 150 and 45 minutes.
    """
    day = [
        ("elder_activity", "morning"),
        ("canteen", "lunch"),
        ("after_school", "afternoon"),
        ("culture", "evening"),
    ]
    classes = {s.sharing for s in spec.services if s.id in dict(day)}
    needed = {
        pair: change.minutes
        for change in spec.rules.change_over_min
        for pair in change.ordered_pairs
    }

    assert classes == {"hall"}
    for (first, session), (second, next_session) in pairwise(day):
        ends = week(spec, first, session).intervals[0][1]
        starts = week(spec, second, next_session).intervals[0][0]
        assert starts - ends >= needed.get((first, second), 0)


def test_care_of_infants_and_treatment_are_never_shared(spec: ScenarioSpec) -> None:
    dedicated = {s.id for s in spec.services if s.sharing == DEDICATED}

    stays = {"elder_day_care", "nursing_stay"}
    assert dedicated == {"infant_care", "health_station"} | stays


def test_childcare_is_four_needs(spec: ScenarioSpec) -> None:
    infants = [n for n in spec.needs if n.accepts[0].service == "infant_care"]

    assert len(infants) == 4
    sessions = {accept.session for n in infants for accept in n.accepts}
    assert sessions == {"full_day", "half_day", "hourly", "temporary"}


def test_every_meal_of_old_and_others_has_two_ways(spec: ScenarioSpec) -> None:
    meals = {"breakfast", "lunch_elder", "lunch_adult", "dinner_elder", "dinner_adult"}
    asked = {n.id: {a.service for a in n.accepts} for n in spec.needs if n.id in meals}

    assert asked == {need: {"canteen", "meal_point"} for need in meals}


def test_nursing_beds_are_open_round_the_clock(spec: ScenarioSpec) -> None:
    hours = week(spec, "nursing_stay", "round_the_clock")

    assert hours.minutes_per_week == 7 * 24 * 60
    assert hours.days_per_week == 7


def test_infants_need_less_outdoor_area_in_existing_communities(
    spec: ScenarioSpec,
) -> None:
    infant_care = next(s for s in spec.services if s.id == "infant_care")
    asked = {
        c.outdoor_m2_per_place: tuple(kind.value for kind in c.community_kinds)
        for c in infant_care.requires.any_of
    }

    assert asked == {3: (), 2: ("existing", "old_estate")}


def test_standards_carry_their_source_while_their_figure_is_the_one_read(
    spec: ScenarioSpec,
) -> None:
    by_id = {standard.id: standard for standard in spec.standards}
    canteen = by_id["canteen_per_street"]

    assert canteen.verified
    assert canteen.source_date == "2022"
    assert not by_id["day_care_near_elders"].verified
    assert not canteen.model_copy(update={"minimum": 2.0}).verified


def test_facts_are_cited() -> None:
    facts = {fact.id: fact for fact in read_catalogue("cn-community").facts}

    assert facts["infant_class_2"].value == 20
    assert all(fact.sources for fact in facts.values() if fact.mark is Mark.CITED)


def test_rules_have_ids_to_be_changed_by(spec: ScenarioSpec) -> None:
    entries = [*spec.rules.change_over_min, *spec.rules.incompatible]

    assert all(entry.id for entry in entries)
    assert len({entry.id for entry in entries}) == len(entries)


def test_every_entry_on_figures_speaks_of_something() -> None:
    assert read_catalogue("cn-community").unmatched_entries == ()


def test_every_cited_figure_names_a_source_and_no_other_does() -> None:
    """What was not read is never given with a source as if it had been."""
    for figure in read_catalogue("cn-community").figures:
        if figure.mark is Mark.CITED:
            assert figure.sources, figure.path
        if figure.mark is Mark.DERIVED:
            assert figure.sources, figure.path
            assert figure.note, figure.path
        if figure.mark in (Mark.UNVERIFIED, Mark.ASSUMPTION):
            assert not figure.sources, figure.path
            assert not figure.verified


def test_every_source_is_used_and_has_a_quality() -> None:
    book = read_catalogue("cn-community")
    used = {source.id for item in book.figures for source in item.sources}
    used |= {source.id for fact in book.facts for source in fact.sources}

    assert used == book.sources.keys()
    assert {source.quality for source in book.sources.values()} <= {"A", "B", "C"}
    dates = {source.date for source in book.sources.values()}
    assert all(re.fullmatch(r"\d{4}(-\d\d){0,2}|undated", date) for date in dates)


def test_figures_of_known_items() -> None:
    book = read_catalogue("cn-community")
    figures = {figure.path: figure for figure in book.figures}

    minimum = figures["services.canteen.min_area_m2"]
    assert (minimum.value, minimum.mark) == (50, Mark.CITED)
    assert [source.id for source in minimum.sources] == ["S70"]
    hours = figures["services.after_school.sessions.afternoon.hours"]
    assert (hours.value, hours.mark) == ("15:30-18:30", Mark.UNVERIFIED)
    # An entry speaks of every alternative, one with a position of that one alone.
    care = "services.elder_day_care.requires.any_of"
    assert figures[f"{care}.[0].max_floor"].mark is Mark.ASSUMPTION
    assert figures[f"{care}.[1].max_floor"].mark is Mark.CITED
    assert figures[f"{care}.[0].max_fire_resistance_class"].mark is Mark.CITED
    assert figures[f"{care}.[0].daylight"].mark is Mark.ASSUMPTION
    assert figures["services.canteen.equipment_cost"].mark is Mark.ASSUMPTION


def test_a_catalogue_is_mostly_its_own_assumptions() -> None:
    """Unit costs and demand rates are; norms are not. Nobody should be misled."""
    marks = Counter(f.mark for f in read_catalogue("cn-community").figures)

    assert set(marks) == set(Mark)
    assert marks[Mark.ASSUMPTION] > marks[Mark.CITED] > marks[Mark.DERIVED]
