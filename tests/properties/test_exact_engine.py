"""On tiny scenarios the exact engine agrees with enumeration through the evaluator."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.properties.brute import brute_force
from tests.properties.proofs import prove
from tests.properties.tiny import draw_tiny, seeded


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_exact_engine_finds_what_enumeration_finds(data: st.DataObject) -> None:
    tiny = draw_tiny(lambda options: data.draw(st.sampled_from(options)))
    best, proof = brute_force(tiny.build()), prove(tiny)
    if best.value is None:
        assert proof.plan is None
    else:
        assert proof.value == pytest.approx(best.value, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("block", range(3))
def test_exact_engine_agrees_on_a_fixed_sample(block: int) -> None:
    for seed in range(6 * block, 6 * block + 6):
        tiny = seeded(seed)
        best, proof = brute_force(tiny.build()), prove(tiny)
        if best.value is None:
            assert proof.plan is None, seed
        else:
            expected = pytest.approx(best.value, rel=1e-6, abs=1e-9)
            assert proof.value == expected, seed
