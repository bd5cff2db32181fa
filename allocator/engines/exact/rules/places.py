"""Rule `places`: what runs, which services, spaces and buildings are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.model import Terms

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from allocator.engines.exact.model import Keys, LinearModel
    from allocator.engines.exact.variables import Variables

    Ints = npt.NDArray[np.int64]


def add_places(model: LinearModel, variables: Variables) -> None:
    r"""Let an offer run exactly where it has places.

    :math:`x_k \le n_k \le \bar n_k x_k`.
    """
    which = np.flatnonzero(variables.places != variables.runs)
    keys, rows = variables.namer.candidates(which), np.arange(len(which))
    most = variables.layout.instance.candidates.max_places[which].astype(np.float64)
    places, runs = variables.places[which], variables.runs[which]
    model.add_rows(
        "places",
        keys,
        [Terms(rows, places, 1.0), Terms(rows, runs, -most)],
        upper=0.0,
    )
    model.add_rows(
        "places", keys, [Terms(rows, runs, 1.0), Terms(rows, places, -1.0)], upper=0.0
    )


def add_used(model: LinearModel, variables: Variables) -> None:
    """Services, spaces, buildings and supplies are used when a member of them is."""
    layout, name = variables.layout, variables.namer
    instance = layout.instance
    candidates, pairs, spaces = instance.candidates, instance.pairs, instance.spaces
    for members, owner, owners, key in (
        (variables.runs, candidates.pair, variables.service_runs, name.pairs),
        (variables.service_runs, pairs.space, variables.space_used, name.spaces),
        (
            variables.space_used,
            spaces.building,
            variables.building_used,
            name.buildings,
        ),
        (variables.runs, layout.supply_of, variables.supply_runs, name.supplies),
    ):
        _add_any(model, (members, owner), owners, key)


def add_building_of_supply(model: LinearModel, variables: Variables) -> None:
    """Let an offer run only in a used building: implied, but not where relaxed.

    Several spaces used in part would otherwise add up to more than their building.
    """
    supplies = variables.layout.instance.supplies
    planned = np.flatnonzero(variables.supply_runs >= 0)
    runs = variables.supply_runs[planned]
    used = variables.building_used[supplies.site[planned]]
    which = np.flatnonzero(runs != used)
    rows = np.arange(len(which))
    model.add_rows(
        "used",
        variables.namer.supplies(planned[which]),
        [Terms(rows, runs[which], 1.0), Terms(rows, used[which], -1.0)],
        upper=0.0,
    )


def _add_any(
    model: LinearModel,
    members: tuple[Ints, Ints],
    owners: Ints,
    key: Callable[[Ints], Keys],
) -> None:
    """Each member ≤ its owner ≤ the sum of the owner's members."""
    columns, owner = members
    mine = np.flatnonzero(owners[owner] != columns)
    rows = np.arange(len(mine))
    model.add_rows(
        "used",
        key(owner[mine]),
        [Terms(rows, columns[mine], 1.0), Terms(rows, owners[owner[mine]], -1.0)],
        upper=0.0,
    )
    found, rows = np.unique(owner[mine], return_inverse=True)
    model.add_rows(
        "used",
        key(found),
        [
            Terms(np.arange(len(found)), owners[found], 1.0),
            Terms(rows, columns[mine], -1.0),
        ],
        upper=0.0,
    )
