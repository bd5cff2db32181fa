"""What the page's script draws the map from: plain columns, whole numbers.

Persons are in hundredths and minutes in tenths; positions count from 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from allocator.evaluate.served import visits_per_person
from allocator.report.colors import SHARE_STOPS
from allocator.report.map import Frame
from allocator.scenario.ids import find_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from allocator.report.material import Material

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

LARGEST_ZONE_PX = 11.0
ROOM_PX = 230.0
"""Radius of the largest zone × √zones, where there are many."""
LARGEST_SITE_PX = 7.0
SITES_PX = 80.0
"""Half the side of a site × √sites, where there are many."""
METRES_PER_DEGREE = 111_320.0


def map_data(material: Material) -> dict[str, Any]:
    """Return zones, sites, demand and who is served where."""
    scenario, words = material.scenario, material.words
    frame = Frame.of(scenario)
    zones = np.unique(scenario.demand.zone)
    services = list(material.colors)
    sites = _sites(material, frame, services)
    communities = _communities(material, frame, zones)
    idle = _idle(material, frame)
    return {
        "box": [frame.width, frame.height],
        "metres": _metres(material, frame),
        "stops": SHARE_STOPS,
        "largest": min(LARGEST_ZONE_PX, ROOM_PX / max(len(zones), 1) ** 0.5),
        "usedSize": max(
            2.2, min(LARGEST_SITE_PX, SITES_PX / max(len(sites), 1) ** 0.5)
        ),
        "idleSize": 6 if len(idle["id"]) < 1000 else 2,
        "zones": _zones(material, frame, zones),
        "communityOf": communities.pop("of"),
        "communities": communities["places"],
        "needs": [
            {
                "name": words.need[need.id],
                "services": sorted(
                    services.index(name)
                    for name in {accept.service for accept in need.accepts}
                    if name in material.colors
                ),
            }
            for need in scenario.needs
        ],
        "services": [
            {"name": words.service[name], "color": color}
            for name, color in material.colors.items()
        ],
        "sites": sites,
        "idle": idle,
        "demand": _demand(material, zones),
        "served": _served(material, zones, [site["id"] for site in sites], services),
    }


def _metres(material: Material, frame: Frame) -> float:
    """Return metres per unit of the drawing."""
    scale = METRES_PER_DEGREE if frame.degrees else 1.0
    return float(scale / frame.stretch[1])


def _zones(material: Material, frame: Frame, zones: Ints) -> dict[str, Any]:
    """Return the zones with demand; the script fills persons and share."""
    table = material.scenario.tables.zones.iloc[zones]
    x, y = frame(table[["x", "y"]].to_numpy(np.float64)).T.tolist()
    ids = table["zone_id"].tolist()
    return {"id": ids, "x": x, "y": y, "persons": [], "share": []}


def _communities(material: Material, frame: Frame, zones: Ints) -> dict[str, Any]:
    """Return communities at the mean place of their zones, and each zone's position."""
    table = material.scenario.tables.zones.iloc[zones]
    of, ids = pd.factorize(table["community_id"].replace("", None), sort=True)
    xy = frame(table[["x", "y"]].to_numpy(np.float64)).astype(float)
    places = []
    for k, community in enumerate(ids.tolist()):
        x, y = np.rint(xy[of == k].mean(axis=0)).astype(int).tolist()
        name = material.words.community.get(community, community)
        places.append({"id": community, "name": name, "x": x, "y": y})
    return {"of": of.tolist(), "places": places}


def _sites(
    material: Material, frame: Frame, services: list[str]
) -> list[dict[str, Any]]:
    """Return used buildings, then facilities, with what they offer."""
    words, tables = material.words, material.scenario.tables
    where = tables.buildings.set_index("building_id")
    found = []
    for building, rows in material.run.assignments.groupby("building_id", sort=True):
        name = words.building[str(building)]
        offers = zip(rows["space_id"], rows["places"], strict=True)
        xy = where.loc[building, ["x", "y"]].to_numpy(np.float64)
        offered = list(_offers(material, rows, services))
        for entry, (space, places) in zip(offered, offers, strict=True):
            entry += [int(places), space]
        found.append(_site(str(building), name, frame(xy[None])[0], offered, False))
    for facility, rows in tables.facilities.groupby("facility_id", sort=True):
        xy = rows[["x", "y"]].to_numpy(np.float64)[:1]
        offered = list(_offers(material, rows, services))
        for entry, places in zip(offered, rows["places"], strict=True):
            entry += ["" if np.isnan(places) else int(places), ""]
        found.append(_site(str(facility), str(facility), frame(xy)[0], offered, True))
    return found


def _offers(
    material: Material, rows: pd.DataFrame, services: list[str]
) -> Iterator[list[Any]]:
    """Yield the position of the service and the name of the session of each row."""
    sessions = material.words.session
    for service, session in zip(rows["service_id"], rows["session_id"], strict=True):
        yield [services.index(service), sessions.get((service, session), session)]


def _site(
    id_: str, name: str, xy: Ints, offers: list[list[Any]], facility: bool
) -> dict[str, Any]:
    return {
        "id": id_,
        "name": name,
        "x": int(xy[0]),
        "y": int(xy[1]),
        "facility": facility,
        "services": sorted({offer[0] for offer in offers}),
        "offers": offers,
    }


def _idle(material: Material, frame: Frame) -> dict[str, list[Any]]:
    """Return the buildings that are not used; a name only where it is not the id."""
    buildings = material.scenario.tables.buildings
    used = set(material.run.assignments["building_id"])
    rest = buildings[~buildings["building_id"].isin(used)]
    x, y = frame(rest[["x", "y"]].to_numpy(np.float64)).reshape(-1, 2).T.tolist()
    ids = rest["building_id"].tolist()
    named = [material.words.building[id_] for id_ in ids]
    names = ["" if name == id_ else name for name, id_ in zip(named, ids, strict=True)]
    return {"id": ids, "name": names, "x": x, "y": y}


def _demand(material: Material, zones: Ints) -> dict[str, list[int]]:
    """Return persons, covered with the plan and before, by zone and need."""
    demand = material.scenario.demand
    frame = pd.DataFrame(
        {
            "zone": np.searchsorted(zones, demand.zone),
            "need": demand.need,
            "persons": demand.visits_per_week
            / visits_per_person(material.scenario)[demand.need],
            "covered": material.view.covered_by_row(),
            "before": material.facts.alone.covered_by_row(),
        }
    )
    sums = frame.groupby(["zone", "need"], sort=True).sum().reset_index()
    return {
        "rows": np.bincount(sums["zone"], minlength=len(zones)).tolist(),
        "need": sums["need"].tolist(),
        "persons": np.maximum(_hundredths(sums["persons"]), 1).tolist(),
        "covered": _hundredths(sums["covered"]).tolist(),
        "before": _hundredths(sums["before"]).tolist() if sums["before"].any() else [],
    }


def _served(
    material: Material, zones: Ints, sites: list[str], services: list[str]
) -> Mapping[str, list[int]]:
    """Return covered persons and minutes by zone, site, service and need."""
    scenario = material.scenario
    served = material.run.table("served.parquet")
    ids = scenario.tables.zones["zone_id"].to_numpy(object)[zones]
    needs = [need.id for need in scenario.needs]
    persons = served["covered_persons"].to_numpy(np.float64)
    frame = pd.DataFrame(
        {
            "zone": find_texts(ids, served["zone_id"]),
            "site": find_texts(sites, served["site_id"]),
            "service": find_texts(services, served["service_id"]),
            "need": find_texts(needs, served["need_id"]),
            "persons": persons,
            "minutes": persons * served["walk_min"].to_numpy(np.float64),
        }
    )
    keys = ["zone", "site", "service", "need"]
    sums = frame.groupby(keys, sort=True).sum().reset_index()
    sums = sums[_hundredths(sums["persons"]) > 0]
    minutes = np.rint(10 * sums["minutes"] / sums["persons"]).astype(np.int64)
    return {
        "rows": np.bincount(sums["zone"], minlength=len(zones)).tolist(),
        **{key: sums[key].tolist() for key in keys[1:]},
        "persons": _hundredths(sums["persons"]).tolist(),
        "minutes": minutes.tolist(),
    }


def _hundredths(persons: pd.Series[float]) -> Ints:
    return np.rint(100 * persons.to_numpy(np.float64)).astype(np.int64)
