"""Needs, residents and demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from allocator.issues import Severity

if TYPE_CHECKING:
    from tests.scenario.sound import Sound


def test_visits_above_the_days_of_an_accepted_offer(sound: Sound) -> None:
    """The school is held on five days, so six visits a week cannot be met by it."""
    sound.document["needs"][1]["visits_per_person_week"] = 6

    found = sound.only_issue()

    assert found.code == "visits-exceed-days"
    assert found.place.path == "needs[1].visits_per_person_week"
    assert found.expected is not None
    assert found.expected.startswith("at most 5; split the need")


def test_every_accepted_session_counts_for_the_days(sound: Sound) -> None:
    """An acceptance of the whole service covers its Saturday session too."""
    session = {"id": "saturday", "days": "sat", "hours": "09:00-12:00"}
    sound.document["services"][1]["sessions"].append(session)

    found = sound.only_issue()

    assert found.code == "visits-exceed-days"
    assert "school/saturday is held on 1 days" in found.message


def test_a_need_whose_credit_is_always_zero(sound: Sound) -> None:
    sound.document["needs"][0]["credit"] = [{"max_min": 10, "share": 0}]

    found = sound.only_issue()

    assert (found.code, found.place.path) == ("need-unmeetable", "needs[0].credit")


@pytest.mark.parametrize(
    "credit",
    [
        [{"max_min": 10, "share": 1}, {"max_min": 20, "share": 0.5}],  # second too late
        [{"max_min": 5, "share": 1}],  # nothing from 5 to 10 min
        [{"max_min": 5, "share": 0.5}, {"max_min": 10, "share": 1}],  # rises
        {"full_min": 10, "zero_min": 20},  # full credit everywhere
    ],
)
def test_credit_that_does_not_fit_the_walking_limit(sound: Sound, credit: Any) -> None:
    """Lunch is accepted within 10 minutes."""
    sound.document["needs"][0]["credit"] = credit

    found = sound.only_issue()

    assert (found.code, found.severity) == ("credit-beyond-limit", Severity.WARNING)


@pytest.mark.parametrize(
    "credit",
    [
        [{"max_min": 5, "share": 1}, {"max_min": 10, "share": 0.6}],
        {"full_min": 5, "zero_min": 15},
    ],
)
def test_credit_within_the_walking_limit_is_fine(sound: Sound, credit: Any) -> None:
    sound.document["needs"][0]["credit"] = credit

    assert sound.issues() == ()


def test_a_rate_above_one(sound: Sound) -> None:
    sound.document["needs"][0]["groups"]["elder"] = 8
    row = {"zone_id": "Z1", "need_id": "lunch", "rate": 1.2}
    sound.rows["survey"] = [row]

    found = [(i.code, i.place.path or i.place.column) for i in sound.issues()]

    assert found == [
        ("rate-above-one", "needs[0].groups.elder"),
        ("rate-above-one", "rate"),
    ]


def test_an_offer_accepted_twice(sound: Sound) -> None:
    accepts = sound.document["needs"][0]["accepts"]
    accepts.append(accepts[0] | {"max_walk_min": 15})

    found = sound.only_issue()

    assert (found.code, found.place.path) == ("accepted-twice", "needs[0].accepts[1]")


def test_a_service_nobody_asks_for(sound: Sound) -> None:
    del sound.document["needs"][1]

    found = sound.only_issue()

    assert (found.code, found.place.path) == ("service-unused", "services[1].id")


def test_a_scenario_without_services_and_needs(sound: Sound) -> None:
    sound.document |= {"services": [], "needs": []}
    del sound.rows["facilities"]

    assert [i.code for i in sound.issues()] == ["no-services", "no-needs"]


def test_a_scenario_without_groups(sound: Sound) -> None:
    """Reported once, not for each of the five places that name a group."""
    del sound.document["groups"]

    found = sound.only_issue()

    assert (found.code, found.place.path) == ("no-groups", "groups")


def test_an_empty_table_of_zones_is_reported_once(sound: Sound) -> None:
    """The residents of the zones are not unknown one by one."""
    sound.rows["zones"] = []
    del sound.rows["communities"]
    sound.set_each("buildings", community_id="")

    assert sound.only_issue().code == "no-zones"


def test_no_zones(sound: Sound) -> None:
    for table in ("zones", "population", "communities"):
        del sound.rows[table]
    sound.rows["buildings"] = [{"building_id": "B1", "x": 0, "y": 0}]
    sound.rows["spaces"] = sound.rows["spaces"][:1]

    assert sound.only_issue().code == "no-zones"


def test_no_residents(sound: Sound) -> None:
    del sound.rows["population"]

    assert sound.only_issue().code == "no-demand"


def test_zones_without_residents_are_named(sound: Sound) -> None:
    for k in range(7):
        row = {"zone_id": f"Z9{k}", "x": 0, "y": 0, "community_id": "C1"}
        sound.rows["zones"].append(row)
    sound.rows["zones"].append(
        {"zone_id": "Z99", "x": 0, "y": 0, "community_id": "C1", "counted": "no"}
    )
    sound.set_each("zones", counted="yes")
    sound.rows["zones"][-1]["counted"] = "no"

    found = sound.only_issue()

    assert (found.code, found.severity) == ("zone-without-demand", Severity.WARNING)
    assert found.message.endswith("Z90, Z91, Z92, Z93, Z94 and 2 more")


def test_residents_of_a_community_reach_its_zones(sound: Sound) -> None:
    row = {"community_id": "C1", "group_id": "elder", "persons": 10}
    sound.rows["population"] = [row, row | {"community_id": "C2", "group_id": "adult"}]

    assert sound.issues() == ()


def test_residents_of_a_community_without_zones_would_be_lost(sound: Sound) -> None:
    sound.rows["communities"].append({"community_id": "C3", "district_id": "east"})
    row = {"community_id": "C3", "group_id": "elder", "persons": 10}
    sound.rows["population"].append(row)

    found = {i.code: i for i in sound.issues()}

    assert set(found) == {"community-without-zone", "empty-community"}
    assert found["community-without-zone"].severity is Severity.ERROR
    assert found["empty-community"].severity is Severity.WARNING


def test_residents_given_by_zone_and_by_community(sound: Sound) -> None:
    row = {"community_id": "C1", "group_id": "elder", "persons": 10}
    sound.rows["population"].append(row)

    found = sound.only_issue()

    assert (found.code, found.place.row) == ("residents-twice", 5)


def test_demand_with_and_without_group(sound: Sound) -> None:
    row = {"zone_id": "Z1", "need_id": "lunch", "visits_per_week": 5}
    sound.rows["demand"] = [
        row | {"group_id": "elder"},
        row | {"group_id": ""},
        row | {"zone_id": "Z2", "group_id": ""},  # alone: fine
    ]

    found = sound.only_issue()

    assert (found.code, found.place.row) == ("demand-mixed", 3)


def test_a_group_with_needs_but_no_residents(sound: Sound) -> None:
    sound.rows["population"] = [
        row for row in sound.rows["population"] if row["group_id"] == "adult"
    ]

    found = sound.only_issue()

    assert (found.code, found.place.path) == ("group-without-residents", "groups[1].id")


def test_a_community_without_zone_and_residents(sound: Sound) -> None:
    sound.rows["communities"].append({"community_id": "C9", "district_id": "east"})

    found = sound.only_issue()

    assert (found.code, found.severity) == ("empty-community", Severity.WARNING)
