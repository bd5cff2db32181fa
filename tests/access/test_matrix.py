"""Walking times listed in the table `travel`, and the limits of the profiles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from allocator.access import Access, build_access, profile_limits
from allocator.errors import AllocatorError
from allocator.scenario.schema import AccessMode
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from allocator.scenario import Scenario

PROFILES = {"adult": {"speed_m_per_min": 100}, "elder": {"speed_m_per_min": 50}}
ZONES = [{"zone_id": "Z1", "x": 0, "y": 0}, {"zone_id": "Z2", "x": 400, "y": 0}]


def two_profiles(
    travel: list[dict[str, Any]], mode: str = "matrix", walk: float = 10.0
) -> Scenario:
    """Return two zones, a building at the first, adults and elders."""
    return make_scenario(
        services=[service("canteen")],
        needs=[need("eat", "canteen", walk, groups={"adults": 1.0, "elders": 1.0})],
        zones=ZONES,
        population=[
            {"zone_id": zone, "group_id": group, "persons": 1}
            for zone in ("Z1", "Z2")
            for group in ("adults", "elders")
        ],
        groups=[{"id": "adults"}, {"id": "elders", "profile": "elder"}],
        access={"mode": mode, "detour": 1.0, "profiles": PROFILES},
        tables={"travel": travel},
    )


def listed(zone: str, walk_min: float, profile: str = "") -> dict[str, Any]:
    """Return a row of `travel` to the only building."""
    row = {"zone_id": zone, "site_id": "B1", "walk_min": walk_min}
    return row | ({"profile": profile} if profile else {})


def times(access: Access, profile: str) -> list[float]:
    """Return the minutes from both zones to the building, NaN out of reach."""
    return access[profile].walk_min_of(np.array([0, 0]), np.array([0, 1])).tolist()


def test_an_absent_pair_is_unreachable():
    access = build_access(two_profiles([listed("Z2", 7)]))
    assert times(access, "adult") == pytest.approx([np.nan, 7], nan_ok=True)


def test_a_row_without_profile_holds_for_every_profile():
    access = build_access(two_profiles([listed("Z1", 3), listed("Z2", 7)]))
    assert times(access, "adult") == times(access, "elder") == [3, 7]


def test_a_row_that_names_the_profile_goes_first():
    travel = [listed("Z1", 3), listed("Z1", 5, "elder"), listed("Z2", 7, "adult")]
    access = build_access(two_profiles(travel))
    assert times(access, "adult") == [3, 7]
    assert times(access, "elder") == pytest.approx([5, np.nan], nan_ok=True)


def test_listed_times_keep_the_limit_inclusively():
    access = build_access(two_profiles([listed("Z1", 10), listed("Z2", 10.001)]))
    assert times(access, "adult") == pytest.approx([10, np.nan], nan_ok=True)


def test_listed_pairs_override_straight_lines():
    # Straight: Z1 0 min; Z2 400 m, 4 min for adults and 8 min for elders. The list
    # lengthens Z1 beyond the limit and shortens Z2 for elders alone.
    travel = [listed("Z1", 30), listed("Z2", 6, "elder")]
    access = build_access(two_profiles(travel, mode="straight"))
    assert times(access, "adult") == pytest.approx([np.nan, 4], nan_ok=True)
    assert times(access, "elder") == pytest.approx([np.nan, 6], nan_ok=True)


def test_a_listed_pair_beyond_the_straight_line_limit_is_added():
    # 400 m are 4 min for adults, beyond the limit of 3; the list says 2.
    access = build_access(two_profiles([listed("Z2", 2)], mode="straight", walk=3))
    assert times(access, "adult") == [0, 2]


def test_each_profile_reaches_as_far_as_the_needs_of_its_residents_ask():
    scenario = make_scenario(
        services=[service("canteen"), service("clinic")],
        needs=[
            need("eat", "canteen", 10, groups={"adults": 1.0, "elders": 1.0}),
            need("heal", "clinic", 15, groups={"elders": 1.0}),
            need("check", "clinic", 25, groups={"adults": 1.0}, profile="wheelchair"),
        ],
        groups=[{"id": "adults"}, {"id": "elders", "profile": "elder"}],
        population=[{"zone_id": "Z1", "group_id": "elders", "persons": 1}],
        access={
            "profiles": PROFILES
            | {"wheelchair": {"speed_m_per_min": 40}, "unused": {"speed_m_per_min": 1}}
        },
    )
    assert profile_limits(scenario) == {"adult": 10, "elder": 15, "wheelchair": 25}


def test_minutes_of_a_zone_nobody_reaches_are_absent():
    access = build_access(two_profiles([listed("Z1", 3)]))
    sites, zones = np.array([0, 0, 0]), np.array([1, 0, 1])
    found = access["adult"].walk_min_of(sites, zones)
    assert found.tolist() == pytest.approx([np.nan, 3, np.nan], nan_ok=True)


def test_the_street_network_needs_streets():
    scenario = two_profiles([listed("Z1", 3)])
    section = scenario.spec.access.model_copy(update={"mode": AccessMode.NETWORK})
    spec = scenario.spec.model_copy(update={"access": section})
    with pytest.raises(AllocatorError, match="needs street lines"):
        build_access(replace(scenario, spec=spec))
