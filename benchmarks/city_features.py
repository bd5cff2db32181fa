"""Features that can be switched on in a made-up city, one function each.

Each takes (rng, document, frames) and changes document and frames in place, before
anybody else has seen them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    Document = dict[str, Any]
    Frames = dict[str, pd.DataFrame]
    Feature = Callable[[np.random.Generator, Document, Frames], None]

FEES = {
    "lunch": 2.0,
    "dinner": 2.0,
    "full_day_care": 25.0,
    "half_day_care": 12.0,
    "homework": 6.0,
    "fitness": 3.0,
}
"""Fee per visit; below the running cost, so that money still binds."""
CREDITS: dict[str, Any] = {
    "lunch": [{"max_min": 5, "share": 1.0}, {"max_min": 10, "share": 0.6}],
    "homework": [{"max_min": 6, "share": 1.0}, {"max_min": 10, "share": 0.5}],
    "fitness": {"full_min": 7, "zero_min": 14},
}
FACILITIES_PER_BUILDING = 0.3


def divisible(rng: np.random.Generator, document: Document, frames: Frames) -> None:
    """Make about a third of the spaces open floors."""
    frames["spaces"]["divisible"] = rng.random(len(frames["spaces"])) < 0.35


def facilities(rng: np.random.Generator, document: Document, frames: Frames) -> None:
    """Add existing facilities near zones, each with all sessions of one service."""
    count = max(1, round(FACILITIES_PER_BUILDING * len(frames["buildings"])))
    near = frames["zones"].iloc[rng.integers(len(frames["zones"]), size=count)]
    xy = np.round(near[["x", "y"]].to_numpy() + rng.normal(0, 120, (count, 2)), 1)
    chosen = rng.integers(len(document["services"]), size=count)
    places = rng.integers(8, 40, size=count)
    rows = [
        {
            "facility_id": f"F{k + 1:05d}",
            "service_id": document["services"][chosen[k]]["id"],
            "session_id": session["id"],
            "x": xy[k, 0],
            "y": xy[k, 1],
            "places": places[k],
        }
        for k in range(count)
        for session in document["services"][chosen[k]]["sessions"]
    ]
    frames["facilities"] = pd.DataFrame(rows)


def reserve(rng: np.random.Generator, document: Document, frames: Frames) -> None:
    """Keep a tenth of all area free, and a fifth of some buildings of many rooms."""
    document.setdefault("limits", {})["reserve_share"] = 0.1
    buildings = frames["buildings"]
    rooms = frames["spaces"]["building_id"].value_counts()
    many = buildings["building_id"].map(rooms).to_numpy() >= 3
    picked = many & (rng.random(len(buildings)) < 0.3)
    buildings["reserve_share"] = np.where(picked, 0.2, 0.0)


def change_over(rng: np.random.Generator, document: Document, frames: Frames) -> None:
    """Ask for an hour around sports, which breaks afternoon next to evening."""
    pairs = [
        {"services": ["sports", other], "minutes": 60} for other in ("club", "play")
    ]
    pairs.append({"from": "after_school", "to": "courses", "minutes": 45})
    document.setdefault("rules", {})["change_over_min"] = pairs


def credit(rng: np.random.Generator, document: Document, frames: Frames) -> None:
    """Let long walks count for less: steps for two needs, a line for one."""
    for need in document["needs"]:
        if need["id"] in CREDITS:
            need["credit"] = CREDITS[need["id"]]


def fees(rng: np.random.Generator, document: Document, frames: Frames) -> None:
    """Let some visits pay a fee."""
    for need in document["needs"]:
        if need["id"] in FEES:
            need["fee_per_visit"] = FEES[need["id"]]


def siting(rng: np.random.Generator, document: Document, frames: Frames) -> None:
    """Keep the young and the frail on low floors, and canteens where there is gas."""
    gas = rng.random(len(frames["buildings"])) < 0.7
    frames["buildings"]["features"] = np.where(gas, "gas", "")
    asked: dict[str, list[dict[str, Any]]] = {
        "canteen": [{"max_floor": 1, "features": ["gas"]}],
        "childcare": [{"max_floor": 1}, {"max_floor": 2, "max_places_on_floor": 40}],
        "health": [{"max_floor": 1}],
    }
    for service in document["services"]:
        if service["id"] in asked:
            service["requires"] = {"any_of": asked[service["id"]]}


def incompatible(rng: np.random.Generator, document: Document, frames: Frames) -> None:
    """Keep sports away from the day care of elders while both run."""
    document.setdefault("rules", {})["incompatible"] = [
        {"services": ["sports", "day_care"], "when": "same_slot"}
    ]


ADD: dict[str, Feature] = {
    "divisible": divisible,
    "facilities": facilities,
    "reserve": reserve,
    "change_over": change_over,
    "credit": credit,
    "fees": fees,
    "siting": siting,
    "incompatible": incompatible,
}
"""Features by name, in the order they are applied."""
