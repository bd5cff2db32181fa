"""Raises flows one after the other along residual paths: settles ties of a city.

Nodes are demand rows and capacities (Σ flow = or ≤ their amount), arcs lead from a
demand row to a capacity; the last node stands for every capacity that never binds.
`allocator.evaluate.ties.raise_in_turn` says the same in linear programs; tests compare
the two.

To raise arc (u, v) something else at u must fall: a flow of u to another capacity,
where a flow of somebody else may rise, of whom another flow falls …, until a flow into
v falls. Slack of a row that is no equality may take up the change on either side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from allocator.evaluate.program import Program

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

Kernel = TypeVar("Kernel", bound="Callable[..., Any]")

SMALLEST = 1e-9
"""Visits below this are rounding."""
SLACK = -1
"""In place of an arc: the step changes the slack of the node it leaves."""
NOWHERE = -1


def compiled(kernel: Kernel) -> Kernel:
    """Compile a kernel and keep it on disk."""
    return cast("Kernel", numba.njit(cache=True)(kernel))


def raise_along_paths(program: Program, columns: Ints, x: Floats) -> Floats:
    """Return the lexicographically largest values of `columns`, a pure flow.

    Parameters
    ----------
    columns
        Columns with 1 in a demand row and perhaps 1 in the row of a capacity, whose
        number is higher; no other column of these rows is free.
    x
        A point of the program, by column.
    """
    part = program.matrix[:, columns].tocsc()
    part.sort_indices()
    nodes = part.shape[0]
    tail = part.indices[part.indptr[:-1]].astype(np.int64)
    head = np.full(len(columns), nodes, np.int64)
    limited = np.flatnonzero(np.diff(part.indptr) == 2)
    head[limited] = part.indices[part.indptr[limited] + 1]
    flow = x[columns].copy()
    slack = np.where(program.equal, 0.0, program.upper - part @ flow)
    asks = np.zeros(nodes + 1, bool)
    asks[tail] = True
    ends = np.concatenate([tail, head])
    order = np.argsort(ends, kind="stable")
    start = np.searchsorted(ends[order], np.arange(nodes + 2))
    incident = (start, order % max(1, len(columns)))
    amounts = (flow, np.maximum(slack, 0.0), ~program.equal)
    _raise_flows((tail, head, asks), incident, amounts)
    return flow


@compiled
def _raise_flows(arcs: Any, incident: Any, amounts: Any) -> None:
    """Make the flow in `amounts` lexicographically largest, in place."""
    tail, head, asks = arcs
    flow = amounts[0]
    last = len(asks) - 1
    fixed = np.zeros(len(flow), np.bool_)
    there = (np.zeros(last + 1, np.int64), _nodes(last), _nodes(last))
    back = (np.zeros(last + 1, np.int64), _nodes(last), _nodes(last))
    queue = _nodes(last)
    stamp = 0
    for arc in range(len(flow)):
        fixed[arc] = True
        u, v = tail[arc], head[arc]
        while v == last or _may_fall(v, incident, amounts, fixed):
            stamp += 1
            graph = (arcs, incident, amounts, fixed, queue, stamp)
            end, start = _search(graph, there, u, v, True), v
            if end != NOWHERE and end != v:  # slack takes it up: on the other side too
                start = _search(graph, back, v, last, False)
            if end == NOWHERE or start == NOWHERE:
                break
            step = min(
                _least(arcs, amounts, there, u, end, True),
                _least(arcs, amounts, back, v, start, False),
            )
            flow[arc] += step
            _push(arcs, amounts, there, u, end, True, step)
            _push(arcs, amounts, back, v, start, False, step)


@compiled
def _nodes(last: Any) -> Any:
    """Return one number per node."""
    return np.empty(last + 1, np.int64)


@compiled
def _may_fall(v: Any, incident: Any, amounts: Any, fixed: Any) -> Any:
    """Tell whether something else at v can fall."""
    flow, slack, loose = amounts
    if loose[v] and slack[v] > SMALLEST:
        return True
    for k in range(incident[0][v], incident[0][v + 1]):
        arc = incident[1][k]
        if not fixed[arc] and flow[arc] > SMALLEST:
            return True
    return False


@compiled
def _search(graph: Any, tree: Any, start: Any, target: Any, forward: Any) -> Any:
    """Search breadth first; return the target, the last node, or NOWHERE.

    Forward, a flow at a demand row must fall and one at a capacity must rise; backward
    it is the other way round. The last node is never left: its amount is free.
    """
    arcs, incident, amounts, fixed, queue, stamp = graph
    flow, slack, loose = amounts
    mark, parent, via = tree
    last = len(mark) - 1
    found = NOWHERE
    mark[start], queue[0], first, size = stamp, start, 0, 1
    while first < size:
        x = queue[first]
        first += 1
        falls = arcs[2][x] == forward
        if mark[last] != stamp and loose[x] and (not falls or slack[x] > SMALLEST):
            mark[last], parent[last], via[last], found = stamp, x, SLACK, last
            if target == last:
                return last
        for k in range(incident[0][x], incident[0][x + 1]):
            arc = incident[1][k]
            if fixed[arc] or (falls and flow[arc] <= SMALLEST):
                continue
            y = arcs[1][arc] if arcs[2][x] else arcs[0][arc]
            if mark[y] == stamp:
                continue
            mark[y], parent[y], via[y] = stamp, x, arc
            if y == target:
                return y
            if y == last:
                found = last
            else:
                queue[size] = y
                size += 1
    return found


@compiled
def _least(
    arcs: Any, amounts: Any, tree: Any, start: Any, end: Any, forward: Any
) -> Any:
    """Return the smallest amount that falls on a path."""
    flow, slack, _ = amounts
    _, parent, via = tree
    least = np.inf
    while end != start:
        x = parent[end]
        if arcs[2][x] == forward:
            least = min(least, slack[x] if via[end] == SLACK else flow[via[end]])
        end = x
    return least


@compiled
def _push(
    arcs: Any, amounts: Any, tree: Any, start: Any, end: Any, forward: Any, step: Any
) -> None:
    """Change the amounts along a path by `step`."""
    flow, slack, _ = amounts
    _, parent, via = tree
    while end != start:
        x = parent[end]
        change = -step if arcs[2][x] == forward else step
        if via[end] == SLACK:
            slack[x] += change
        else:
            flow[via[end]] += change
        end = x
