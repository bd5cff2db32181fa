"""Rules `area_limit` and `min_area`: what fits a space, and what is too little."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.model import Terms

if TYPE_CHECKING:
    from allocator.engines.exact.model import LinearModel
    from allocator.engines.exact.variables import Variables


def add_pair_area(model: LinearModel, variables: Variables) -> None:
    r"""Keep a service within the space and its own maximum in every slot.

    :math:`\sum_{k \ni t} m2_k n_k \le \min(A_r, a^{max}_s) x_{p,t}`; one offer alone is
    bounded by its most places.
    """
    layout = variables.layout
    combos, patterns = layout.pair_combos, layout.pair_patterns
    limited = ~layout.pair_unlimited[patterns.group]
    which = np.flatnonzero(limited & (patterns.sizes > 1))
    number = np.full(len(patterns), -1, np.int64)
    number[which] = np.arange(len(which))
    entries = np.flatnonzero(number[patterns.entry_pattern] >= 0)
    members = patterns.entry_member[entries]
    pair = patterns.group[which]
    model.add_rows(
        "area_limit",
        variables.namer.pairs(pair, slot=patterns.slot[which]),
        [
            Terms(
                number[patterns.entry_pattern[entries]],
                variables.places[members],
                layout.m2_per_place[members],
            ),
            Terms(
                np.arange(len(which)),
                variables.combo_runs(combos)[which],
                -layout.pair_area_m2[pair],
            ),
        ],
        upper=0.0,
    )


def add_floor_used(model: LinearModel, variables: Variables) -> None:
    r"""Count the largest slot of a class, and a[r,s] of a dedicated service.

    :math:`F_c \ge \sum_{k \in c, k \ni t} m2_k n_k + e_{k,t}`, where e is what
    change-over adds to the slot.
    """
    layout = variables.layout
    patterns, combos = layout.floor_patterns, layout.floor_combos
    pair = layout.instance.candidates.pair
    limited = np.flatnonzero(~layout.pair_unlimited[pair[patterns.entry_member]])
    members = patterns.entry_member[limited]
    fixed = np.flatnonzero(layout.pair_unlimited[combos.pair])
    keys = variables.namer.spaces(layout.cell_space[patterns.group], slot=patterns.slot)
    model.add_rows(
        "area_limit",
        keys,
        [
            Terms(
                patterns.entry_pattern[limited],
                variables.places[members],
                layout.m2_per_place[members],
            ),
            Terms(
                combos.pattern[fixed],
                variables.combo_runs(combos)[fixed],
                layout.least_area_m2[combos.pair[fixed]],
            ),
            Terms(layout.extension_pattern, variables.extension_m2, 1.0),
            Terms(
                np.arange(len(patterns)),
                variables.floor_used_m2[patterns.group],
                -1.0,
            ),
        ],
        upper=0.0,
    )


def add_extension(model: LinearModel, variables: Variables) -> None:
    r"""Both offers of a broken change-over time run: each counts in the other's slots.

    :math:`e_{k,t} \ge m2_k n_k - \bar a_k (1 - x_l)`; with unlimited capacity the least
    area counts once, so not where the service runs in the slot anyway.
    """
    layout = variables.layout
    found = layout.extensions
    extension, own, other = (
        found.cause_extension,
        found.cause_candidate,
        found.cause_other,
    )
    pair = layout.instance.candidates.pair[own]
    unlimited = layout.pair_unlimited[pair]
    most = layout.extension_most_m2[extension]
    rows = np.arange(len(own))
    area = np.where(unlimited, most, layout.m2_per_place[own])
    terms = [
        Terms(
            rows, np.where(unlimited, variables.runs[own], variables.places[own]), area
        ),
        Terms(rows, variables.runs[other], most),
        Terms(rows, variables.extension_m2[extension], -1.0),
        _running_already(variables),
    ]
    keys = variables.namer.candidates(own)
    model.add_rows("area_limit", keys, terms, upper=most)


def _running_already(variables: Variables) -> Terms:
    """Return −area × runs of unlimited services that hold the slot themselves."""
    layout = variables.layout
    found, combos = layout.extensions, layout.floor_combos
    pattern = layout.extension_pattern[found.cause_extension]
    pair = layout.instance.candidates.pair[found.cause_candidate]
    pairs = max(len(layout.pair_size), 1)
    keys = combos.pattern * pairs + combos.pair
    wanted = pattern * pairs + pair
    at = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    rows = np.arange(len(wanted))
    hit = rows[layout.pair_unlimited[pair]]
    if len(keys):
        hit = hit[keys[at[hit]] == wanted[hit]]
    area = layout.least_area_m2[pair[hit]]
    return Terms(hit, variables.combo_runs(combos)[at[hit]], -area)


def add_space_area(model: LinearModel, variables: Variables) -> None:
    """Floor used of a divisible space fits its area."""
    layout = variables.layout
    cells = np.flatnonzero(layout.cell_divisible)
    found, rows = np.unique(layout.cell_space[cells], return_inverse=True)
    area = layout.instance.spaces.usable_area_m2[found]
    model.add_rows(
        "area_limit",
        variables.namer.spaces(found),
        [
            Terms(rows, variables.floor_used_m2[cells], 1.0),
            Terms(np.arange(len(found)), variables.space_used[found], -area),
        ],
        upper=0.0,
    )


def add_min_area(model: LinearModel, variables: Variables) -> None:
    r"""In a divisible space the service reaches its least area in some slot.

    :math:`\sum_{k \ni t} m2_k n_k \ge a^{min}_s z_t`, :math:`\sum_t z_t = y_p`; a
    service with one maximal slot needs no choice z.
    """
    layout, namer = variables.layout, variables.namer
    patterns, which = layout.pair_patterns, layout.min_area_patterns
    pair = patterns.group[which]
    chosen = variables.service_runs[pair]
    choice = layout.min_area_choices
    chosen[choice] = variables.slot_of_min_area
    number = np.full(len(patterns), -1, np.int64)
    number[which] = np.arange(len(which))
    entries = np.flatnonzero(number[patterns.entry_pattern] >= 0)
    members = patterns.entry_member[entries]
    rows = number[patterns.entry_pattern[entries]]
    places, m2 = variables.places[members], layout.m2_per_place[members]
    model.add_rows(
        "min_area",
        namer.pairs(pair, slot=patterns.slot[which]),
        [
            Terms(rows, places, m2),
            Terms(np.arange(len(which)), chosen, -layout.least_area_m2[pair]),
        ],
        lower=0.0,
    )
    found, rows = np.unique(pair[choice], return_inverse=True)
    runs = variables.service_runs[found]
    model.add_rows(
        "min_area",
        namer.pairs(found),
        [
            Terms(rows, chosen[choice], 1.0),
            Terms(np.arange(len(found)), runs, -1.0),
        ],
        lower=0.0,
        upper=0.0,
    )
