"""Rules `sharing`, `change_over` and `incompatible`: what may not run together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.model import Terms
from allocator.engines.exact.patterns import pairs_within

if TYPE_CHECKING:
    from allocator.engines.exact.model import LinearModel
    from allocator.engines.exact.variables import Variables


def add_sharing(model: LinearModel, variables: Variables) -> None:
    """Give a whole space to one dedicated service, or to services of one class."""
    layout = variables.layout
    cells = np.flatnonzero(~layout.cell_divisible)
    space = layout.cell_space[cells]
    columns = variables.class_runs[cells]
    mine = np.flatnonzero(columns != variables.space_used[space])
    found, rows = np.unique(space[mine], return_inverse=True)
    model.add_rows(
        "sharing",
        variables.namer.spaces(found),
        [
            Terms(rows, columns[mine], 1.0),
            Terms(np.arange(len(found)), variables.space_used[found], -1.0),
        ],
        lower=0.0,
        upper=0.0,
    )
    _add_class_members(model, variables)


def _add_class_members(model: LinearModel, variables: Variables) -> None:
    """Let a service run in a whole space only when its class has it."""
    layout = variables.layout
    owner = variables.class_runs[layout.cell_of_pair]
    which = np.flatnonzero((owner >= 0) & (owner != variables.service_runs))
    rows = np.arange(len(which))
    model.add_rows(
        "sharing",
        variables.namer.pairs(which),
        [
            Terms(rows, variables.service_runs[which], 1.0),
            Terms(rows, owner[which], -1.0),
        ],
        upper=0.0,
    )


def add_taking_turns(model: LinearModel, variables: Variables) -> None:
    """In a whole space at most one service of the class runs in any slot."""
    layout = variables.layout
    patterns, combos = layout.shared_patterns, layout.shared_combos
    count = len(patterns)
    keys = variables.namer.spaces(layout.cell_space[patterns.group], slot=patterns.slot)
    model.add_rows(
        "sharing",
        keys,
        [
            Terms(combos.pattern, variables.combo_runs(combos), 1.0),
            Terms(np.arange(count), variables.class_runs[patterns.group], -1.0),
        ],
        upper=0.0,
    )


def add_together(model: LinearModel, variables: Variables) -> None:
    """Let a set of a pair's offers run when one of them does."""
    layout = variables.layout
    candidates = layout.instance.candidates
    seen: list[np.ndarray] = []
    for patterns, combos in zip(layout.all_patterns, layout.all_combos, strict=True):
        mark = combos.mark[combos.entry_combo]
        at = np.searchsorted(variables.together_mark, mark)
        at = np.minimum(at, max(len(variables.together_mark) - 1, 0))
        if len(variables.together_mark):
            hit = variables.together_mark[at] == mark
            seen.append(np.column_stack([at[hit], patterns.entry_member[hit]]))
    if not seen:
        return
    links = np.unique(np.concatenate(seen), axis=0)
    rows = np.arange(len(links))
    model.add_rows(
        "sharing",
        variables.namer.pairs(candidates.pair[links[:, 1]], part=links[:, 0]),
        [
            Terms(rows, variables.runs[links[:, 1]], 1.0),
            Terms(rows, variables.together[links[:, 0]], -1.0),
        ],
        upper=0.0,
    )


def add_change_over(model: LinearModel, variables: Variables) -> None:
    """In a whole space offers that break their change-over time may not both run."""
    first, other = variables.layout.barred_together
    rows = np.arange(len(first))
    model.add_rows(
        "change_over",
        variables.namer.candidates(first),
        [
            Terms(rows, variables.runs[first], 1.0),
            Terms(rows, variables.runs[other], 1.0),
        ],
        upper=1.0,
    )


def add_incompatible(model: LinearModel, variables: Variables) -> None:
    """Offers that must not meet may not both run in one building."""
    instance = variables.layout.instance
    planned = np.flatnonzero(variables.supply_runs >= 0)
    supplies = instance.supplies
    first, other = pairs_within(
        supplies.site[planned], supplies.offer[planned], instance.incompatible
    )
    rows = np.arange(len(first))
    model.add_rows(
        "incompatible",
        variables.namer.supplies(planned[first]),
        [
            Terms(rows, variables.supply_runs[planned[first]], 1.0),
            Terms(rows, variables.supply_runs[planned[other]], 1.0),
        ],
        upper=1.0,
    )
