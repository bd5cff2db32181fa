"""Which offer may run in which space, by what rule others are barred."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from allocator.access import build_access
from allocator.instance import Instance, build_instance
from tests.builders import make_scenario, need, service

ROOM = {"space_id": "R1", "building_id": "B1", "usable_area_m2": 100}


def instance_of(
    *,
    room: dict[str, Any] | None = None,
    house: dict[str, Any] | None = None,
    persons: float = 100,
    **keys: Any,
) -> Instance:
    """Return one room in one building, one service `s`, and a pin that wants it."""
    scenario = make_scenario(
        services=[service("s", **keys)],
        needs=[need("n", "s")],
        buildings=[{"building_id": "B1", "x": 0, "y": 0, **(house or {})}],
        spaces=[ROOM | (room or {})],
        population=[{"zone_id": "Z1", "group_id": "all", "persons": persons}],
        date="2026-01-01",
        rules={"pins": [{"fix": "in", "space": "R1", "service": "s"}]},
    )
    return build_instance(scenario, build_access(scenario))


def barred_by(**keys: Any) -> tuple[str, ...]:
    """Return the rules that bar the service; () when it is a candidate."""
    instance = instance_of(**keys)
    rules = instance.pins[0].barred_by
    assert (len(instance.candidates.space) == 0) == bool(rules)
    assert len(instance.pins[0].candidates) == len(instance.candidates.space)
    return rules


@pytest.mark.parametrize(
    ("condition", "room", "house"),
    [
        ({"min_floor": 1, "max_floor": 2}, {"floor": 2}, {}),
        ({"max_floor": -1}, {"floor": -1}, {}),
        ({"features": ["gas", "lift"]}, {"features": "gas"}, {"features": "lift"}),
        ({"daylight": True}, {"features": "daylight"}, {}),
        ({"step_free": True}, {}, {"features": "step_free"}),
        ({"max_fire_resistance_class": 2}, {}, {"fire_resistance_class": 2}),
        ({"land_use": ["R2", "B1"]}, {}, {"land_use": "B1"}),
        ({"excluded_former_uses": ["chemical"]}, {}, {"former_use": "bakery"}),
        ({"min_lease_years": 5}, {}, {"lease_until": "2030-12-31"}),
        ({"min_lease_years": 5}, {}, {}),
        ({"min_space_m2": 100}, {}, {}),
        ({"max_space_m2": 100}, {}, {}),
        ({"community_kinds": "existing"}, {}, {"community_id": "C1"}),
        ({"outdoor_m2_per_place": 4}, {}, {"outdoor_m2": 4}),
        ({"max_places_on_floor": 1}, {}, {}),
    ],
)
def test_a_condition_that_holds_lets_the_service_in(condition, room, house):
    assert barred_by(requires=condition, room=room, house=house) == ()


@pytest.mark.parametrize(
    ("condition", "room", "house"),
    [
        ({"min_floor": 2}, {"floor": 1}, {}),
        ({"max_floor": -1}, {"floor": 1}, {}),
        ({"features": ["gas", "lift"]}, {"features": "gas"}, {}),
        ({"daylight": True}, {}, {}),
        ({"step_free": True}, {}, {}),
        ({"max_fire_resistance_class": 2}, {}, {"fire_resistance_class": 3}),
        ({"max_fire_resistance_class": 2}, {}, {}),  # unknown fails
        ({"land_use": ["R2"]}, {}, {"land_use": "B1"}),
        ({"max_space_m2": 99}, {}, {}),
        ({"community_kinds": ["new", "old_estate"]}, {}, {"community_id": "C1"}),
        ({"community_kinds": "existing"}, {}, {}),  # no community fails
        ({"excluded_former_uses": ["chemical"]}, {}, {"former_use": "chemical"}),
        ({"min_lease_years": 5}, {}, {"lease_until": "2030-12-30"}),
        ({"min_space_m2": 100.1}, {}, {}),
        ({"outdoor_m2_per_place": 4}, {}, {"outdoor_m2": 3}),
        ({"max_places_on_floor": 0.5}, {}, {}),
    ],
)
def test_a_condition_that_fails_bars_by_siting(condition, room, house):
    assert barred_by(requires=condition, room=room, house=house) == ("siting",)


def test_one_alternative_is_enough():
    either = {"any_of": [{"max_floor": 1}, {"min_floor": 2, "features": ["lift"]}]}
    assert barred_by(requires=either, room={"floor": 1}) == ()
    assert barred_by(requires=either, room={"floor": 2}) == ("siting",)
    assert barred_by(requires=either, room={"floor": 2, "features": "lift"}) == ()


@pytest.mark.parametrize(
    ("available", "rules"),
    [
        ("all 08:00-12:00", ()),
        ("all 08:00-11:59", ("available",)),
        ("mon-sat 00:00-24:00", ("available",)),
        ("all 09:00-10:30; all 10:30-12:00", ()),  # together they hold 9 to 12
    ],
)
def test_a_session_lies_inside_the_hours_of_space_and_building(available, rules):
    assert barred_by(room={"available": available}) == rules
    assert barred_by(house={"available": available}) == rules


@pytest.mark.parametrize(
    ("dates", "rules"),
    [
        ({"available_from": "2026-01-01"}, ()),
        ({"available_from": "2026-01-02"}, ("available",)),
        ({"available_until": "2026-01-01"}, ()),
        ({"available_until": "2025-12-31"}, ("available",)),
    ],
)
def test_the_date_lies_within_the_dates_of_the_building(dates, rules):
    assert barred_by(house=dates) == rules


def test_a_space_too_small_for_one_place_is_barred_by_area():
    assert barred_by(m2_per_place=100) == ()
    assert barred_by(m2_per_place=100.1) == ("area_limit",)


@pytest.mark.parametrize("divisible", [False, True])
def test_a_space_below_the_least_area_is_barred(divisible):
    assert barred_by(min_area_m2=100, room={"divisible": divisible}) == ()
    assert barred_by(min_area_m2=101, room={"divisible": divisible}) == ("min_area",)


def test_a_building_of_one_whole_space_cannot_keep_a_reserve():
    assert barred_by(house={"reserve_share": 0.1}) == ("reserve",)
    # A divisible one can leave floor free.
    assert barred_by(house={"reserve_share": 0.1}, room={"divisible": True}) == ()


def test_all_rules_that_bar_a_pin_are_named():
    rules = barred_by(
        min_area_m2=101,
        requires={"min_floor": 2},
        room={"available": "mon 09:00-12:00"},
        house={"reserve_share": 0.1},
    )
    assert rules == ("siting", "available", "min_area", "reserve")


@pytest.mark.parametrize(
    ("keys", "places"),
    [
        ({"m2_per_place": 3}, 33),
        ({"m2_per_place": 3, "max_area_m2": 20}, 6),
        # 100 ÷ 0.1 is 1,000 places although 0.1 is no binary number.
        ({"m2_per_place": 0.1}, 1000),
        ({"capacity": "unlimited"}, 1),
        # Without area per place: 100 visits a week within reach, 7 days, 3 turns:
        # ⌈100 ÷ 21⌉ = 5.
        ({"m2_per_place": 0, "turns": 3}, 5),
        # Nobody within reach: still 1, for a pin.
        ({"m2_per_place": 0, "persons": 0}, 1),
    ],
)
def test_most_places_of_an_offer(keys, places):
    assert instance_of(**keys).candidates.max_places.tolist() == [places]


def alternatives_of(
    any_of: list[dict[str, Any]], **keys: Any
) -> list[tuple[float, float, float]]:
    """Return (m² on floor, places on floor, outdoor m²) of the listed alternatives."""
    pairs = instance_of(requires={"any_of": any_of}, **keys).pairs
    assert pairs.alternative_start[-1] == len(pairs.alternative_max_area_on_floor_m2)
    return list(
        zip(
            pairs.alternative_max_area_on_floor_m2.tolist(),
            pairs.alternative_max_places_on_floor.tolist(),
            pairs.alternative_outdoor_m2_per_place.tolist(),
            strict=True,
        )
    )


def test_alternatives_that_depend_on_the_plan_are_listed():
    either = [{"max_places_on_floor": 5}, {"max_area_on_floor_m2": 50}]
    assert alternatives_of(either) == [(np.inf, 5, 0), (50, np.inf, 0)]


def test_an_alternative_that_holds_whatever_is_planned_makes_others_idle():
    assert alternatives_of([{"max_places_on_floor": 5}, {"max_floor": 1}]) == []


def test_an_alternative_that_cannot_hold_is_not_listed():
    either = [
        {"max_places_on_floor": 5},
        {"min_floor": 2, "max_area_on_floor_m2": 50},
        {"outdoor_m2_per_place": 2},
    ]
    assert alternatives_of(either) == [(np.inf, 5, 0)]
    assert alternatives_of(either, house={"outdoor_m2": 10}) == [
        (np.inf, 5, 0),
        (np.inf, np.inf, 2),
    ]


def test_a_fitted_space_costs_no_fixed_equipment():
    assert instance_of(equipment_cost=500).pairs.equipment_cost.tolist() == [500]
    fitted = instance_of(equipment_cost=500, room={"fitted_for": "s"})
    assert fitted.pairs.equipment_cost.tolist() == [0]


def test_every_array_is_read_only():
    instance = instance_of(requires={"max_places_on_floor": 5})
    parts = (
        instance.rows,
        instance.slots,
        instance.offers,
        instance.services,
        instance.buildings,
        instance.spaces,
        instance.pairs,
        instance.candidates,
        instance.supplies,
        instance.arcs,
        *instance.reaches,
        *instance.limits,
        *instance.pins,
        *(term for goal in instance.goals for term in goal.covered),
        instance,
    )
    arrays = [
        value
        for part in parts
        for value in vars(part).values()
        if isinstance(value, np.ndarray)
    ]
    assert len(arrays) > 50
    assert not any(array.flags.writeable for array in arrays)
