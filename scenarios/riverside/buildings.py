"""Kinds of idle buildings in Riverside and what their rooms are like.

Every figure says how far it can be trusted, with the marks of the built-in catalogue:
cited, derived, unverified or assumption. Letters such as S102 name the sources listed
in this folder's README.
"""

from __future__ import annotations

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True)
class Room:
    """One room or open floor of a kind of building."""

    floor: int
    share: float
    """Share of the building's usable area."""
    divisible: bool = False
    features: str = ""
    fitted_for: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of idle building."""

    former_use: str
    ownership: str
    land_use: str
    gross_area_m2: Range
    rooms: tuple[Room, ...]
    renovation_per_m2: Range
    """derived: 1,850 yuan/m² fit-out of a 540 m² station in Changzhou, 2015 (S102);
    the range about it by state of the building is an assumption.
    """
    opening_cost: Range
    """assumption: survey, fire approval, meters and entrance of a building."""
    rent_per_m2: Range = (0.0, 0.0)
    """assumption: yuan per m² and year; public rooms are lent for nothing, as the
    programme asks (S14); the 5-10 yuan a day of Beijing (S54) are far above it.
    """
    use_coefficient: float = 0.7
    """assumption: usable ÷ gross area; open halls more, cellular offices less."""
    fire_resistance_class: int = 2
    """assumption: modern frame 2, old brick 3, old timber roof 4."""
    features: str = ""
    outdoor_share: float = 0.0
    """assumption: outdoor m² per gross m²."""
    available: str = ""
    reserve_share: float = 0.0


KINDS = {
    "factory": Kind(
        "闲置厂房",
        "collective",
        "industrial",  # cited: class 1 industrial land is allowed (S3)
        (760, 1100),
        (
            Room(1, 0.30, features="gas,water,step_free,daylight"),
            Room(1, 0.20, features="water,step_free,daylight"),
            Room(1, 0.15, features="water,step_free"),
            Room(2, 0.35, divisible=True, features="water,daylight"),
        ),
        (1500, 2300),
        (180_000, 300_000),
        use_coefficient=0.78,
        rent_per_m2=(60, 110),
        outdoor_share=0.3,
    ),
    "warehouse": Kind(
        "闲置仓库",
        "state",
        "warehouse",  # cited: class 1 logistics land is allowed (S3)
        (420, 640),
        (
            Room(1, 0.65, divisible=True, features="step_free"),
            Room(1, 0.35, features="step_free,daylight"),
        ),
        (1700, 2600),
        (130_000, 220_000),
        use_coefficient=0.8,
        rent_per_m2=(50, 90),
        fire_resistance_class=3,
        outdoor_share=0.25,
    ),
    "shop": Kind(
        "空置商铺",
        "private",
        "commercial",
        (180, 380),
        (
            Room(1, 0.6, features="gas,water,step_free,daylight"),
            Room(2, 0.4, features="water,daylight"),
        ),
        (760, 1100),
        (60_000, 120_000),
        rent_per_m2=(260, 480),
        use_coefficient=0.75,
    ),
    "committee": Kind(
        "原居委会用房",
        "state",
        "residential",
        (300, 520),
        (
            Room(1, 0.45, features="water,step_free,daylight"),
            Room(1, 0.15, features="step_free"),
            Room(2, 0.40, features="daylight"),
        ),
        (1200, 1900),
        (60_000, 120_000),
        fire_resistance_class=3,
    ),
    "boiler_house": Kind(
        "闲置锅炉房",
        "state",
        "residential",
        (260, 420),
        (Room(1, 1.0, features="gas,water,step_free,daylight"),),
        (1900, 2700),
        (90_000, 160_000),
        use_coefficient=0.85,
        outdoor_share=0.2,
    ),
    "collective": Kind(
        "集体用房",
        "collective",
        "commercial",
        (440, 680),
        (
            Room(1, 0.40, features="gas,water,step_free,daylight"),
            Room(2, 0.35, features="water,daylight"),
            Room(3, 0.25, features="daylight"),
        ),
        (1300, 2000),
        (90_000, 180_000),
        rent_per_m2=(90, 160),
    ),
    "estate": Kind(
        "小区闲置物业用房",
        "owners",
        "residential",
        (160, 300),
        (
            Room(1, 0.6, features="water,step_free,daylight"),
            Room(-1, 0.4, features="step_free"),
        ),
        (1000, 1600),
        (40_000, 90_000),
        rent_per_m2=(20, 60),
        use_coefficient=0.75,
    ),
    "kindergarten": Kind(
        "闲置幼儿园",  # derived: births fell from 14.65 to 9.54 M, 2019-2024 (S94 S95)
        "state",
        "education",
        (560, 820),
        (
            Room(
                1, 0.30, features="water,step_free,daylight", fitted_for="infant_care"
            ),
            Room(1, 0.20, features="gas,water,step_free,daylight,kitchen"),
            Room(2, 0.30, features="water,daylight"),
            Room(2, 0.20, features="daylight"),
        ),
        (900, 1400),
        (80_000, 150_000),
        outdoor_share=0.4,
    ),
    "school": Kind(
        "学校体育馆与教室（课余开放）",
        "state",
        "education",
        (620, 860),
        (
            Room(1, 0.65, features="water,step_free,daylight", fitted_for="sports"),
            Room(2, 0.35, features="daylight"),
        ),
        (200, 450),
        (60_000, 120_000),
        outdoor_share=0.5,
        use_coefficient=0.75,
        # assumption: after lessons; sharing school grounds in time is recommended by
        # GB 50180-2018, commentary 5.0.1 (S33)
        available="mon-fri 18:00-22:00; sat,sun 06:00-22:00",
    ),
    "office_canteen": Kind(
        "机关食堂",  # cited: canteens of public bodies may open to residents (S14)
        "state",
        "office",
        (420, 640),
        (
            Room(1, 0.75, features="gas,water,kitchen,step_free", fitted_for="canteen"),
            Room(2, 0.25, features="daylight"),
        ),
        (300, 600),
        (50_000, 100_000),
        available="all 06:30-21:30",
    ),
    "handed_over": Kind(
        "新建小区配建用房",  # cited: built and handed over with the housing (S1 S2)
        "state",
        "residential",
        (520, 760),
        (
            Room(1, 0.30, features="gas,water,step_free,daylight"),
            Room(1, 0.25, features="water,step_free,daylight"),
            Room(2, 0.45, features="water,step_free,daylight"),
        ),
        (700, 1000),
        (80_000, 150_000),
        use_coefficient=0.72,
        outdoor_share=0.2,
        reserve_share=0.2,  # assumption: room left for later change (opinion text)
    ),
}


@dataclass(frozen=True)
class Site:
    """One idle building of the register."""

    building_id: str
    kind: str
    community_id: str
    name: str
    available_from: str = ""
    lease_until: str = ""


SITES = (
    Site("B01", "factory", "C02", "纺织新村一号车间 Fangzhi Mill Hall No. 1"),
    Site("B02", "factory", "C03", "红星机械厂装配车间 Hongxing Works Assembly Hall"),
    Site("B03", "warehouse", "C04", "码头街三号仓库 Matou Street Warehouse 3"),
    Site("B04", "warehouse", "C01", "临江里粮库 Linjiangli Grain Store"),
    Site("B05", "shop", "C01", "临江里 12 号商铺 12 Linjiangli Shop", "", "2031-05-31"),
    Site(
        "B06", "shop", "C05", "柳荫路 88 号商铺 88 Liuyin Road Shop", "", "2027-12-31"
    ),
    Site("B07", "shop", "C07", "桥头商业街 5 号 5 Qiaotou Arcade", "", "2030-06-30"),
    Site("B08", "shop", "C11", "江语城底商 A3 Jiangyu City Shop A3", "", "2032-03-31"),
    Site("B09", "committee", "C02", "纺织新村老居委会 Fangzhi Old Committee House"),
    Site("B10", "committee", "C04", "码头街老居委会 Matou Old Committee House"),
    Site("B11", "committee", "C06", "书院路老居委会 Shuyuan Old Committee House"),
    Site("B12", "committee", "C08", "文昌老居委会 Wenchang Old Committee House"),
    Site("B13", "boiler_house", "C03", "红星锅炉房 Hongxing Boiler House"),
    Site(
        "B14",
        "boiler_house",
        "C06",
        "书院路锅炉房 Shuyuan Boiler House",
        lease_until="2028-06-30",
    ),
    Site("B15", "collective", "C07", "桥头农贸市场旧楼 Qiaotou Old Market House"),
    Site("B16", "collective", "C09", "春晖集体用房 Chunhui Collective House"),
    Site("B17", "estate", "C05", "柳荫苑物业用房 Liuyin Court Estate Rooms"),
    Site("B18", "estate", "C08", "文昌苑物业用房 Wenchang Court Estate Rooms"),
    Site("B19", "estate", "C10", "滨河花园物业用房 Binhe Gardens Estate Rooms"),
    Site("B20", "kindergarten", "C05", "柳荫幼儿园旧园 Liuyin Former Kindergarten"),
    Site("B21", "kindergarten", "C09", "春晖幼儿园旧园 Chunhui Former Kindergarten"),
    Site("B22", "school", "C08", "文昌小学体育馆 Wenchang School Gym"),
    Site("B23", "office_canteen", "C07", "原纺织局食堂 Former Textile Bureau Canteen"),
    Site("B24", "handed_over", "C11", "江语城配建用房 Jiangyu City Handed-over Rooms"),
    Site(
        "B25",
        "handed_over",
        "C12",
        "望湖台配建用房 Wanghutai Handed-over Rooms",
        available_from="2027-06-01",
    ),
    Site("B26", "estate", "C13", "桥北苑物业用房 Qiaobei Court Estate Rooms"),
)
