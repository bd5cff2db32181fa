"""Elementary slots: the week cut wherever a session begins or ends."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from allocator.instance.arrays import frozen
from allocator.instance.instance import Slots

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from allocator.scenario.hours import WeekHours


def build_slots(sessions: Sequence[WeekHours]) -> Slots:
    """Return the slots of the given sessions, one per offer.

    Pieces of the week that hold the same offers are one slot, in order of their first
    minute of the week; pieces that hold none are left out.
    """
    cuts = sorted(
        {minute for hours in sessions for piece in hours.covered for minute in piece}
    )
    minutes: dict[tuple[bool, ...], int] = {}
    for start, end in pairwise(cuts):
        held = tuple(
            any(low <= start and end <= high for low, high in hours.covered)
            for hours in sessions
        )
        if any(held):
            minutes[held] = minutes.get(held, 0) + end - start
    holds = np.array(list(minutes), bool).reshape(len(minutes), len(sessions)).T.copy()
    return Slots(
        holds=frozen(holds),
        minutes_per_week=frozen(np.array(list(minutes.values()), np.int64)),
        maximal=frozen(_maximal(holds)),
    )


def _maximal(holds: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which columns are contained in no other column."""
    shared = holds.T.astype(np.int64) @ holds
    contained = shared == holds.sum(axis=0)[:, None]
    np.fill_diagonal(contained, False)
    return np.asarray(~contained.any(axis=1), bool)
