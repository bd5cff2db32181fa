"""Groups, services and needs of the made-up cities, as plain scenario sections.

Ten services with 28 sessions cut the week into eight slots: morning, noon, afternoon
and evening, on weekdays and at weekends. Four services hold a room for good, six take
turns in one. Sizes and hours follow the programme's catalogue loosely; they make the
instances hard in the way real ones are, and are no standard.
"""

from __future__ import annotations

from typing import Any

MORNING, NOON, AFTERNOON, EVENING = (
    "08:00-11:30",
    "11:30-14:00",
    "14:00-17:30",
    "18:00-21:00",
)
ALL_DAY = "08:00-17:30"
WEEKDAYS, WEEKEND = "mon-fri", "sat,sun"

GROUP_SHARES = {
    "toddler": 0.020,
    "child": 0.026,
    "pupil": 0.124,
    "adult": 0.610,
    "elder": 0.195,
    "senior": 0.025,
}
"""Share of each group in a zone's residents (2024 national shares, rounded)."""


def _sessions(**hours: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"id": name, "days": days, "hours": clock}
        for name, (days, clock) in hours.items()
    ]


def _service(
    service_id: str,
    sharing: str,
    sizes: tuple[float, float, float],
    costs: tuple[float, float, float, float],
    **hours: tuple[str, str],
) -> dict[str, Any]:
    """Return a service with its sessions.

    `sizes` are m² per place, least m², turns; `costs` fixed equipment, equipment per
    place, and of each session the yearly fixed cost and the yearly cost per place.
    """
    return {
        "id": service_id,
        "category": service_id,
        "sharing": sharing,
        "m2_per_place": sizes[0],
        "min_area_m2": sizes[1],
        "turns": sizes[2],
        "equipment_cost": costs[0],
        "equipment_cost_per_place": costs[1],
        "annual_cost_fixed": costs[2],
        "annual_cost_per_place": costs[3],
        "sessions": _sessions(**hours),
    }


def services() -> list[dict[str, Any]]:
    """Return four dedicated services and six that share one class: 28 offers."""
    morning, afternoon = (WEEKDAYS, MORNING), (WEEKDAYS, AFTERNOON)
    evening, weekend = (WEEKDAYS, EVENING), (WEEKEND, MORNING)
    return [
        _service(
            "canteen",
            "dedicated",
            (3.0, 50, 2.0),
            (90_000, 2_500, 60_000, 1_200),
            lunch=("all", NOON),
            dinner=("all", EVENING),
            weekday_lunch=(WEEKDAYS, NOON),
        ),
        _service(
            "childcare",
            "dedicated",
            (7.0, 60, 1.0),
            (60_000, 4_000, 40_000, 9_000),
            full_day=(WEEKDAYS, ALL_DAY),
            morning=morning,
            afternoon=afternoon,
        ),
        _service(
            "day_care",
            "dedicated",
            (8.0, 80, 1.0),
            (80_000, 6_000, 60_000, 8_000),
            weekdays=(WEEKDAYS, ALL_DAY),
            weekend=(WEEKEND, ALL_DAY),
        ),
        _service(
            "health",
            "dedicated",
            (10.0, 60, 12.0),
            (120_000, 8_000, 70_000, 15_000),
            morning=morning,
            afternoon=afternoon,
            weekend=weekend,
        ),
        _service(
            "after_school",
            "shared",
            (4.0, 40, 1.0),
            (20_000, 1_000, 25_000, 2_500),
            weekdays=(WEEKDAYS, AFTERNOON),
            weekend=(WEEKEND, AFTERNOON),
        ),
        _service(
            "reading",
            "shared",
            (3.5, 30, 2.0),
            (30_000, 900, 15_000, 500),
            morning=morning,
            evening=evening,
            weekend=weekend,
        ),
        _service(
            "courses",
            "shared",
            (2.5, 40, 1.0),
            (25_000, 800, 20_000, 800),
            morning=morning,
            evening=evening,
            weekend=(WEEKEND, AFTERNOON),
        ),
        _service(
            "sports",
            "shared",
            (6.0, 60, 3.0),
            (40_000, 2_500, 20_000, 700),
            morning=morning,
            evening=evening,
            weekend=(WEEKEND, EVENING),
        ),
        _service(
            "play",
            "shared",
            (4.0, 30, 2.0),
            (25_000, 1_500, 15_000, 900),
            morning=morning,
            afternoon=afternoon,
            weekend=weekend,
        ),
        _service(
            "club",
            "shared",
            (3.0, 40, 1.0),
            (15_000, 600, 15_000, 400),
            morning=morning,
            afternoon=afternoon,
            weekend=(WEEKEND, AFTERNOON),
        ),
    ]


def _need(
    need_id: str,
    service: str,
    sessions: tuple[str, ...],
    walk: float,
    visits: float,
    groups: dict[str, float],
    **keys: Any,
) -> dict[str, Any]:
    accepts = [
        {"service": service, "session": session, "max_walk_min": walk}
        for session in sessions
    ]
    return {
        "id": need_id,
        "groups": groups,
        "visits_per_person_week": visits,
        "accepts": accepts,
    } | keys


def needs() -> list[dict[str, Any]]:
    """Return the needs; limits of 9 to 14 min are 520 to 810 m in a straight line."""
    anytime = ("morning", "afternoon", "weekend")
    return [
        _need("lunch", "canteen", ("lunch", "weekday_lunch"), 10, 5, {"elder": 0.085}),
        _need("dinner", "canteen", ("dinner",), 10, 5, {"elder": 0.03}),
        _need("full_day_care", "childcare", ("full_day",), 12, 5, {"toddler": 0.13}),
        _need(
            "half_day_care",
            "childcare",
            ("morning", "afternoon"),
            10,
            3,
            {"toddler": 0.06},
        ),
        _need("day_care", "day_care", ("weekdays",), 9, 4, {"senior": 0.06}),
        _need("weekend_care", "day_care", ("weekend",), 9, 1, {"senior": 0.04}),
        _need("checkup", "health", anytime, 14, 0.5, {"elder": 0.18, "child": 0.1}),
        _need("homework", "after_school", ("weekdays",), 10, 5, {"pupil": 0.05}),
        _need("weekend_club", "after_school", ("weekend",), 10, 1, {"pupil": 0.05}),
        _need(
            "reading",
            "reading",
            ("morning", "evening", "weekend"),
            12,
            1,
            {"adult": 0.03},
        ),
        _need("courses", "courses", ("evening", "weekend"), 14, 1, {"adult": 0.03}),
        _need("courses_elder", "courses", ("morning",), 10, 2, {"elder": 0.06}),
        _need("fitness", "sports", ("evening", "weekend"), 14, 2, {"adult": 0.04}),
        _need("morning_sport", "sports", ("morning",), 9, 3, {"elder": 0.06}),
        _need("play", "play", anytime, 9, 2, {"toddler": 0.2, "child": 0.3}),
        _need("company", "club", anytime, 9, 2, {"elder": 0.09}),
    ]
