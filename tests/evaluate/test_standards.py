"""Standards in every area: hand-worked values before and after a plan.

Two communities on a street. Meadow (existing): 1,000 persons, 400 of them old, 400
households, and a facility F1 of 30 lunch and 20 dinner places on 150 m² gross. Hill
(new): 500 persons, 100 of them old, 200 households, and the building B1 with one open
floor and a use coefficient of 0.5. Beyond the border lies Far, which is not counted,
with a facility of its own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from allocator import instance
from allocator.access import build_access
from allocator.errors import ScenarioInvalid
from allocator.evaluate import evaluate_plan
from allocator.options import SolveOptions
from allocator.plan import Plan
from allocator.solve import solve
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    import pandas as pd

    from allocator.instance import Instance
    from allocator.scenario import Scenario

MEALS = [
    {"id": "lunch", "hours": "11:00-13:00"},
    {"id": "dinner", "hours": "17:00-19:00"},
]
CHEAPEST = {"minimize": {"capital_cost": 1}}
OPENED = {
    ("B1", "R1", "canteen", "lunch"): 10,
    ("B1", "R1", "canteen", "dinner"): 6,
    ("B1", "R1", "gym", "main"): 4,
}
"""Canteen 10 × 2 m², gym 4 × 5 m² beside it: 40 m² used, 80 m² gross."""


def street(*standards: dict[str, Any], **sections: Any) -> Scenario:
    communities = [
        {"community_id": "Meadow", "kind": "existing", "households": 400},
        {"community_id": "Hill", "kind": "new", "households": 200},
    ]
    own = {"street_id": "S1", "district_id": "D1"}
    far = {"community_id": "Far", "street_id": "S2", "district_id": "D2"}
    zones = [("Z1", 0, "Meadow", "yes"), ("Z2", 1000, "Hill", "yes")]
    zones += [("Z3", 9000, "Far", "no")]
    persons = [("Z1", "young", 600), ("Z1", "old", 400), ("Z2", "young", 400)]
    persons += [("Z2", "old", 100), ("Z3", "old", 700)]
    place = {"service_id": "canteen", "gross_area_m2": 150}
    facilities = [
        place | {"facility_id": "F1", "session_id": "lunch", "places": 30},
        place | {"facility_id": "F1", "session_id": "dinner", "places": 20},
    ]
    at = {"x": 100, "y": 0, "community_id": "Meadow"}
    abroad = {"facility_id": "F9", "session_id": "lunch", "places": 900}
    return make_scenario(
        groups=[{"id": "young"}, {"id": "old"}],
        services=[
            service("canteen", sharing="hall", category="meals", sessions=MEALS),
            service("gym", sharing="active", category="sports", m2_per_place=5.0),
        ],
        needs=[
            need("lunch", "canteen", groups={"old": 0.1}),
            need("exercise", "gym", groups={"young": 0.1}),
        ],
        communities=[*(row | own for row in communities), far],
        zones=[
            {"zone_id": z, "x": x, "y": 0, "community_id": c, "counted": counted}
            for z, x, c, counted in zones
        ],
        population=[{"zone_id": z, "group_id": g, "persons": p} for z, g, p in persons],
        buildings=[
            {
                "building_id": "B1",
                "x": 900,
                "y": 0,
                "community_id": "Hill",
                "use_coefficient": 0.5,
            }
        ],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "divisible": "yes",
            }
        ],
        tables={
            "facilities": [
                *(row | at for row in facilities),
                place | abroad | {"x": 9000, "y": 0, "community_id": "Far"},
            ]
        },
        standards=list(standards),
        **sections,
    )


def compliance(scenario: Scenario) -> pd.DataFrame:
    plan = Plan.from_places(OPENED)
    table = evaluate_plan(scenario, build_access(scenario), plan).compliance
    return table.set_index("area_id")


def build_instance(scenario: Scenario) -> Instance:
    return instance.build_instance(scenario, build_access(scenario))


def values(table: pd.DataFrame, column: str = "value") -> dict[str, float]:
    return {str(area): float(v) for area, v in table[column].items()}


def test_places_per_1000_persons_count_the_most_places_in_any_slot() -> None:
    standard = {
        "measure": "places_per_1000_persons",
        "minimum": 25,
        "services": "canteen",
    }
    table = compliance(street(standard | {"id": "seats"}))

    # Lunch and dinner take turns: 30 places of F1 and 10 of B1, not 50 and 16.
    assert values(table) == {"Meadow": 30.0, "Hill": 20.0}
    assert values(table, "baseline_value") == {"Meadow": 30.0, "Hill": 0.0}
    assert values(table, "missing") == {"Meadow": 0.0, "Hill": 2.5}
    assert values(table, "baseline_missing") == {"Meadow": 0.0, "Hill": 12.5}
    assert table["status"].to_dict() == {"Meadow": "met", "Hill": "below"}
    assert set(table["missing_unit"]) == {"places"}


def test_places_may_be_compared_with_some_groups_at_other_levels() -> None:
    standard = {"measure": "places_per_1000_persons", "minimum": 90, "groups": "old"}
    for level, area in (("street", "S1"), ("district", "D1"), ("all", "")):
        table = compliance(street(standard | {"id": "seats", "level": level}))
        # Canteen 40, gym 4, of 500 old persons; the facility beyond the border is not.
        assert values(table) == {area: pytest.approx(88.0)}
        assert values(table, "missing") == {area: pytest.approx(1.0)}


def test_gross_area_per_100_households_of_existing_and_new_apart() -> None:
    measure = {"measure": "gross_m2_per_100_households"}
    table = compliance(
        street(
            measure | {"id": "new", "minimum": 45, "kinds": "new"},
            measure | {"id": "old", "minimum": 30, "kinds": ["existing", "old_estate"]},
        )
    )

    # 150 m² ÷ 4; (20 m² canteen + 20 m² gym) ÷ 0.5 ÷ 2
    assert values(table) == {"Meadow": 37.5, "Hill": 40.0}
    assert table["standard_id"].to_dict() == {"Meadow": "old", "Hill": "new"}
    assert values(table, "missing") == {"Meadow": 0.0, "Hill": 10.0}


def test_gross_area_of_some_services_leaves_the_others_out() -> None:
    standard = {"measure": "gross_m2_per_1000_persons", "minimum": 90}
    table = compliance(street(standard | {"id": "food", "categories": "meals"}))

    # 20 m² ÷ 0.5 = 40 m² of 500 persons
    assert values(table) == {"Meadow": 150.0, "Hill": 80.0}


def test_sites_per_street() -> None:
    standard = {"measure": "sites", "minimum": 2, "services": "canteen"}
    table = compliance(street(standard | {"id": "two", "level": "street"}))

    assert values(table) == {"S1": 2.0}
    assert values(table, "baseline_missing") == {"S1": 1.0}


def test_persons_within_a_limit_beyond_any_need() -> None:
    """Needs walk 10 minutes at most, the standard asks for 11."""
    standard = {"measure": "persons_within_limit", "services": "canteen"}
    standard |= {"minimum": 0.9, "level": "all"}

    # F1 is 1 min from Z1 and 9 from Z2; B1 is 9 from Z1 and 1 from Z2.
    table = compliance(street(standard | {"id": "near", "max_walk_min": 8}))
    assert values(table, "baseline_value") == {"": pytest.approx(1000 / 1500)}
    assert values(table) == {"": 1.0}
    assert values(table, "baseline_missing") == {"": pytest.approx(350.0)}
    wide = street(standard | {"id": "near", "max_walk_min": 11})
    assert build_access(wide)["walk"].limit_min == 11
    plain, further = build_instance(street()), build_instance(wide)
    assert len(plain.arcs.row) == len(further.arcs.row)


def test_coverage_of_one_need() -> None:
    standard = {"measure": "coverage", "minimum": 0.5, "needs": "exercise"}
    table = compliance(street(standard | {"id": "gym"}))

    # 4 places × 7 days = 28 visits a week go to the 40 asked for beside the building.
    assert values(table) == {"Meadow": 0.0, "Hill": pytest.approx(0.7)}
    assert values(table, "missing") == {"Meadow": 30.0, "Hill": 0.0}
    assert set(table["baseline_status"]) == {"below"}


def test_compliance_is_the_share_of_areas_that_meet_a_standard() -> None:
    """25 places per 1,000 are met in one community of two; the canteens before too."""
    seats = {"measure": "places_per_1000_persons", "minimum": 25, "services": "canteen"}
    sites = {"measure": "sites", "minimum": 1, "services": "canteen"}
    sample = street(seats | {"id": "seats"}, sites | {"id": "sites"})
    plan = Plan.from_places(OPENED)
    measures = evaluate_plan(sample, build_access(sample), plan).measures

    assert measures["compliance"] == pytest.approx(3 / 4)
    assert measures["baseline_compliance"] == pytest.approx(2 / 4)


def test_unknown_households_are_unknown_not_zero() -> None:
    standard = {"measure": "gross_m2_per_100_households", "minimum": 30}
    sample = street(standard | {"id": "gross"})
    sample.tables.communities.loc[:, "households"] = math.nan
    table = compliance(sample)

    assert set(table["status"]) == {"unknown"}
    assert table["value"].isna().all()


def test_a_standard_is_verified_while_its_minimum_is_the_one_read() -> None:
    """A scenario that overrides the figure of a catalogue does not keep its source."""
    standard = {"measure": "sites", "verified_minimum": 1, "source": "S70"}
    table = compliance(
        street(
            standard | {"id": "as_read", "minimum": 1},
            standard | {"id": "own", "minimum": 2},
        )
    )

    by_id = table.groupby("standard_id")["verified"].first()
    assert by_id.to_dict() == {"as_read": True, "own": False}


def test_a_standard_as_floor_must_be_reached() -> None:
    standard = {"id": "half", "measure": "coverage", "minimum": 0.5, "use": "floor"}
    sample = street(standard | {"needs": "exercise", "kinds": "new"})
    plan = Plan.from_places({("B1", "R1", "gym", "main"): 1})
    broken = evaluate_plan(sample, build_access(sample), plan).violations

    # 7 visits of one place; Hill asks 40, of which 20 are to be covered
    assert [(v.rule_id, v.where) for v in broken] == [
        ("coverage_floor", {"community": "Hill", "need": "exercise"})
    ]
    assert broken[0].excess == pytest.approx(13.0)


def test_a_floor_of_sites_asks_for_one_where_no_facility_is() -> None:
    """F1 gives meals in Meadow already, Hill has none."""
    standard = {"id": "one", "measure": "sites", "minimum": 1, "use": "floor"}
    sample = street(standard | {"categories": "meals"}, goals=[CHEAPEST])
    broken = evaluate_plan(
        sample, build_access(sample), Plan.from_places({})
    ).violations

    assert [(v.rule_id, dict(v.where)) for v in broken] == [
        ("pins", {"pin": "0", "fix": "in", "category": "meals", "community": "Hill"})
    ]
    pin = sample.spec.rules.pins[0]
    assert pin.reason == "standard one"
    result = solve(sample, SolveOptions(engine="exact", time_limit_s=60))
    assert result.evaluation is not None
    table = result.evaluation.compliance.set_index("area_id")
    assert table["status"].to_dict() == {"Meadow": "met", "Hill": "met"}


def test_a_floor_of_sites_in_every_street_is_met_by_one_community() -> None:
    standard = {"id": "one", "measure": "sites", "minimum": 1, "use": "floor"}
    sample = street(standard | {"services": "canteen", "level": "street"})

    assert sample.spec.rules.pins == ()  # F1 stands in the street


@pytest.mark.parametrize(
    ("standard", "code"),
    [
        ({"measure": "sites", "services": "canten"}, "unknown-service"),
        ({"measure": "sites", "categories": "meal"}, "unknown-category"),
        ({"measure": "coverage", "needs": "dinner"}, "unknown-need"),
        ({"measure": "places_per_1000_persons", "groups": "elder"}, "unknown-group"),
        ({"measure": "sites", "use": "floor"}, "invalid-value"),
        ({"measure": "sites", "use": "floor", "services": ["a", "b"]}, "invalid-value"),
        (
            {"measure": "sites", "use": "floor", "services": "gym", "level": "all"},
            "invalid-value",
        ),
        ({"measure": "places_per_1000_persons", "use": "floor"}, "invalid-value"),
        ({"measure": "sites", "use": "goal"}, "unknown-value"),
        ({"measure": "coverage", "services": "canteen"}, "invalid-value"),
        ({"measure": "persons_within_limit"}, "invalid-value"),
        ({"measure": "coverage", "groups": "old", "use": "floor"}, "invalid-value"),
    ],
)
def test_a_standard_that_says_nothing_is_refused(
    standard: dict[str, Any], code: str
) -> None:
    with pytest.raises(ScenarioInvalid) as caught:
        street(standard | {"id": "wrong", "minimum": 1})
    assert code in {issue.code for issue in caught.value.issues}


def test_a_floor_given_twice_is_refused() -> None:
    standard = {"id": "half", "measure": "coverage", "minimum": 0.5, "use": "floor"}
    with pytest.raises(ScenarioInvalid) as caught:
        street(
            standard | {"needs": "lunch", "level": "all"},
            rules={"coverage_floor": {"needs": {"lunch": 0.4}}},
        )
    assert [issue.code for issue in caught.value.issues] == ["floor-twice"]


def test_places_of_an_unlimited_service_are_refused() -> None:
    standard = {"measure": "places_per_1000_persons", "services": "stop"}
    with pytest.raises(ScenarioInvalid) as caught:
        make_scenario(
            services=[service("stop", capacity="unlimited")],
            needs=[need("ride", "stop")],
            standards=[standard | {"id": "stops", "minimum": 1}],
        )
    assert "standard-without-places" in {i.code for i in caught.value.issues}
