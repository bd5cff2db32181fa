"""Made-up cities: repeatable, of one density, and priced by a closed formula."""

from __future__ import annotations

import pandas as pd
import pytest

from allocator.scenario import build_scenario
from benchmarks.cities import FEATURES, SHAPES, full_cost, make_city


@pytest.mark.parametrize("seed", [0, 1])
def test_same_seed_same_city(seed: int) -> None:
    one, other = make_city("s", seed), make_city("s", seed)
    assert one[0] == other[0]
    for name, frame in one[1].items():
        pd.testing.assert_frame_equal(frame, other[1][name])


def test_another_seed_is_another_city() -> None:
    one, other = make_city("s", 0)[1], make_city("s", 2)[1]
    assert not one["zones"].equals(other["zones"])


def test_small_city_is_as_large_as_described() -> None:
    document, frames = make_city("s", 0)
    scenario = build_scenario(document, frames)
    assert len(frames["buildings"]) == 30
    assert len(frames["zones"]) == 300
    assert 65 <= len(frames["spaces"]) <= 90
    assert (len(scenario.services), len(scenario.offers)) == (10, 28)
    shareable = [s for s in scenario.services if s.sharing != "dedicated"]
    assert len(shareable) == 6


def test_density_stays_the_same_as_the_city_grows() -> None:
    def zones_per_km2(subject: str) -> float:
        zones = make_city(subject, 0)[1]["zones"]
        extent = zones[["x", "y"]].max() - zones[["x", "y"]].min()
        return len(zones) / (extent["x"] * extent["y"] / 1e6)

    assert zones_per_km2("m") == pytest.approx(zones_per_km2("s"), rel=0.05)


def test_odd_seeds_have_every_feature_and_even_seeds_none() -> None:
    plain, rich = make_city("s", 0), make_city("s", 1)
    assert "facilities" not in plain[1]
    assert "rules" not in plain[0]
    assert rich[1]["spaces"]["divisible"].any()
    assert len(rich[1]["facilities"]) > 0
    assert rich[0]["limits"]["reserve_share"] == 0.1
    assert {"change_over_min", "incompatible"} <= set(rich[0]["rules"])
    assert any(need.get("fee_per_visit") for need in rich[0]["needs"])
    assert any("credit" in need for need in rich[0]["needs"])
    assert any("requires" in service for service in rich[0]["services"])


@pytest.mark.parametrize("feature", FEATURES)
def test_each_feature_alone_is_a_valid_scenario(feature: str) -> None:
    document, frames = make_city("s", 0, features=[feature])
    assert build_scenario(document, frames).spec.name is not None


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", [0, 1])
def test_each_shape_is_a_valid_scenario(shape: str, seed: int) -> None:
    document, frames = make_city("s", seed, shape=shape)
    assert build_scenario(document, frames).spec.name is not None


def test_budgets_are_shares_of_what_full_coverage_costs() -> None:
    document, frames = make_city("s", 0, money_share=0.2)
    cost = full_cost(document, frames)
    limits = document["limits"]
    assert limits["capital_budget"] == pytest.approx(0.2 * cost.capital, abs=500)
    assert limits["annual_budget"] == pytest.approx(0.2 * cost.annual, abs=500)


def test_full_cost_by_hand() -> None:
    # 100 persons × rate 0.5 × 2 visits = 100 visits over two offers: 50 each.
    # daily: 50 ÷ (2 turns × 7 days) = 25/7 places; weekend: 50 ÷ (2 × 2) = 12.5.
    # P = 12.5 places, floor 12.5 × 4 = 50 m², rooms 50 ÷ mean room 25 = 2.
    # capital 1,000 opening + 50 × 10 + 2 × 300 + 12.5 × 8 = 2,200
    # yearly 70 rent + 2 offers × 2 rooms × 5 + (25/7 + 12.5) × 14 = 90 + 50 + 175
    service = {
        "id": "hall",
        "m2_per_place": 4.0,
        "turns": 2.0,
        "equipment_cost": 300.0,
        "equipment_cost_per_place": 8.0,
        "annual_cost_fixed": 5.0,
        "annual_cost_per_place": 14.0,
        "sessions": [{"id": "daily", "days": "all"}, {"id": "end", "days": "sat,sun"}],
    }
    accepts = [{"service": "hall", "session": s} for s in ("daily", "end")]
    need = {"groups": {"all": 0.5}, "visits_per_person_week": 2, "accepts": accepts}
    frames = {
        "population": pd.DataFrame({"group_id": ["all"], "persons": [100.0]}),
        "buildings": pd.DataFrame({"opening_cost": [1000.0], "annual_rent": [70.0]}),
        "spaces": pd.DataFrame(
            {"usable_area_m2": [20.0, 30.0], "renovation_cost_per_m2": [8.0, 12.0]}
        ),
    }
    cost = full_cost({"services": [service], "needs": [need]}, frames)
    assert cost.capital == pytest.approx(2_200)
    assert cost.annual == pytest.approx(315)
