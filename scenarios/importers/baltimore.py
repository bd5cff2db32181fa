"""Baltimore's vacant buildings, its census blocks, and the programme's services.

The register of vacant buildings (Baltimore Sun, CC BY 4.0, from the city's housing
department) has places and nothing else; the blocks of the 2020 census have persons
and dwellings. Everything else a plan needs stands in `ASSUMPTIONS`, is used from
there, and is printed into the README of the scenario.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pyproj import Transformer
from scipy.spatial import cKDTree

from allocator.catalogue import load
from scenarios.importers.material import Assumption, Import, assumption_table

if TYPE_CHECKING:
    from pathlib import Path

VACANTS = "baltimore_vacants/vacants_feb_oct.csv"
BLOCKS = "baltimore_vacants/baltimore_blocks_2020.csv"
METRES = "EPSG:26985"
"""Maryland, metres; only to find the block nearest to a building."""

ASSUMPTIONS = {
    "gross_area_m2": Assumption(
        "gross area of every building",
        104.0,
        "m²",
        "a two-storey row house: a quarter of the vacant buildings have a vacant "
        "neighbour within 4.24 m, one lot; about 12.2 m deep, two floors",
    ),
    "use_coefficient": Assumption(
        "usable ÷ gross area", 0.7, "", "default of the scenario format"
    ),
    "outdoor_m2": Assumption(
        "outdoor area of a building",
        30.0,
        "m²",
        "back yard of the same width, 7 m deep",
    ),
    "fire_resistance_class": Assumption(
        "fire resistance class",
        3,
        "",
        "brick walls with timber floors; lets care and play use floors 1 and 2",
    ),
    "features": Assumption(
        "features",
        "gas,water,daylight,step_free",
        "",
        "city streets have the mains; the renovation below includes a ramp",
    ),
    "opening_cost": Assumption(
        "opening cost of a building",
        45_000.0,
        "USD",
        "title, permits, making the shell safe: a round figure",
    ),
    "renovation_cost_per_m2": Assumption(
        "renovation",
        1_500.0,
        "USD per usable m²",
        "with opening about 154,000 USD a house, a round figure for a full "
        "renovation of a derelict row house",
    ),
    "annual_rent": Assumption(
        "rent",
        0.0,
        "USD a year",
        "buildings are taken over by the city, as the programme asks",
    ),
    "money_factor": Assumption(
        "catalogue costs and fees, CNY to USD",
        0.5,
        "USD per CNY",
        "exchange rate of about 0.14 times about 3.5 for wages",
    ),
    "largest_least_area_m2": Assumption(
        "least area of a service, at most",
        60.0,
        "m²",
        "services are made to fit one row house of 73 usable m²",
    ),
    "clinic_m2_per_place": Assumption(
        "area of one doctor in a health station",
        35.0,
        "m²",
        "two rooms and a share of the waiting room; two of 52.5 m² need 105 m²",
    ),
    "largest_walk_min": Assumption(
        "walking limit of any need, at most",
        10.0,
        "min",
        "the programme speaks of 5 to 10 minutes",
    ),
    "share_under_3": Assumption(
        "residents under 3", 0.036, "share", "3 of 20 years of age up to 19, at 24 %"
    ),
    "share_age_3_5": Assumption("residents aged 3 to 5", 0.036, "share", "as above"),
    "share_age_6_14": Assumption(
        "residents aged 6 to 14", 0.108, "share", "9 of those 20 years"
    ),
    "share_adult": Assumption("residents aged 15 to 59", 0.62, "share", "the rest"),
    "share_age_60_79": Assumption(
        "residents aged 60 to 79",
        0.165,
        "share",
        "a fifth is over 60, as in most US cities",
    ),
    "share_age_80_plus": Assumption(
        "residents aged 80 and over", 0.035, "share", "about a sixth of those over 60"
    ),
    "capital_budget": Assumption(
        "capital budget",
        60_000_000.0,
        "USD",
        "about 250 houses, one in 60; chosen so that money binds",
    ),
    "annual_budget": Assumption(
        "yearly budget, after fees",
        12_000_000.0,
        "USD a year",
        "about 20 USD a resident; chosen so that money binds",
    ),
}
"""Everything the data do not say. Shares of age groups are the same in every block."""


LEFT_OUT_SERVICES = frozenset({"nursing_stay"})
LEFT_OUT_SESSIONS = frozenset(
    {
        ("infant_care", "temporary"),
        ("meal_point", "breakfast"),
        ("meal_point", "dinner"),
    }
)
LEFT_OUT_NEEDS = frozenset({"nursing_stay", "dinner_adult"})
ONE_WAY_NEEDS = frozenset({"lunch_adult"})
"""Adults have lunch in canteens only."""
LEFT_OUT_GROUP = "elder_disabled"
"""The census does not tell them apart. With what stands above, the city asks for what
it did when its published figures were measured. Standards of Chinese cities are left
out."""


@dataclass(frozen=True)
class Register:
    """The register after cleaning, and what was left out."""

    buildings: pd.DataFrame
    rows: int
    not_vacant_in_october: int
    without_coordinates: int


def make(data: Path) -> Import:
    """Return the scenario made from the files under `data`."""
    register = read_register(data / VACANTS)
    blocks = pd.read_csv(data / BLOCKS, dtype={"geoid20": str})
    tract = blocks["geoid20"].str[:11]
    zones = pd.DataFrame(
        {
            "zone_id": blocks["geoid20"],
            "x": blocks["lon"],
            "y": blocks["lat"],
            "community_id": tract,
            "households": blocks["housing20"],
        }
    )
    buildings = register.buildings
    buildings["community_id"] = tract.to_numpy()[nearest(buildings, zones)]
    frames = {
        "communities": pd.DataFrame({"community_id": sorted(set(tract))}),
        "zones": zones,
        "population": population(blocks),
        "buildings": with_assumptions(buildings),
        "spaces": spaces(buildings),
    }
    return Import(document(), frames, readme(register, blocks))


def read_register(path: Path) -> Register:
    """Return the buildings vacant in October 2019 whose place is known."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    vacant = rows[rows["vacant_in_oct"] == "1"]
    placed = vacant[(vacant["lat"] != "NA") & (vacant["lon"] != "NA")]
    buildings = pd.DataFrame(
        {
            "building_id": placed["blk"] + "-" + placed["lt"],
            "x": placed["lon"].astype(float),
            "y": placed["lat"].astype(float),
            "name": placed["address"],
        }
    ).reset_index(drop=True)
    if buildings["building_id"].duplicated().any():
        msg = "block and lot no longer name one building"
        raise ValueError(msg)
    return Register(
        buildings,
        rows=len(rows),
        not_vacant_in_october=len(rows) - len(vacant),
        without_coordinates=len(vacant) - len(placed),
    )


def nearest(buildings: pd.DataFrame, zones: pd.DataFrame) -> np.ndarray:
    """Return for each building the position of the nearest zone."""
    to_metres = Transformer.from_crs("EPSG:4326", METRES, always_xy=True)
    zone_xy = np.column_stack(to_metres.transform(zones["x"], zones["y"]))
    own_xy = np.column_stack(to_metres.transform(buildings["x"], buildings["y"]))
    return np.asarray(cKDTree(zone_xy).query(own_xy)[1])


def population(blocks: pd.DataFrame) -> pd.DataFrame:
    """Spread each inhabited block's persons over the groups by the assumed shares."""
    lived_in = blocks[blocks["pop20"] > 0]
    shares = {
        key.removeprefix("share_"): float(assumption.value)
        for key, assumption in ASSUMPTIONS.items()
        if key.startswith("share_")
    }
    persons = np.outer(lived_in["pop20"], list(shares.values()))
    return pd.DataFrame(
        {
            "zone_id": np.repeat(lived_in["geoid20"].to_numpy(), len(shares)),
            "group_id": np.tile(list(shares), len(lived_in)),
            "persons": persons.ravel().round(3),
        }
    )


def with_assumptions(buildings: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that the register lacks."""
    columns = (
        "gross_area_m2",
        "use_coefficient",
        "outdoor_m2",
        "fire_resistance_class",
        "features",
        "opening_cost",
        "annual_rent",
    )
    return buildings.assign(**{key: ASSUMPTIONS[key].value for key in columns})


def spaces(buildings: pd.DataFrame) -> pd.DataFrame:
    """Make every building one whole space."""
    usable = value("gross_area_m2") * value("use_coefficient")
    return pd.DataFrame(
        {
            "space_id": buildings["building_id"],
            "building_id": buildings["building_id"],
            "usable_area_m2": round(usable, 1),
            "renovation_cost_per_m2": value("renovation_cost_per_m2"),
        }
    )


def value(key: str) -> float:
    """Return an assumed number."""
    return float(ASSUMPTIONS[key].value)


def document() -> dict[str, Any]:
    """Return scenario.yaml: the catalogue with its money and sizes adapted."""
    catalogue = load("cn-community")
    return {
        "format": "allocator/1",
        "name": "baltimore",
        "currency": "USD",
        "date": "2019-10-31",
        "crs": "EPSG:4326",
        "catalogue": "cn-community",
        "groups": [{"id": LEFT_OUT_GROUP, "remove": True}],
        "services": [adapt_service(service) for service in catalogue["services"]],
        "needs": [adapt_need(need) for need in catalogue["needs"]],
        "rules": {"incompatible": [{"id": "noise_nursing", "remove": True}]},
        "standards": [
            {"id": standard["id"], "remove": True}
            for standard in catalogue["standards"]
        ],
        "access": {"mode": "straight", "detour": 1.3},
        "limits": {
            "capital_budget": value("capital_budget"),
            "annual_budget": value("annual_budget"),
        },
        "variants": {
            "half_the_money": {
                "limits": {
                    "capital_budget": value("capital_budget") / 2,
                    "annual_budget": value("annual_budget") / 2,
                }
            }
        },
    }


def adapt_service(service: dict[str, Any]) -> dict[str, Any]:
    """Return what differs from the catalogue's service: money, and least area."""
    if service["id"] in LEFT_OUT_SERVICES:
        return {"id": service["id"], "remove": True}
    changed: dict[str, Any] = {"id": service["id"], **_money(service)}
    least = min(service.get("min_area_m2", 0.0), value("largest_least_area_m2"))
    changed["min_area_m2"] = least
    if service["id"] == "health_station":
        changed["m2_per_place"] = value("clinic_m2_per_place")
    changed["sessions"] = [
        {"id": session["id"], "remove": True}
        if (service["id"], session["id"]) in LEFT_OUT_SESSIONS
        else {"id": session["id"], **_money(session)}
        for session in service["sessions"]
    ]
    return changed


def adapt_need(need: dict[str, Any]) -> dict[str, Any]:
    """Return what differs from the catalogue's need: fee and walking limits."""
    if need["id"] in LEFT_OUT_NEEDS:
        return {"id": need["id"], "remove": True}
    limit = value("largest_walk_min")
    accepts = [
        a | {"max_walk_min": min(a["max_walk_min"], limit)}
        for a in need["accepts"]
        if (a["service"], a.get("session")) not in LEFT_OUT_SESSIONS
    ]
    if need["id"] in ONE_WAY_NEEDS:
        accepts = accepts[:1]
    changed = {"id": need["id"], "accepts": accepts, **_money(need)}
    if LEFT_OUT_GROUP in need["groups"]:
        changed["groups"] = {LEFT_OUT_GROUP: None}
    return changed


def _money(item: dict[str, Any]) -> dict[str, float]:
    """Return the costs and fees of a catalogue item in US dollars."""
    return {
        key: round(amount * value("money_factor"), 2)
        for key, amount in item.items()
        if "cost" in key or key == "fee_per_visit"
    }


def readme(register: Register, blocks: pd.DataFrame) -> str:
    """Return the scenario's README with counts and assumptions."""
    kept = len(register.buildings)
    return f"""# Baltimore

The whole city: vacant buildings as candidate sites, census blocks as demand points,
the services of the built-in catalogue.

## What came from where
| data | rows | used |
|---|---:|---:|
| register of vacant buildings, February and October | {register.rows:,} | {kept:,} |
| – not vacant in October | {register.not_vacant_in_october:,} | left out |
| – without coordinates | {register.without_coordinates:,} | left out |
| census blocks 2020 | {len(blocks):,} | {len(blocks):,} |
| – of them without residents | {(blocks["pop20"] == 0).sum():,} | kept, no demand |
| residents | {blocks["pop20"].sum():,} | {blocks["pop20"].sum():,} |

Buildings: The Baltimore Sun, `baltimore-sun-data/vacants-feb-oct-2019`, CC BY 4.0,
records of the city's housing department. A building's id is block and lot. Blocks: US
Census Bureau 2020 through the R package mapbaltimore (MIT). A community is a census
tract; a building belongs to the tract of its nearest block. Coordinates are longitude
and latitude as given; walking is 1.3 times the straight line.

## What the data lack
One table of assumptions, used by the importer as printed here. None of them was
surveyed: change them before drawing any conclusion about Baltimore.

{assumption_table(list(ASSUMPTIONS.values()))}

Everything else (areas per place, hours, costs before conversion, rates of demand,
rules) is the built-in catalogue `cn-community`, whose entries name their sources.

## Expected measures
`allocator solve build/scenarios/baltimore --time-limit 540 --seed 1` on two cores, busy
with other work for half of the time: covered 74,431 of 173,030 person-needs (coverage
43.0 %), bound 80,377, gap 7.4 %, 60.0 of 60.0 million USD and 11.9 of 12.0 million a
year spent on 248 houses, 177 of them used by two services or more; 536 s with checking
and writing, peak memory 3.5 GB.
"""
