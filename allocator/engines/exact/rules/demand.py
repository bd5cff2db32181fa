"""Rules `demand_limit`, `capacity` and `reach`: who may be served where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.model import Terms
from allocator.engines.exact.names import numbered
from allocator.instance.arrays import spans, sums

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.exact.model import LinearModel
    from allocator.engines.exact.variables import Variables

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]


def add_demand_limit(model: LinearModel, variables: Variables) -> None:
    r""":math:`\sum_q f_{iq} \le D_i`; only rows that several supplies reach need it."""
    arcs = variables.layout.instance.arcs
    demand = variables.layout.instance.rows.visits_per_week
    reached = np.bincount(arcs.row, minlength=len(demand))
    which = np.flatnonzero(reached > 1)
    number = np.full(len(demand), -1, np.int64)
    number[which] = np.arange(len(which))
    used = np.flatnonzero(number[arcs.row] >= 0)
    model.add_rows(
        "demand_limit",
        numbered(len(which), row=which),
        [Terms(number[arcs.row[used]], variables.flow[used], 1.0)],
        upper=demand[which],
    )


def add_capacity(model: LinearModel, variables: Variables) -> None:
    r"""Keep :math:`\sum_i f_{iq} \le \sum_k n_k turns_o days_o`, or a given limit."""
    instance, layout = variables.layout.instance, variables.layout
    supplies, arcs = instance.supplies, instance.arcs
    unlimited = instance.offers.unlimited[supplies.offer] & supplies.planned
    fixed = np.where(supplies.planned, 0.0, supplies.fixed_visits_per_week)
    reached = np.bincount(arcs.supply, minlength=len(fixed)) > 0
    which = np.flatnonzero(reached & ~unlimited & np.isfinite(fixed))
    number = np.full(len(fixed), -1, np.int64)
    number[which] = np.arange(len(which))
    used = np.flatnonzero(number[arcs.supply] >= 0)
    terms = [Terms(number[arcs.supply[used]], variables.flow[used], 1.0)]
    candidates = np.flatnonzero(number[layout.supply_of] >= 0)
    per_place = instance.offers.visits_per_place_week[
        instance.candidates.offer[candidates]
    ]
    rows = number[layout.supply_of[candidates]]
    terms.append(Terms(rows, variables.places[candidates], -per_place))
    keys = variables.namer.supplies(which)
    model.add_rows("capacity", keys, terms, upper=fixed[which])


def add_reach(model: LinearModel, variables: Variables) -> None:
    r"""Nobody is served by what does not run: :math:`f_{iq} \le \min(D_i, cap_q) x_q`.

    The rows follow from capacity where it is limited, and make the linear relaxation
    much stronger.
    """
    instance = variables.layout.instance
    arcs = instance.arcs
    which = np.flatnonzero(variables.supply_runs[arcs.supply] >= 0)
    most = np.minimum(
        instance.rows.visits_per_week[arcs.row[which]],
        _most_visits(variables)[arcs.supply[which]],
    )
    rows = np.arange(len(which))
    model.add_rows(
        "reach",
        variables.namer.arcs(which),
        [
            Terms(rows, variables.flow[which], 1.0),
            Terms(rows, variables.supply_runs[arcs.supply[which]], -most),
        ],
        upper=0.0,
    )


def add_joint_reach(model: LinearModel, variables: Variables) -> None:
    r"""Several sessions together serve a row only as far as they run at all.

    For the sessions o of one service s in a building b,
    :math:`\sum_o f_{iq} \le D_i \sum_r z_{rs}`, and for all that a building runs
    :math:`\sum_q f_{iq} \le D_i u_b`.

    Both follow from `reach` and `demand_limit` in whole numbers; in the linear
    relaxation three sessions that each run by a third would serve a row in full.
    """
    instance, layout = variables.layout.instance, variables.layout
    arcs, supplies, pairs = instance.arcs, instance.supplies, instance.pairs
    which = np.flatnonzero(supplies.planned[arcs.supply])
    site = supplies.site[arcs.supply[which]].astype(np.int64)
    service = instance.offers.service[supplies.offer[arcs.supply[which]]]
    owner = site * len(instance.index.services) + service
    owner_of_pair = layout.pair_building * len(instance.index.services) + pairs.service
    _add_joint(
        model, variables, (which, owner), (owner_of_pair, variables.service_runs)
    )
    buildings = np.arange(len(variables.building_used))
    _add_joint(model, variables, (which, site), (buildings, variables.building_used))


def _add_joint(
    model: LinearModel,
    variables: Variables,
    arcs_by_owner: tuple[Ints, Ints],
    columns_by_owner: tuple[Ints, Ints],
) -> None:
    """Keep what an owner's arcs serve of a row ≤ D × the sum of the owner's columns.

    Rows are added only where an owner has several arcs of one row.
    """
    instance = variables.layout.instance
    which, owner = arcs_by_owner
    count = len(instance.rows)
    keys, inverse, size = np.unique(
        owner * count + instance.arcs.row[which],
        return_inverse=True,
        return_counts=True,
    )
    number = np.full(len(keys), -1, np.int64)
    several = np.flatnonzero(size > 1)
    number[several] = np.arange(len(several))
    used = number[inverse] >= 0
    row, wanted = keys[several] % max(count, 1), keys[several] // max(count, 1)
    order = np.argsort(columns_by_owner[0], kind="stable")
    owners = columns_by_owner[0][order]
    low = np.searchsorted(owners, wanted)
    members = np.searchsorted(owners, wanted, side="right") - low
    rows = np.repeat(np.arange(len(several)), members)
    columns = columns_by_owner[1][order[spans(low, members)]]
    model.add_rows(
        "reach",
        numbered(len(several), row=row),
        [
            Terms(number[inverse[used]], variables.flow[which[used]], 1.0),
            Terms(rows, columns, -instance.rows.visits_per_week[row[rows]]),
        ],
        upper=0.0,
    )


def _most_visits(variables: Variables) -> Floats:
    """Return the most visits of every planned supply."""
    layout, instance = variables.layout, variables.layout.instance
    candidates = instance.candidates
    most = (
        candidates.max_places * instance.offers.visits_per_place_week[candidates.offer]
    )
    most = np.where(instance.offers.unlimited[candidates.offer], np.inf, most)
    return sums(layout.supply_of, most, len(layout.supply_size))
