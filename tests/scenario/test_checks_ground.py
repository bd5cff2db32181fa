"""Coordinates and floors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocator.issues import Severity

if TYPE_CHECKING:
    from tests.scenario.sound import Sound


def move(sound: Sound, x: float, y: float, spread: float) -> None:
    """Put the scenario somewhere on earth."""
    for table in ("zones", "buildings", "facilities"):
        for row in sound.rows[table]:
            row["x"] = x + row["x"] * spread
            row["y"] = y + row["y"] * spread


def test_floor_zero(sound: Sound) -> None:
    sound.rows["spaces"][1]["floor"] = 0
    sound.rows["spaces"][0]["floor"] = -1

    found = sound.only_issue()

    assert (found.code, found.place.row, found.place.column) == (
        "floor-zero",
        3,
        "floor",
    )


@pytest.mark.parametrize("crs", ["EPSG:999999", "not a system", "EPSG:4978"])
def test_no_coordinate_system_on_the_ground(sound: Sound, crs: str) -> None:
    """4978 is geocentric: metres from the middle of the earth."""
    sound.document["crs"] = crs

    found = sound.only_issue()

    assert (found.code, found.place.path) == ("unknown-crs", "crs")


@pytest.mark.parametrize(
    ("crs", "x", "y", "spread"),
    [
        ("EPSG:4326", 121.5, 31.2, 1e-5),
        ("EPSG:4490", 121.5, 31.2, 1e-5),
        ("EPSG:4547", 500_000, 3_380_000, 1.0),  # 114° E, about 30.5° N: Wuhan
    ],
)
def test_points_inside_are_fine(
    sound: Sound, crs: str, x: float, y: float, spread: float
) -> None:
    sound.document["crs"] = crs
    move(sound, x, y, spread)

    assert sound.issues() == ()


@pytest.mark.parametrize(
    ("crs", "x", "y", "spread"),
    [
        ("EPSG:4326", 121.5, 31.2, 1e-5),
        ("EPSG:4490", 121.5, 31.2, 1e-5),
        ("EPSG:4547", 500_000, 3_380_000, 1.0),
    ],
)
def test_swapped_axes(
    sound: Sound, crs: str, x: float, y: float, spread: float
) -> None:
    sound.document["crs"] = crs
    move(sound, x, y, spread)
    row = sound.rows["zones"][1]
    row["x"], row["y"] = row["y"], row["x"]

    found = sound.only_issue()

    assert (found.code, found.place.row) == ("coordinates-swapped", 3)


def test_points_outside_the_area_of_use(sound: Sound) -> None:
    """4547 is a zone at 114° E: x = 5,500,000 lies nowhere near it."""
    sound.document["crs"] = "EPSG:4547"
    move(sound, 500_000, 3_380_000, 1.0)
    sound.rows["buildings"][0]["x"] = 5_500_000

    found = sound.only_issue()

    assert (found.code, found.place.row) == ("coordinates-outside", 2)


def test_longitude_beyond_the_globe(sound: Sound) -> None:
    sound.document["crs"] = "EPSG:4326"
    move(sound, 121.5, 31.2, 1e-5)
    sound.rows["zones"][0]["x"] = 1215.0

    assert sound.issues()[0].code == "coordinates-outside"


def test_a_point_far_from_the_others(sound: Sound) -> None:
    sound.rows["zones"][0]["x"] = 250_000

    found = sound.only_issue()

    assert (found.code, found.severity) == ("far-away", Severity.WARNING)
    assert "Z1" in found.message


def test_degrees_in_a_local_system(sound: Sound) -> None:
    move(sound, 121.5, 31.2, 1e-5)

    found = sound.only_issue()

    assert (found.code, found.place.path) == ("degrees-as-metres", "crs")
