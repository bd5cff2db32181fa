"""Peaks held from above too, for goals that gain from floor used or capital cost.

Usually limits and prices hold a peak down to the truth, and no row is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.model import Terms
from allocator.engines.exact.names import numbered

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.exact.model import LinearModel
    from allocator.engines.exact.variables import Variables

    Ints = npt.NDArray[np.int64]


def add_true_floors(model: LinearModel, variables: Variables) -> None:
    r"""Hold a cell's floor at what its chosen slot takes.

    :math:`F_c \le \sum_{k \in c, k \ni t} m2_k n_k + e_{k,t} + A_r (1 - z_t)`.
    """
    layout = variables.layout
    if not layout.rewards_peaks:
        return
    patterns, combos = layout.floor_patterns, layout.floor_combos
    pair = layout.instance.candidates.pair
    limited = np.flatnonzero(~layout.pair_unlimited[pair[patterns.entry_member]])
    members = patterns.entry_member[limited]
    fixed = np.flatnonzero(layout.pair_unlimited[combos.pair])
    every = np.arange(len(patterns))
    space = layout.cell_space[patterns.group]
    area = layout.instance.spaces.usable_area_m2[space]
    m2, least = layout.m2_per_place[members], layout.least_area_m2[combos.pair[fixed]]
    model.add_rows(
        "true_floor",
        variables.namer.spaces(space, slot=patterns.slot),
        [
            Terms(every, variables.floor_used_m2[patterns.group], 1.0),
            Terms(patterns.entry_pattern[limited], variables.places[members], -m2),
            Terms(combos.pattern[fixed], variables.combo_runs(combos)[fixed], -least),
            Terms(layout.extension_pattern, variables.extension_m2, -1.0),
            Terms(every, variables.slot_of_floor, area),
        ],
        upper=area,
    )
    _add_one_of(model, variables.slot_of_floor, patterns.group)
    _add_true_together(model, variables)


def _add_true_together(model: LinearModel, variables: Variables) -> None:
    """Let a set of offers run only when one of them does."""
    layout = variables.layout
    patterns, combos = layout.floor_patterns, layout.floor_combos
    columns = variables.combo_runs(combos)
    own = np.isin(columns, variables.together)
    entries = np.flatnonzero(own[combos.entry_combo])
    found, rows = np.unique(combos.entry_combo[entries], return_inverse=True)
    members = variables.runs[patterns.entry_member[entries]]
    model.add_rows(
        "true_floor",
        variables.namer.pairs(combos.pair[found], part=found),
        [
            Terms(np.arange(len(found)), columns[found], 1.0),
            Terms(rows, members, -1.0),
        ],
        upper=0.0,
    )


def add_true_extensions(model: LinearModel, variables: Variables) -> None:
    r"""Hold what change-over adds to a slot at the truth.

    At most the candidate's own area, and nothing unless an offer that holds the slot
    runs: :math:`e \le m2_k n_k`, :math:`e \le \bar a \sum_l x_l`.
    """
    layout = variables.layout
    if not layout.rewards_peaks:
        return
    found = layout.extensions
    every = np.arange(len(found.slot))
    most = layout.extension_most_m2
    unlimited = layout.pair_unlimited[layout.instance.candidates.pair[found.candidate]]
    single = np.flatnonzero(~unlimited)
    own = found.candidate[single]
    rows = np.arange(len(single))
    model.add_rows(
        "true_extension",
        variables.namer.candidates(own),
        [
            Terms(rows, variables.extension_m2[single], 1.0),
            Terms(rows, variables.places[own], -layout.m2_per_place[own]),
        ],
        upper=0.0,
    )
    for causes in (found.cause_candidate, found.cause_other):
        extension = found.cause_extension
        model.add_rows(
            "true_extension",
            numbered(len(every), extension=every),
            [
                Terms(every, variables.extension_m2, 1.0),
                Terms(extension, variables.runs[causes], -most[extension]),
            ],
            upper=0.0,
        )


def add_true_peaks(model: LinearModel, variables: Variables) -> None:
    r"""Hold peak places at those of the chosen slot.

    :math:`P_p \le \sum_{k \ni t} n_k + \bar P_p (1 - z_t)`.
    """
    layout = variables.layout
    if not layout.rewards_peaks:
        return
    patterns, which = layout.pair_patterns, layout.peak_patterns
    number = np.full(len(patterns), -1, np.int64)
    number[which] = np.arange(len(which))
    entries = np.flatnonzero(number[patterns.entry_pattern] >= 0)
    pair = patterns.group[which]
    most = layout.most_peak_places[pair]
    rows = np.arange(len(which))
    members = variables.places[patterns.entry_member[entries]]
    model.add_rows(
        "true_peak",
        variables.namer.pairs(pair, slot=patterns.slot[which]),
        [
            Terms(rows, variables.peak_places[pair], 1.0),
            Terms(number[patterns.entry_pattern[entries]], members, -1.0),
            Terms(rows, variables.slot_of_places, most),
        ],
        upper=most,
    )
    _add_one_of(model, variables.slot_of_places, pair)


def _add_one_of(model: LinearModel, columns: Ints, group: Ints) -> None:
    """Choose one of each group's columns."""
    found, rows = np.unique(group, return_inverse=True)
    model.add_rows(
        "true_peak",
        numbered(len(found), group=found),
        [Terms(rows, columns, 1.0)],
        lower=1.0,
        upper=1.0,
    )
