"""Made-up cities of any size with one density, seeded and repeatable.

``python -m benchmarks.cities --subject s --seed 1 --out DIR`` writes one as a scenario
folder; `make_city` returns the same as a document and DataFrames.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from benchmarks import city_features
from benchmarks.city_services import GROUP_SHARES, needs, services
from scenarios.folder import write_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Frames = dict[str, pd.DataFrame]
City = tuple[dict[str, Any], Frames]

FEATURES = tuple(city_features.ADD)
"""What can be switched on; even seeds have none, odd seeds all."""
ZONES_PER_BUILDING = 10
ZONES_PER_COMMUNITY = 10
COMMUNITIES_PER_DISTRICT = 60
AREA_PER_BUILDING_M2 = 330_000
"""Land per building, whatever the size: the density never changes."""
PERSONS_PER_ZONE = 600
ROOM_SHARES = (0.2, 0.3, 0.25, 0.2, 0.05)
"""Share of buildings with one to five rooms (2.6 in the mean)."""


@dataclass(frozen=True)
class Shape:
    """What makes a city unlike the others; the default is an ordinary one."""

    num_buildings: int
    num_zones: int
    money: float = 1.0
    """Factor on both budgets; inf leaves them out."""
    room_m2: float = 150.0
    """Median room."""
    rooms_in_first: int = 0
    """Rooms of the first building, 0 = as the others."""
    rooms: int = 1
    """Factor on the rooms of every building."""
    walk: float = 1.0
    """Factor on every walking limit."""
    dominant: float = 1.0
    """Factor on the demand for lunch."""


SUBJECTS = {"tiny": 10, "s": 30, "m": 300, "l": 3_000, "xl": 10_000}
"""Buildings of each subject."""
ZONES_OF_SUBJECT = {"tiny": 60}
"""Zones where they are not `ZONES_PER_BUILDING` × buildings."""
SHAPES: dict[str, dict[str, float]] = {
    "default": {},
    "tight": {"money": 0.3},
    "loose": {"money": 4.0},
    "no_budget": {"money": float("inf")},
    "huge_building": {"rooms_in_first": 60},
    "tiny_rooms": {"room_m2": 45.0},
    "many_tiny_rooms": {"room_m2": 45.0, "rooms": 4},
    "long_walks": {"walk": 2.5},
    "hundreds_in_reach": {"walk": 7.0},
    "dominating_service": {"dominant": 12.0},
}


@dataclass(frozen=True)
class FullCost:
    """What covering all demand would cost: see `full_cost`."""

    capital: float
    annual: float


def make_city(
    subject: str,
    seed: int,
    *,
    money_share: float = 0.35,
    features: Sequence[str] | None = None,
    shape: str = "default",
) -> City:
    """Return a city as (document, tables).

    Parameters
    ----------
    subject
        Size: a key of `SUBJECTS`.
    seed
        Same seed, same city.
    money_share
        Both budgets as a share of what full coverage would cost.
    features
        Names of `FEATURES`; default: none for an even seed, all for an odd one.
    shape
        A key of `SHAPES`.
    """
    rng = np.random.default_rng([seed, SUBJECTS[subject], *shape.encode()])
    form = _form(subject, shape)
    if features is None:
        features = FEATURES if seed % 2 else ()
    frames = _tables(rng, form)
    document: dict[str, Any] = {
        "format": "allocator/1",
        "name": "-".join(("city", subject, str(seed), *_suffix(shape))),
        "crs": "local",
        "groups": [{"id": group} for group in GROUP_SHARES],
        "services": services(),
        "needs": _needs(form),
        "access": {
            "mode": "straight",
            "detour": 1.3,
            "profiles": {"walk": {"speed_m_per_min": 75}},
        },
    }
    cost = full_cost(document, frames)
    if np.isfinite(form.money):
        factor = money_share * form.money
        document["limits"] = {
            "capital_budget": float(round(factor * cost.capital, -3)),
            "annual_budget": float(round(factor * cost.annual, -3)),
        }
    for feature in FEATURES:
        if feature in features:
            city_features.ADD[feature](rng, document, frames)
    return document, frames


def full_cost(document: Mapping[str, Any], frames: Frames) -> FullCost:
    """Return what covering all demand would cost, as one closed sum.

    Notes
    -----
    Each need spreads its visits evenly over the offers it accepts, so that offer o
    needs ``places[o] = visits ÷ (turns × days)``; a service needs its largest offer's
    places P, ``P × m2`` of floor and ``P × m2 ÷ mean room`` rooms. Capital = opening
    of every building + Σ over services (floor × mean renovation + rooms × fixed
    equipment + P × equipment per place); yearly = rent of every building + Σ over
    offers (rooms × fixed + places × cost per place). Fees are left out.
    """
    persons = frames["population"].groupby("group_id")["persons"].sum()
    places: dict[tuple[str, str], float] = {}
    by_id = {service["id"]: service for service in document["services"]}
    for need in document["needs"]:
        people = sum(persons[group] * rate for group, rate in need["groups"].items())
        visits = people * need["visits_per_person_week"] / len(need["accepts"])
        for accept in need["accepts"]:
            key = (accept["service"], accept["session"])
            service = by_id[key[0]]
            session = next(s for s in service["sessions"] if s["id"] == key[1])
            days = {"all": 7, "mon-fri": 5, "sat,sun": 2}[session["days"]]
            places[key] = places.get(key, 0.0) + visits / (service["turns"] * days)
    spaces, buildings = frames["spaces"], frames["buildings"]
    room_m2 = spaces["usable_area_m2"].mean()
    renovation = spaces["renovation_cost_per_m2"].mean()
    capital = float(buildings["opening_cost"].sum())
    annual = float(buildings["annual_rent"].sum())
    for service in document["services"]:
        own = [n for (name, _), n in places.items() if name == service["id"]]
        floor = max(own) * service["m2_per_place"]
        rooms = floor / room_m2
        capital += floor * renovation + rooms * service["equipment_cost"]
        capital += max(own) * service["equipment_cost_per_place"]
        annual += len(own) * rooms * service["annual_cost_fixed"]
        annual += sum(own) * service["annual_cost_per_place"]
    return FullCost(float(capital), float(annual))


def _form(subject: str, shape: str) -> Shape:
    num_buildings = SUBJECTS[subject]
    num_zones = ZONES_OF_SUBJECT.get(subject, ZONES_PER_BUILDING * num_buildings)
    return Shape(num_buildings, num_zones, **SHAPES[shape])  # type: ignore[arg-type]


def _suffix(shape: str) -> tuple[str, ...]:
    return () if shape == "default" else (shape,)


def _needs(form: Shape) -> list[dict[str, Any]]:
    found = needs()
    for need in found:
        for accept in need["accepts"]:
            accept["max_walk_min"] = round(accept["max_walk_min"] * form.walk, 1)
        if need["id"] == "lunch":
            rates = need["groups"].items()
            need["groups"] = {group: rate * form.dominant for group, rate in rates}
    return found


def _tables(rng: np.random.Generator, form: Shape) -> Frames:
    num_zones = form.num_zones
    num_communities = num_zones // ZONES_PER_COMMUNITY
    side_m = float(np.sqrt(AREA_PER_BUILDING_M2 * form.num_buildings))
    centres = _spread(rng, num_communities, side_m)
    communities = _communities(centres, side_m)
    home = np.repeat(np.arange(num_communities), ZONES_PER_COMMUNITY)
    zones = pd.DataFrame(
        {
            "zone_id": _ids("Z", num_zones),
            **_around(rng, centres[home], 260.0, side_m),
            "community_id": communities["community_id"].to_numpy()[home],
        }
    )
    persons = PERSONS_PER_ZONE * rng.lognormal(-0.18, 0.6, num_zones)
    zones["households"] = np.round(persons / 2.62)
    buildings = _buildings(rng, form, communities, centres, side_m)
    return {
        "communities": communities,
        "zones": zones,
        "population": _population(rng, zones, persons),
        "buildings": buildings,
        "spaces": _spaces(rng, form, buildings),
    }


def _communities(centres: np.ndarray, side_m: float) -> pd.DataFrame:
    """Name the communities; districts are vertical bands of equal width."""
    bands = max(1, round(len(centres) / COMMUNITIES_PER_DISTRICT))
    band = np.minimum((centres[:, 0] / side_m * bands).astype(int), bands - 1)
    return pd.DataFrame(
        {
            "community_id": _ids("C", len(centres)),
            "district_id": np.array(_ids("D", bands))[band],
        }
    )


def _spread(rng: np.random.Generator, count: int, side_m: float) -> np.ndarray:
    """Return `count` points, one in each of as many cells of a grid, shape (n, 2)."""
    columns = int(np.ceil(np.sqrt(count)))
    rows = int(np.ceil(count / columns))
    cell = np.arange(count)
    grid = np.stack([cell % columns / columns, cell // columns / rows], axis=1)
    jitter = rng.random((count, 2)) / [columns, rows]
    return (grid + jitter) * side_m


def _around(
    rng: np.random.Generator, centre: np.ndarray, spread_m: float, side_m: float
) -> dict[str, np.ndarray]:
    points: np.ndarray = centre + rng.normal(0.0, spread_m, centre.shape)
    inside = np.round(np.clip(points, 0.0, side_m), 1)
    return {"x": inside[:, 0], "y": inside[:, 1]}


def _population(
    rng: np.random.Generator, zones: pd.DataFrame, persons: np.ndarray
) -> pd.DataFrame:
    """Spread the residents over groups; old and young zones differ."""
    shares = np.array(list(GROUP_SHARES.values()))
    mix = shares * rng.gamma(12.0, 1 / 12.0, (len(zones), len(shares)))
    counts = np.round(persons[:, None] * mix / mix.sum(axis=1, keepdims=True))
    return pd.DataFrame(
        {
            "zone_id": np.repeat(zones["zone_id"].to_numpy(), len(shares)),
            "group_id": np.tile(list(GROUP_SHARES), len(zones)),
            "persons": counts.ravel(),
        }
    )


def _buildings(
    rng: np.random.Generator,
    form: Shape,
    communities: pd.DataFrame,
    centres: np.ndarray,
    side_m: float,
) -> pd.DataFrame:
    count = form.num_buildings
    xy = np.round(_spread(rng, count, side_m), 1)
    home = cKDTree(centres).query(xy)[1]
    return pd.DataFrame(
        {
            "building_id": _ids("B", count),
            "x": xy[:, 0],
            "y": xy[:, 1],
            "community_id": communities["community_id"].to_numpy()[home],
            "opening_cost": np.round(rng.uniform(150_000, 600_000, count), -3),
            "annual_rent": np.round(rng.uniform(0, 120_000, count), -3),
        }
    )


def _spaces(
    rng: np.random.Generator, form: Shape, buildings: pd.DataFrame
) -> pd.DataFrame:
    rooms = 1 + rng.choice(len(ROOM_SHARES), len(buildings), p=ROOM_SHARES)
    rooms *= form.rooms
    if form.rooms_in_first:
        rooms[0] = form.rooms_in_first
    owner = np.repeat(np.arange(len(buildings)), rooms)
    floor = np.arange(len(owner)) - np.repeat(np.cumsum(rooms) - rooms, rooms)
    area = form.room_m2 * rng.lognormal(0.0, 0.55, len(owner))
    return pd.DataFrame(
        {
            "space_id": _ids("R", len(owner)),
            "building_id": buildings["building_id"].to_numpy()[owner],
            "usable_area_m2": np.round(np.clip(area, 25.0, 1_200.0)),
            "floor": floor // 2 + 1,
            "renovation_cost_per_m2": np.round(rng.uniform(800, 2_600, len(owner)), -1),
        }
    )


def _ids(letter: str, count: int) -> list[str]:
    width = len(str(count))
    return [f"{letter}{k:0{width}d}" for k in range(1, count + 1)]


def main() -> None:
    """Write one city and print its sizes and what full coverage would cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subject", choices=SUBJECTS, default="s")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--money-share", type=float, default=0.35)
    parser.add_argument("--features", nargs="*", choices=FEATURES)
    parser.add_argument("--shape", choices=SHAPES, default="default")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    city = make_city(
        given.subject,
        given.seed,
        money_share=given.money_share,
        features=given.features,
        shape=given.shape,
    )
    write_folder(*city, given.out)
    cost = full_cost(*city)
    sizes = ", ".join(f"{len(frame):,} {name}" for name, frame in city[1].items())
    print(f"{city[0]['name']}: {sizes}")
    print(f"full coverage costs {cost.capital:,.0f} + {cost.annual:,.0f} a year")
    print(f"limits: {city[0].get('limits', {})}")
    print(given.out)


if __name__ == "__main__":
    main()
