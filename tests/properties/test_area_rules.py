"""Rules by area agree with enumeration: pins, siting and rates by kind, floors."""

from __future__ import annotations

import random
from typing import Any

import pytest

from allocator.options import SolveOptions
from allocator.solve import solve
from tests.properties.brute import brute_force
from tests.properties.proofs import prove
from tests.properties.tiny import Tiny, seeded

KINDS = ("existing", "old_estate", "new")
SAMPLE = range(16)


def with_areas(seed: int) -> Tiny:
    """Return a tiny scenario whose rules speak of communities, streets and kinds."""
    rng = random.Random(seed)

    def change(document: dict[str, Any], tables: dict[str, Any]) -> None:
        for k, row in enumerate(tables["communities"]):
            row |= {"street_id": f"S{k + 1}", "kind": rng.choice(KINDS)}
        for row in tables["buildings"]:
            row["community_id"] = rng.choice(["C1", "C2"])
        service = document["services"][0]
        pin = {"fix": rng.choice(["in", "out", "out", "out"])}
        pin |= rng.choice([{"community": "C1"}, {"street": "S2"}, {"district": "west"}])
        pins = document["rules"].get("pins", [])
        document["rules"]["pins"] = [*pins, pin | {"service": service["id"]}]
        if rng.random() < 0.5:
            service["requires"] = {
                "any_of": [
                    {"community_kinds": ["existing", "new"]},
                    {"community_kinds": ["old_estate"], "max_floor": 1},
                ]
            }
        need = document["needs"][0]
        need["groups_by_kind"] = {rng.choice(KINDS): {"old": rng.choice([0, 0.25])}}
        document["standards"] = [_floor(rng, document)]

    return seeded(seed).changed(change)


def _floor(rng: random.Random, document: dict[str, Any]) -> dict[str, Any]:
    """Return a standard that the plan must reach."""
    document["rules"].pop("coverage_floor", None)
    last = document["services"][-1]["id"]
    return {"id": "floor", "use": "floor"} | rng.choice(
        [
            {"measure": "sites", "minimum": 1, "services": last, "kinds": "new"},
            {"measure": "sites", "minimum": 1, "services": last, "kinds": "existing"},
            {"measure": "coverage", "minimum": 0.05, "needs": "n0", "kinds": "new"},
            {"measure": "coverage", "minimum": 0.05, "needs": "n0", "level": "all"},
        ]
    )


@pytest.mark.parametrize("seed", SAMPLE)
def test_engines_agree_with_enumeration(seed: int) -> None:
    tiny = with_areas(seed)
    best, proof = brute_force(tiny.build()), prove(tiny)
    options = SolveOptions(engine="search", max_steps=300, seed=1, time_limit_s=30)
    found = solve(tiny.build(), options)

    if best.value is None:
        assert proof.plan is None
        assert found.plan is None
        return
    assert proof.value == pytest.approx(best.value, rel=1e-6, abs=1e-9)
    if found.plan is not None:
        assert found.goals[0].value is not None
        assert found.goals[0].value <= best.value + 1e-6


def test_the_sample_is_worth_it() -> None:
    """Most of it can be planned, and its rules change what is best."""
    changed = possible = 0
    for seed in SAMPLE:
        mine, plain = prove(with_areas(seed)), prove(seeded(seed))
        possible += mine.plan is not None
        changed += mine.plan is None or abs(mine.value - plain.value) > 1e-9
    assert possible >= len(SAMPLE) // 2
    assert changed >= len(SAMPLE) // 2
