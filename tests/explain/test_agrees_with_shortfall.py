"""The chain of a community and the shortfall left by reason say the same."""

from __future__ import annotations

import pytest

from allocator.evaluate import suitability
from allocator.explain import explain_community
from allocator.shortfall.left import shortfall_left
from tests.explain.samples import riverside

REASON_OF = {
    "no_site": "no_site",
    "no_space": "no_space",
    "hours": "no_space",
    "pinned_out": "no_space",
    "room_taken": "not_opened",
    "limits": "not_opened",
    "not_chosen": "not_opened",
    "full": "full",
    "spare": "full",
    "partly": "far",
}


def test_steps_gathered_by_reason_are_the_shortfall_left() -> None:
    run = riverside()
    left = shortfall_left(
        run.scenario, run.access, run.view, suitability(run.scenario)
    ).set_index(["community_id", "need_id"])
    for community in ("C01", "C07", "C12"):
        table = explain_community(run, community).table
        reason = table["step"].map(REASON_OF)
        found = table["persons"].groupby([table["need_id"], reason]).sum()
        for (need_id, name), persons in found.items():
            stated = left.loc[(community, need_id), f"{name}_persons"]
            assert persons == pytest.approx(stated, abs=1e-6)
        unmet = left.loc[community, "unmet_persons"].sum()
        assert table["persons"].sum() == pytest.approx(unmet)
