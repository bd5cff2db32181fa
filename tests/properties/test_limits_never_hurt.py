"""With a larger limit the proven optimum never gets worse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.properties.proofs import optimum
from tests.properties.tiny import seeded

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[dict[str, Any], dict[str, Any]], None]

LIMITS = ("capital_budget", "annual_budget", "floor_area_m2", "buildings")


def raise_limit(key: str) -> Change:
    """Return a change that raises one limit by half, in total and by district."""

    def change(document: dict[str, Any], tables: dict[str, Any]) -> None:
        limits = document["limits"]
        for part in (limits, *limits.get("by_district", {}).values()):
            if key in part:
                part[key] += max(1, part[key] // 2)

    return change


def lower_reserve(document: dict[str, Any], tables: dict[str, Any]) -> None:
    """Halve every reserve share."""
    if "reserve_share" in document["limits"]:
        document["limits"]["reserve_share"] /= 2
    for row in tables["buildings"]:
        row["reserve_share"] /= 2


def raise_walking_limit(document: dict[str, Any], tables: dict[str, Any]) -> None:
    """Let residents walk half as far again."""
    for need in document["needs"]:
        for accept in need["accepts"]:
            accept["max_walk_min"] *= 1.5


def enlarge_divisible_spaces(document: dict[str, Any], tables: dict[str, Any]) -> None:
    """Give every divisible space 2 m² more."""
    for row in tables["spaces"]:
        if row["divisible"] == "yes":
            row["usable_area_m2"] += 2


CHANGES: dict[str, Change] = {
    **{key: raise_limit(key) for key in LIMITS},
    "reserve_share": lower_reserve,
    "max_walk_min": raise_walking_limit,
    "divisible_area": enlarge_divisible_spaces,
}


@pytest.mark.parametrize("seed", range(100, 115))
def test_a_larger_limit_never_worsens_the_optimum(seed: int) -> None:
    tiny = seeded(seed)
    before = optimum(tiny)
    for name, change in CHANGES.items():
        larger = tiny.changed(change)
        if larger != tiny:
            after = optimum(larger)
            assert after >= before - 1e-6 * max(1.0, abs(before)), name


def test_every_limit_is_raised_in_some_of_these_scenarios() -> None:
    samples = [seeded(seed) for seed in range(100, 115)]
    for name, change in CHANGES.items():
        assert any(tiny.changed(change) != tiny for tiny in samples), name
