"""Make the tables of Riverside; ``python -m scenarios.riverside.make [FOLDER]``.

Riverside is made up: names, coordinates and buildings belong to no real place. Its
sizes, age shares and costs follow published figures where there are some. Marks after
a figure are those of the built-in catalogue (cited, derived, unverified, assumption);
letters such as S95 name the sources listed in this folder's README.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from random import Random
from typing import Any

from scenarios.riverside.buildings import KINDS, SITES, Kind, Range, Site

SEED = 20260101
FOLDER = Path(__file__).parent
Row = dict[str, Any]

ORIGIN = (528_000.0, 3_385_000.0)
"""South-west corner in EPSG:4547 (easting, northing); an arbitrary place."""
GRID_M = 640.0
"""derived: side of a square of 0.41 km²; the median of 401 communities of Ningbo is
0.37 km².
"""
ZONES_PER_COMMUNITY = 10
PERSONS_PER_COMMUNITY: Range = (3_200, 6_900)
"""cited: 11 communities of one street in Ningbo have 2,506-10,300, median 4,705."""
PERSONS_PER_HOUSEHOLD = 2.62  # cited: 2020 census (S98)

AGE_SHARES = {
    # derived: end of 2024 (S95), births 2022-24 ÷ population; 60+ 22.0 %; the 80+ share
    # 2.54 % is unverified; 15-59 takes the rest
    "existing": {
        "under_3": 0.020,
        "age_3_5": 0.026,
        "age_6_14": 0.112,
        "age_60_79": 0.1946,
        "age_80_plus": 0.0254,
    },
    # cited: 60+ 25.72 % in Liaoning (S96), the oldest province; the rest assumption
    "old_estate": {
        "under_3": 0.015,
        "age_3_5": 0.020,
        "age_6_14": 0.090,
        "age_60_79": 0.2212,
        "age_80_plus": 0.0360,
    },
    # cited: 60+ 11.41 % in Guangzhou (S97), a young city; the rest assumption
    "new": {
        "under_3": 0.032,
        "age_3_5": 0.040,
        "age_6_14": 0.140,
        "age_60_79": 0.1041,
        "age_80_plus": 0.0100,
    },
}

DISABLED_SHARE = 0.183
"""cited: disabled and semi-disabled of those over 60, fourth survey, 2015 (S65); taken
out of both groups of old people alike (assumption).
"""

COMMUNITIES = (
    ("C01", "临江里 Linjiangli", "old_estate"),
    ("C02", "纺织新村 Fangzhi New Village", "old_estate"),
    ("C03", "红星 Hongxing", "old_estate"),
    ("C04", "码头街 Matou Street", "old_estate"),
    ("C05", "柳荫 Liuyin", "existing"),
    ("C06", "书院路 Shuyuan Road", "existing"),
    ("C07", "桥头 Qiaotou", "existing"),
    ("C08", "文昌 Wenchang", "existing"),
    ("C09", "春晖 Chunhui", "existing"),
    ("C10", "滨河花园 Binhe Gardens", "new"),
    ("C11", "江语城 Jiangyu City", "new"),
    ("C12", "望湖台 Wanghutai", "new"),
    ("C13", "桥北 Qiaobei", "existing"),
)
"""Twelve communities on a grid of four by three, and a neighbour across the border."""
NEIGHBOUR = "C13"
"""Its residents use Riverside's services but are not Riverside's to answer for."""
NEIGHBOUR_ZONES = 6

FACILITIES = (
    # (id, service, community, {session: places}, gross m²); assumption: what a street
    # of this size already has; sizes near the norms of the catalogue
    ("F01", "canteen", "C06", {"lunch": 45, "dinner": 30}, 210),
    ("F02", "meal_point", "C03", {"lunch": 14}, 40),
    ("F03", "elder_day_care", "C05", {"full_day": 20}, 350),
    ("F04", "infant_care", "C10", {"full_day": 30, "half_day": 8}, 360),
    ("F05", "health_station", "C07", {"weekday": 2}, 160),
    ("F06", "health_station", "C02", {"weekday": 2}, 150),
    ("F07", "elder_activity", "C04", {"morning": 24, "afternoon": 24}, 90),
    ("F08", "elder_activity", "C08", {"morning": 30, "afternoon": 30}, 120),
    ("F09", "reading", "C09", {"evening": 20, "weekend": 20}, 90),
    ("F10", "culture", "C06", {"evening": 40}, 130),
    ("F11", "sports", "C11", {"early": 30, "evening": 30}, 260),
    ("F12", "home_help", "C05", {"daytime": 1}, 20),
    ("F13", "play", "C12", {"daytime": 16}, 90),
    ("F14", "after_school", "C08", {"afternoon": 40}, 240),
    ("F15", "canteen", NEIGHBOUR, {"lunch": 40}, 180),
)
USE_TODAY: Range = (0.55, 0.95)
"""assumption: visits today as a share of capacity, for the report only."""
VISITS_PER_PLACE = {
    # turns × days of the session in the catalogue
    ("canteen", "lunch"): 14,
    ("canteen", "dinner"): 14,
    ("meal_point", "lunch"): 14,
    ("elder_day_care", "full_day"): 5,
    ("infant_care", "full_day"): 5,
    ("infant_care", "half_day"): 5,
    ("health_station", "weekday"): 150,
    ("elder_activity", "morning"): 7,
    ("elder_activity", "afternoon"): 7,
    ("reading", "evening"): 7.5,
    ("reading", "weekend"): 6,
    ("culture", "evening"): 7,
    ("sports", "early"): 14,
    ("sports", "evening"): 21,
    ("home_help", "daytime"): 96,
    ("play", "daytime"): 21,
    ("after_school", "afternoon"): 5,
}

SURVEY = (
    # (community, need, factor, sample): assumption: a door-to-door survey of 2025
    ("C02", "lunch_elder", 1.35, 212),
    ("C04", "lunch_elder", 1.20, 148),
    ("C11", "infant_full_day", 1.50, 176),
    ("C12", "infant_full_day", 1.40, 131),
    ("C12", "lunch_elder", 0.60, 95),
)

REQUESTS = (
    # (id, zone, community, service, need, text, source, date, priority): assumption
    ("R01", "", "C04", "canteen", "", "码头街没有食堂 No canteen in Matou Street",
     "居民议事会 residents' meeting", "2025-09-12", 1),
    ("R02", "Z113", "", "", "lunch_elder", "独居老人午餐 Lunch for the lonely",
     "12345热线 hotline", "2025-10-08", 1),
    ("R03", "", "C10", "", "infant_full_day", "双职工托位 Places for working parents",
     "问卷 questionnaire", "2025-08-30", 1),
    ("R04", "", "C05", "sports", "", "想要健身房 A gym, please",
     "居民议事会 residents' meeting", "2025-09-12", 3),
    ("R05", "Z025", "", "after_school", "", "放学无人看管 Nobody at home by day",
     "学校来信 letter of the school", "2025-11-20", 2),
    ("R06", "", "C02", "", "nursing_stay", "术后短住 A bed after hospital",
     "社区走访 visit", "2025-10-21", 2),
    ("R07", "", "C09", "reading", "", "周末自习室 A place to study at weekends",
     "12345热线 hotline", "2025-07-02", 3),
)  # fmt: skip

HEADERS = {
    # the register of idle buildings has the headers of the office that keeps it
    "building_id": "编号",
    "name": "名称",
    "x": "东坐标",
    "y": "北坐标",
    "community_id": "所在社区",
    "former_use": "原用途",
    "ownership": "权属",
    "land_use": "用地性质",
    "gross_area_m2": "建筑面积",
    "use_coefficient": "使用系数",
    "opening_cost": "启用费用",
    "annual_rent": "年租金",
    "reserve_share": "预留比例",
    "fire_resistance_class": "耐火等级",
    "features": "设施条件",
    "outdoor_m2": "室外场地面积",
    "lease_until": "租期至",
    "available_from": "可用起始",
    "available": "可用时段",
}


def make_tables() -> dict[str, list[Row]]:
    """Return all tables of the scenario as rows."""
    random = Random(SEED)
    zones, population = _zones(random)
    buildings, spaces = _buildings(random)
    return {
        "communities": _communities(zones),
        "zones": zones,
        "population": population,
        "survey": [
            dict(
                zip(
                    ("community_id", "need_id", "factor", "sample_size"),
                    row,
                    strict=True,
                )
            )
            for row in SURVEY
        ],
        "requests": [
            dict(
                zip(
                    (
                        "request_id",
                        "zone_id",
                        "community_id",
                        "service_id",
                        "need_id",
                        "text",
                        "source",
                        "date",
                        "priority",
                    ),
                    row,
                    strict=True,
                )
            )
            for row in REQUESTS
        ],
        "buildings": [{HEADERS[key]: row[key] for key in HEADERS} for row in buildings],
        "spaces": spaces,
        "facilities": _facilities(random),
    }


def _centre(community_id: str) -> tuple[float, float]:
    """Return the middle of a community's square; the neighbour lies to the north."""
    place = int(community_id[1:]) - 1
    column, row = (place % 4, place // 4) if community_id != NEIGHBOUR else (1.5, 3)
    return (
        ORIGIN[0] + (column + 0.5) * GRID_M,
        ORIGIN[1] + (row + 0.5) * GRID_M,
    )


def _near(random: Random, community_id: str, spread: float) -> tuple[float, float]:
    """Return a point within `spread` × half a square of the community's middle."""
    x, y = _centre(community_id)
    half = spread * GRID_M / 2
    dx, dy = random.uniform(-half, half), random.uniform(-half, half)
    return round(x + dx, 1), round(y + dy, 1)


def _zones(random: Random) -> tuple[list[Row], list[Row]]:
    zones: list[Row] = []
    population: list[Row] = []
    for community_id, _, kind in COMMUNITIES:
        neighbour = community_id == NEIGHBOUR
        count = NEIGHBOUR_ZONES if neighbour else ZONES_PER_COMMUNITY
        mean = random.uniform(*PERSONS_PER_COMMUNITY) / ZONES_PER_COMMUNITY
        for _ in range(count):
            x, y = _near(random, community_id, 0.95)
            persons = mean * random.uniform(0.5, 1.5)
            zone_id = f"Z{len(zones) + 1:03d}"
            zones.append(
                {
                    "zone_id": zone_id,
                    "x": x,
                    "y": y,
                    "community_id": community_id,
                    "households": round(persons / PERSONS_PER_HOUSEHOLD),
                    "counted": "no" if neighbour else "yes",
                }
            )
            population += _residents(random, zone_id, persons, AGE_SHARES[kind])
    return zones, population


def _residents(
    random: Random, zone_id: str, persons: float, shares: dict[str, float]
) -> list[Row]:
    """Split a zone's persons over the groups; a zone differs by up to a quarter."""
    mine = {group: s * random.uniform(0.75, 1.25) for group, s in shares.items()}
    mine["adult"] = 1.0 - sum(mine.values())
    mine["elder_disabled"] = DISABLED_SHARE * (mine["age_60_79"] + mine["age_80_plus"])
    for group in ("age_60_79", "age_80_plus"):
        mine[group] *= 1.0 - DISABLED_SHARE
    return [
        {"zone_id": zone_id, "group_id": group, "persons": round(persons * share)}
        for group, share in sorted(mine.items())
    ]


def _communities(zones: list[Row]) -> list[Row]:
    rows = []
    for community_id, name, kind in COMMUNITIES:
        own = [zone for zone in zones if zone["community_id"] == community_id]
        here = community_id != NEIGHBOUR
        rows.append(
            {
                "community_id": community_id,
                "name": name,
                "street_id": "河畔街道" if here else "桥北街道",
                "district_id": "binhe" if here else "qiaobei",
                "kind": kind,
                "households": sum(zone["households"] for zone in own),
            }
        )
    return rows


def _buildings(random: Random) -> tuple[list[Row], list[Row]]:
    buildings: list[Row] = []
    spaces: list[Row] = []
    for site in SITES:
        kind = KINDS[site.kind]
        gross = round(random.uniform(*kind.gross_area_m2), -1)
        buildings.append(_building(random, site, kind, gross))
        spaces += _spaces(random, site, kind, gross * kind.use_coefficient)
    return buildings, spaces


def _building(random: Random, site: Site, kind: Kind, gross: float) -> Row:
    x, y = _near(random, site.community_id, 0.8)
    rent = gross * random.uniform(*kind.rent_per_m2)
    return {
        "building_id": site.building_id,
        "name": site.name,
        "x": x,
        "y": y,
        "community_id": site.community_id,
        "former_use": kind.former_use,
        "ownership": kind.ownership,
        "land_use": kind.land_use,
        "gross_area_m2": int(gross),
        "use_coefficient": kind.use_coefficient,
        "opening_cost": _thousands(random.uniform(*kind.opening_cost)),
        "annual_rent": _thousands(rent),
        "reserve_share": kind.reserve_share or "",
        "fire_resistance_class": kind.fire_resistance_class,
        "features": kind.features,
        "outdoor_m2": round(gross * kind.outdoor_share),
        "lease_until": site.lease_until,
        "available_from": site.available_from,
        "available": kind.available,
    }


def _spaces(random: Random, site: Site, kind: Kind, usable: float) -> list[Row]:
    return [
        {
            "space_id": f"{site.building_id}-{k}",
            "building_id": site.building_id,
            "usable_area_m2": round(usable * room.share, 1),
            "floor": room.floor,
            "divisible": "yes" if room.divisible else "no",
            "features": room.features,
            "renovation_cost_per_m2": round(
                random.uniform(*kind.renovation_per_m2), -1
            ),
            "fitted_for": room.fitted_for,
        }
        for k, room in enumerate(kind.rooms, start=1)
    ]


def _facilities(random: Random) -> list[Row]:
    rows = []
    for facility_id, service, community_id, sessions, gross in FACILITIES:
        x, y = _near(random, community_id, 0.8)
        for session, places in sessions.items():
            full = places * VISITS_PER_PLACE[service, session]
            rows.append(
                {
                    "facility_id": facility_id,
                    "service_id": service,
                    "session_id": session,
                    "x": x,
                    "y": y,
                    "places": places,
                    "community_id": community_id,
                    "gross_area_m2": gross,
                    "used_visits_per_week": round(full * random.uniform(*USE_TODAY)),
                }
            )
    return rows


def _thousands(amount: float) -> int:
    return round(amount / 1000) * 1000


def write_tables(folder: Path) -> None:
    """Write each table as UTF-8 CSV with lines ended by a newline alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in make_tables().items():
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    write_tables(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
