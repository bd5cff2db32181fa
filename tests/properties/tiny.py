"""Random scenarios so small that every plan can be enumerated.

`draw_tiny(choose)` asks `choose(options)` for every decision, so that the same
generator serves Hypothesis (which shrinks) and a seeded sample (which is counted).
"""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.scenario import Scenario, build_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Choose = Callable[[Sequence[Any]], Any]
    Theme = Callable[[dict[str, Any], dict[str, Any]], None]

HOURS = {
    "morning": {"days": "all", "hours": "09:00-12:00"},
    "noon": {"days": "all", "hours": "11:00-13:00"},
    "afternoon": {"days": "all", "hours": "13:30-16:00"},
    "evening": {"days": "mon-fri", "hours": "18:00-20:00"},
    "night": {"days": "all", "hours": "22:00-01:00"},
}


@dataclass(frozen=True)
class Tiny:
    """A tiny scenario as document and tables, before reading."""

    document: Mapping[str, Any]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]

    def build(self) -> Scenario:
        """Return the scenario."""
        frames = {
            name: pd.DataFrame(list(rows)) for name, rows in self.tables.items() if rows
        }
        return build_scenario(self.document, frames)

    def changed(self, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> Tiny:
        """Return a copy after `change(document, tables)` has edited it in place."""
        document = copy.deepcopy(dict(self.document))
        tables = {
            name: [dict(row) for row in rows] for name, rows in self.tables.items()
        }
        change(document, tables)
        return replace(self, document=document, tables=tables)


def seeded(seed: int) -> Tiny:
    """Return the tiny scenario of one seed; themes take turns from seed to seed."""
    rng = random.Random(seed)
    return _with_theme(_draw(rng.choice), THEMES[seed % len(THEMES)])


def draw_tiny(choose: Choose) -> Tiny:
    """Draw a tiny scenario and perhaps a theme that makes one rule matter."""
    return _with_theme(_draw(choose), choose(THEMES))


def _with_theme(tiny: Tiny, theme: Theme | None) -> Tiny:
    return tiny if theme is None else tiny.changed(theme)


def _draw(choose: Choose) -> Tiny:
    """Draw two spaces, two or three services, a few zones and any mix of rules."""
    services = _services(choose)
    document = {
        "format": "allocator/1",
        "name": "tiny",
        "crs": "local",
        "groups": [{"id": "old", "weight": choose([1, 2])}, {"id": "young"}],
        "access": {"detour": 1.0, "profiles": {"walk": {"speed_m_per_min": 100}}},
        "services": services,
        "needs": _needs(choose, services),
        "limits": _limits(choose),
        "rules": _rules(choose, services),
    }
    return Tiny(document, _tables(choose, services))


def _make_scarce(document: dict[str, Any], tables: dict[str, Any]) -> None:
    """Leave no other limit, and so few places that every room is wanted."""
    document["limits"], document["rules"] = {}, {}
    for service in document["services"]:
        service |= {"turns": 1, "m2_per_place": 3.0}
    for row in tables["buildings"]:
        row["reserve_share"] = 0
    tables.pop("facilities", None)


def _taking_turns(document: dict[str, Any], tables: dict[str, Any]) -> None:
    """Let two services that follow each other closely want the same whole rooms."""
    _make_scarce(document, tables)
    for service, name in zip(document["services"], ("noon", "afternoon"), strict=False):
        service |= {"sharing": "hall", "min_area_m2": 0}
        service["sessions"] = [{"id": name, **HOURS[name]}]
        service.pop("requires", None)
    pair = [service["id"] for service in document["services"][:2]]
    document["rules"]["change_over_min"] = [{"services": pair, "minutes": 45}]
    for row in tables["spaces"]:
        row |= {"divisible": "no", "available": None}


def _tight_money(document: dict[str, Any], tables: dict[str, Any]) -> None:
    """Leave a small building budget, part of it promised to a need of little weight."""
    document["limits"] = {"capital_budget": 35}
    document["rules"] = {"coverage_floor": {"needs": {"n0": {"persons": 0.5}}}}
    document["needs"][0]["weight"] = 0.2
    for service in document["services"]:
        service |= {"equipment_cost": 20, "equipment_cost_per_place": 5}


def _tight_running_costs(document: dict[str, Any], tables: dict[str, Any]) -> None:
    """Leave a small yearly budget as the only limit."""
    _make_scarce(document, tables)
    document["limits"] = {"annual_budget": 4}
    for service in document["services"]:
        service |= {"annual_cost_fixed": 1, "annual_cost_per_place": 2}


def _one_building(document: dict[str, Any], tables: dict[str, Any]) -> None:
    """Let two buildings compete for one."""
    _make_scarce(document, tables)
    document["limits"] = {"buildings": 1}
    for row, building in zip(tables["spaces"], ("B1", "B2"), strict=True):
        row |= {"building_id": building, "available": None}


def _apart(document: dict[str, Any], tables: dict[str, Any]) -> None:
    """Let two services that must not meet want the same building."""
    pair = [service["id"] for service in document["services"][:2]]
    _make_scarce(document, tables)
    document["rules"] = {"incompatible": [{"services": pair, "when": "always"}]}
    for row in tables["spaces"]:
        row |= {"building_id": "B1", "available": None}


def _picky(document: dict[str, Any], tables: dict[str, Any]) -> None:
    """Let only one of two rooms suit the services."""
    _make_scarce(document, tables)
    for service in document["services"]:
        service["requires"] = {"features": ["gas"]}
    for row, features in zip(tables["spaces"], ("gas", ""), strict=True):
        row |= {"features": features, "available": None}


def _little_floor(document: dict[str, Any], tables: dict[str, Any]) -> None:
    """Leave a small floor area as the only limit."""
    _make_scarce(document, tables)
    document["limits"] = {"floor_area_m2": 5}
    for row in tables["spaces"]:
        row |= {"usable_area_m2": 4.0, "available": None}


THEMES: tuple[Theme | None, ...] = (
    *(None, None, None, None),
    *(_taking_turns, _tight_money, _tight_running_costs, _one_building),
    *(_little_floor, _apart, _picky),
)

FIRST_HOURS = (
    ("noon", "noon", "morning", "night"),
    ("afternoon", "afternoon", "noon", "evening"),
    tuple(HOURS),
)
"""Likely hours of each service: the first two often follow each other closely."""


def _services(choose: Choose) -> list[dict[str, Any]]:
    services = []
    for k in range(choose([2, 2, 2, 3])):
        names = [choose(FIRST_HOURS[k])]
        if k == 0 and choose([False, True]):
            names.append(choose([name for name in HOURS if name != names[0]]))
        service: dict[str, Any] = {
            "id": f"s{k}",
            "category": choose(["care", "meals"]),
            "sharing": choose(["hall"] * 5 + ["dedicated", "quiet"]),
            "m2_per_place": choose([2.0, 3.0]),
            "turns": choose([1, 2]),
            "min_area_m2": choose([0, 0, 0, 0, 5]),
            "equipment_cost": choose([0, 20]),
            "equipment_cost_per_place": choose([0, 5]),
            "annual_cost_fixed": choose([0, 10]),
            "annual_cost_per_place": choose([0, 4]),
            "sessions": [{"id": name, **HOURS[name]} for name in names],
        }
        if choose([False, False, True]):
            service["max_area_m2"] = max(service["min_area_m2"], choose([4.0, 6.0]))
        requires = choose(
            [
                None,
                None,
                None,
                {"features": ["gas"]},
                {"any_of": [{"max_floor": 1}, {"min_floor": 2, "features": ["lift"]}]},
                {"any_of": [{"max_places_on_floor": 2}, {"max_floor": 1}]},
                {"outdoor_m2_per_place": 2},
            ]
        )
        if requires is not None:
            service["requires"] = requires
        services.append(service)
    return services


def _needs(choose: Choose, services: list[dict[str, Any]]) -> list[dict[str, Any]]:
    needs = []
    for k in range(choose([1, 2, 2, 3])):
        accepted = [services[k % len(services)]]
        if choose([False, True]):
            accepted.append(services[(k + 1) % len(services)])
        need: dict[str, Any] = {
            "id": f"n{k}",
            "tier": choose([1, 2]),
            "weight": choose([1.0, 1.0, 0.5]),
            "groups": {"old": choose([1.0, 0.5]), "young": choose([0.0, 0.5])},
            "visits_per_person_week": choose([1, 2, 5]),
            "fee_per_visit": choose([0, 0, 0.05]),
            "accepts": [
                {"service": service["id"], "max_walk_min": choose([5, 10])}
                for service in accepted
            ],
        }
        credit = choose(
            [
                None,
                None,
                [{"max_min": 4, "share": 1}, {"max_min": 10, "share": 0.5}],
                {"full_min": 3, "zero_min": 9},
            ]
        )
        if credit is not None:
            need["credit"] = credit
        needs.append(need)
    return needs


def _limits(choose: Choose) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    optional = {
        "capital_budget": [15, 30, 50],
        "annual_budget": [6, 12, 25],
        "floor_area_m2": [4, 6],
        "buildings": [1],
        "reserve_share": [0.3, 0.5],
    }
    for key, values in optional.items():
        often = key in ("annual_budget", "buildings", "floor_area_m2")
        if choose([False, True] if often else [False, False, True]):
            limits[key] = choose(values)
    if choose([False, False, False, True]):
        limits["by_district"] = {
            "west": {choose(["capital_budget", "annual_budget"]): choose([30, 60])}
        }
    return limits


def _rules(choose: Choose, services: list[dict[str, Any]]) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    pair = [services[0]["id"], services[1]["id"]]
    if choose([False, True]):
        rules["change_over_min"] = [{"services": pair, "minutes": choose([45, 120])}]
    if choose([False, True, True]):
        rules["incompatible"] = [
            {"services": pair, "when": choose(["same_slot", "always"])}
        ]
    if choose([False, True]):
        rules["pins"] = [
            choose(
                [
                    {"fix": "out", "building": "B1", "service": pair[0]},
                    {"fix": "out", "space": "R1"},
                    {"fix": "out", "session": services[0]["sessions"][0]["id"]},
                    {"fix": "in", "building": "B1"},
                    {"fix": "in", "category": services[0]["category"]},
                ]
            )
        ]
    if choose([False, False, True]):
        rules["coverage_floor"] = choose(
            [
                {"total": 0.1},
                {"needs": {"n0": 0.15}},
                {"needs": {"n0": {"persons": 1}}},
                {"communities": {"n0": {"share": 0.1}}},
            ]
        )
    return rules


def _tables(choose: Choose, services: list[dict[str, Any]]) -> dict[str, Any]:
    xs = [0, 300, 600, 900]
    when = [None, None, "mon-fri 08:00-24:00", "all 08:00-17:00"]
    words = ["", "gas", "lift", "gas;lift"]
    zones = [
        {
            "zone_id": f"Z{k}",
            "x": choose(xs),
            "y": choose([0, 200]),
            "community_id": choose(["C1", "C2"]),
            "counted": choose(["yes", "yes", "yes", "no"]),
        }
        for k in range(choose([2, 3]))
    ]
    buildings = [
        {
            "building_id": building,
            "x": choose(xs),
            "y": 0,
            "district_id": district,
            "opening_cost": choose([0, 20]),
            "annual_rent": choose([0, 5]),
            "features": choose(words),
            "outdoor_m2": choose([0, 4, 8]),
            "reserve_share": choose([0, 0, 0, 0.3]),
        }
        for building, district in (("B1", "west"), ("B2", "east"))
    ]
    spaces = [
        {
            "space_id": f"R{k + 1}",
            "building_id": choose(["B1", "B2"]) if k else "B1",
            "usable_area_m2": choose([4.0, 6.0, 7.0]),
            "floor": choose([1, 2]),
            "divisible": choose(["no", "yes"]),
            "features": choose(words),
            "renovation_cost_per_m2": choose([0, 4]),
            "annual_rent": choose([0, 3]),
            "available": choose(when),
            "fitted_for": choose(["", "", services[0]["id"]]),
        }
        for k in range(2)
    ]
    tables: dict[str, Any] = {
        "communities": [
            {"community_id": "C1", "district_id": "west"},
            {"community_id": "C2", "district_id": "east"},
        ],
        "zones": zones,
        "population": [
            {
                "zone_id": zone["zone_id"],
                "group_id": group,
                "persons": choose([2, 5, 9]),
            }
            for zone in zones
            for group in ("old", "young")
        ],
        "buildings": buildings,
        "spaces": spaces,
    }
    if choose([False, False, True]):
        offered = services[-1]
        tables["facilities"] = [
            {
                "facility_id": "F1",
                "service_id": offered["id"],
                "session_id": offered["sessions"][0]["id"],
                "x": choose(xs),
                "y": 0,
                "visits_per_week": choose([2, 6]),
            }
        ]
    return tables
