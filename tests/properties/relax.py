"""Ways to loosen one rule of a tiny scenario; none can make its optimum worse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[dict[str, Any], dict[str, Any]], None]

BUDGETS = ("capital_budget", "annual_budget")


def _without_limit(*keys: str) -> Change:
    def change(document: dict[str, Any], tables: dict[str, Any]) -> None:
        limits = document["limits"]
        for part in (limits, *limits.get("by_district", {}).values()):
            for key in keys:
                part.pop(key, None)

    return change


def _without_rule(key: str) -> Change:
    def change(document: dict[str, Any], tables: dict[str, Any]) -> None:
        document["rules"].pop(key, None)

    return change


def _scaled_column(table: str, columns: tuple[str, ...], factor: float) -> Change:
    def change(document: dict[str, Any], tables: dict[str, Any]) -> None:
        for row in tables.get(table, ()):
            for column in columns:
                if row.get(column) is not None:
                    row[column] *= factor

    return change


def _more_walking(document: dict[str, Any], tables: dict[str, Any]) -> None:
    for need in document["needs"]:
        for accept in need["accepts"]:
            accept["max_walk_min"] *= 3


def _more_turns(document: dict[str, Any], tables: dict[str, Any]) -> None:
    for service in document["services"]:
        service["turns"] *= 2
    for row in tables.get("facilities", ()):
        row["visits_per_week"] *= 2


def _half_places(document: dict[str, Any], tables: dict[str, Any]) -> None:
    """Make places half as large, so that every old plan is still there."""
    for service in document["services"]:
        for key in (
            "m2_per_place",
            "turns",
            "equipment_cost_per_place",
            "annual_cost_per_place",
        ):
            service[key] /= 2
        requires = service.get("requires", {})
        for condition in (requires, *requires.get("any_of", ())):
            if "max_places_on_floor" in condition:
                condition["max_places_on_floor"] *= 2
            if "outdoor_m2_per_place" in condition:
                condition["outdoor_m2_per_place"] /= 2


def _any_area(document: dict[str, Any], tables: dict[str, Any]) -> None:
    for service in document["services"]:
        service["min_area_m2"] = 0
        service.pop("max_area_m2", None)


def _one_class(document: dict[str, Any], tables: dict[str, Any]) -> None:
    for service in document["services"]:
        service["sharing"] = "hall"


def _no_reserve(document: dict[str, Any], tables: dict[str, Any]) -> None:
    document["limits"].pop("reserve_share", None)
    for row in tables["buildings"]:
        row["reserve_share"] = 0


def _no_siting(document: dict[str, Any], tables: dict[str, Any]) -> None:
    for service in document["services"]:
        service.pop("requires", None)


def _always_available(document: dict[str, Any], tables: dict[str, Any]) -> None:
    for row in tables["spaces"]:
        row["available"] = None


def _twice_the_area(document: dict[str, Any], tables: dict[str, Any]) -> None:
    for row in tables["spaces"]:
        row["usable_area_m2"] *= 2
        # A whole space costs and counts with its area: keep both as they were.
        row["renovation_cost_per_m2"] /= 2
    document["limits"].pop("floor_area_m2", None)


RELAXATIONS: dict[str, Change] = {
    "demand_limit": _scaled_column("population", ("persons",), 2),
    "reach": _more_walking,
    "capacity": _more_turns,
    "places": _half_places,
    "area_limit": _twice_the_area,
    "min_area": _any_area,
    "sharing": _one_class,
    "change_over": _without_rule("change_over_min"),
    "reserve": _no_reserve,
    "incompatible": _without_rule("incompatible"),
    "siting": _no_siting,
    "available": _always_available,
    "capital_budget": _without_limit("capital_budget"),
    "annual_budget": _without_limit("annual_budget"),
    "floor_area_limit": _without_limit("floor_area_m2"),
    "building_limit": _without_limit("buildings"),
    "coverage_floor": _without_rule("coverage_floor"),
    "pins": _without_rule("pins"),
}
"""Rule id to the change that loosens it."""
