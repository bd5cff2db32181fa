"""Which offer suits which space, with every reason in words."""

from allocator.evaluate import suitability
from tests.builders import make_scenario, need, service


def city(**space):
    building = {
        "building_id": "B1",
        "x": 0,
        "y": 0,
        "outdoor_m2": 2,
        "available_until": "2025-12-01",
    }
    return make_scenario(
        services=[
            service("plain"),
            service("big", m2_per_place=200),
            service("large", min_area_m2=300),
            service(
                "gas",
                requires={"any_of": [{"features": ["gas"]}, {"min_floor": 2}]},
            ),
            service("garden", requires={"outdoor_m2_per_place": 3}),
            service("night", "20:00-23:00"),
            service("pinned"),
        ],
        needs=[need("one", "plain")],
        buildings=[
            {"building_id": "B1", "x": 0, "y": 0, "outdoor_m2": 2},
            building | {"building_id": "B2"},
        ],
        spaces=[
            {
                "space_id": "R1",
                "building_id": "B1",
                "usable_area_m2": 100,
                "available": "all 08:00-22:00",
            },
            {"space_id": "R2", "building_id": "B2", "usable_area_m2": 100},
        ],
        rules={"pins": [{"fix": "out", "service": "pinned", "reason": "noise"}]},
    )


TABLE = suitability(city()).set_index(["space_id", "service_id"])


def test_every_space_meets_every_offer():
    assert len(TABLE) == 2 * 7
    assert TABLE.loc[("R1", "plain"), "bar"] == ""
    assert TABLE.loc[("R1", "plain"), "reason"] == ""


def test_each_rule_that_bars_is_named_with_its_reason():
    bars = TABLE.loc["R1", "bar"].to_dict()
    assert bars == {
        "plain": "",
        "big": "area_limit",
        "large": "min_area",
        "gas": "siting",
        "garden": "siting",
        "night": "available",
        "pinned": "pins",
    }
    reasons = TABLE.loc["R1", "reason"].to_dict()
    assert reasons["gas"] == "no gas, or floor 1 is below 2"
    assert reasons["night"] == "420 min per week outside the hours of use"  # 7 × 60
    assert reasons["big"] == "100 m² hold no place of 200 m²"
    assert reasons["large"] == "100 m² are below 300 m²"
    assert reasons["garden"] == "outdoor area 2 m² is below 3 m² per place"
    assert reasons["pinned"] == "noise"


def test_all_rules_that_bar_are_told_together():
    assert TABLE.loc[("R2", "gas"), "bar"] == "siting, available"
    assert "31 days outside its dates" in TABLE.loc[("R2", "gas"), "reason"]
