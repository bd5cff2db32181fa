"""Walking times along streets are those of networkx, and more streets never hurt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from allocator.access.network.crossings import TOUCH_M
from allocator.access.network.network import grade_pace
from allocator.scenario.schema import Profile, Streets
from tests.access.network.towns import (
    Town,
    of_polylines,
    random_town,
    times_by_networkx,
)

WALK = Profile(speed_m_per_min=75)
CROSS = [np.array([[-100.0, 0.0], [0.0, 0.0], [100.0, 0.0]])]


def town(lines, zones, sites, *, layer=None, **section) -> Town:
    shapes = [np.array(line, float) for line in lines]
    made = of_polylines(shapes, layer=None if layer is None else np.array(layer))
    zones, sites = np.array(zones, float), np.array(sites, float)
    return Town(made, zones, sites, Streets(**section))


@pytest.mark.parametrize("block", range(10))
def test_two_hundred_random_towns_equal_networkx(block: int) -> None:
    found_pairs = 0
    for seed in range(20 * block, 20 * block + 20):
        made = random_town(seed)
        expected = times_by_networkx(made, WALK, 12.0)
        found = made.times(WALK, 12.0)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
        found_pairs += int(np.isfinite(found).sum())
    assert found_pairs > 50


def test_a_walk_takes_as_long_in_either_direction() -> None:
    """The search starts from the fewer side; swapping sites and zones swaps it."""
    for seed in range(40):
        made = random_town(seed)
        other = replace(made, zones=made.sites, sites=made.zones)
        there, back = made.times(WALK, 12.0), other.times(WALK, 12.0)
        np.testing.assert_allclose(there, back.T, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("crossings", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_adding_a_street_never_makes_anything_less_accessible(
    seed: int, crossings: bool
) -> None:
    """With crossings a line bends by up to TOUCH_M to meet one that ends beside it."""
    made = random_town(seed)
    section = made.section.model_copy(update={"crossing_delays_min": {}})
    made = replace(made, section=section)
    rng = np.random.default_rng(seed)
    old = made.lines.xy[rng.integers(0, len(made.lines.xy), 2)]
    street = np.array([old[0], rng.uniform(0, 600, 2), old[1]])
    more = made.with_lines([street])
    if crossings:
        made, more = made.crossed(), more.crossed()
    before, after = made.times(WALK, 12.0), more.times(WALK, 12.0)
    bend_min = 2 * TOUCH_M / WALK.speed_m_per_min if crossings else 0.0
    assert (after <= before + bend_min + 1e-9).all()


def test_both_on_one_street() -> None:
    """10 m + 60 m along the street + 5 m at 75 m per minute: 1 minute."""
    made = town([[(0, 0), (200, 0)]], [(20, 10)], [(80, -5)])
    assert made.times(WALK, 5.0)[0, 0] == pytest.approx(1.0)


def test_beyond_the_snapping_distance_there_is_no_way() -> None:
    lines = [[(0, 0), (200, 0)]]
    near = town(lines, [(20, 30)], [(80, 0)], snap_m=30)
    far = town(lines, [(20, 30)], [(80, 0)], snap_m=29.9)
    assert near.times(WALK, 5.0)[0, 0] == pytest.approx(90 / 75)
    assert np.isinf(far.times(WALK, 5.0)[0, 0])


def test_the_farther_street_wins_where_it_leads_on() -> None:
    """The nearest street, 1 m away, is a dead end; that 20 m away leads to the site."""
    lines = [[(0, 0), (50, 0)], [(0, 21), (300, 21)]]
    made = town(lines, [(25, 1)], [(100, 21)], snap_m=30)
    assert made.times(WALK, 5.0)[0, 0] == pytest.approx((20 + 75) / 75)


def test_a_bridge_does_not_touch_the_road_below() -> None:
    """Both have a vertex at (0, 0); only on one layer do they meet there."""
    road, deck = CROSS[0], CROSS[0][:, ::-1]
    zone, site = [(-50, 0)], [(0, 50)]
    level = town([road, deck], zone, site, snap_m=5)
    above = town([road, deck], zone, site, layer=[0, 1], snap_m=5)
    assert level.times(WALK, 5.0)[0, 0] == pytest.approx(100 / 75)
    assert np.isinf(above.times(WALK, 5.0)[0, 0])


def test_a_bridge_is_reached_where_it_ends() -> None:
    lines = [[(-100, 0), (0, 0)], [(0, 0), (100, 0)]]
    made = town(lines, [(-50, 0)], [(50, 0)], layer=[0, 1], snap_m=5)
    assert made.times(WALK, 5.0)[0, 0] == pytest.approx(100 / 75)


def test_a_street_that_bends_round_a_point_is_met_on_each_side() -> None:
    """A horseshoe round the zone: 20 m to either arm, and the site is on the far one.

    Along the street from the nearer arm it would be 20 + 200 and more.
    """
    horseshoe = [(0, 0), (100, 0), (100, 45), (0, 45)]
    made = town([horseshoe], [(10, 20)], [(10, 45)])
    assert made.times(WALK, 5.0)[0, 0] == pytest.approx(25 / 75)


def test_slow_walkers_reach_less_within_the_same_minutes() -> None:
    made = town([[(0, 0), (900, 0)]], [(0, 0)], [(700, 0)])
    assert made.times(WALK, 10.0)[0, 0] == pytest.approx(700 / 75)
    assert np.isinf(made.times(Profile(speed_m_per_min=60), 10.0)[0, 0])


def test_a_profile_may_not_walk_a_class() -> None:
    made = town([[(0, 0), (100, 0)]], [(0, 0)], [(60, 0)])
    made = replace(made, lines=replace(made.lines, classes=("steps",)))
    chair = Profile(speed_m_per_min=60, class_factors={"steps": 0})
    assert made.times(WALK, 10.0)[0, 0] == pytest.approx(60 / 37.5)
    assert np.isinf(made.times(chair, 10.0)[0, 0])


def test_steep_streets_take_longer() -> None:
    """Tobler: 10 % up takes exp(0.35) of the level, 10 % down as long as the level."""
    expected = [1.0, (np.exp(0.35) + 1.0) / 2.0]
    assert grade_pace(np.array([0.0, 10.0])) == pytest.approx(expected)


def test_nobody_and_nothing() -> None:
    nowhere = np.empty((0, 2))
    made = town([[(0, 0), (100, 0)]], nowhere, nowhere)
    assert made.times(WALK, 10.0).shape == (0, 0)
