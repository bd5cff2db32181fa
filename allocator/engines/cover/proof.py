"""What prices leave undecided, as a mixed-integer model in a child process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.cover.net import arcs_of
from allocator.engines.cover.reduce import restricted
from allocator.engines.exact.backends.backend import RawStatus, Settings
from allocator.engines.exact.child import ChildProcess
from allocator.engines.exact.jobs import SolveJob
from allocator.engines.exact.model import Expression, Keys, LinearModel, Terms

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    import numpy.typing as npt

    from allocator.engines.cover.bound import DualBound
    from allocator.engines.cover.net import Net
    from allocator.engines.cover.reduce import Reduced
    from allocator.engines.engine import StopSignal
    from allocator.engines.exact.jobs import Message
    from allocator.engines.exact.model import Matrix

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]


def undecided(dual: DualBound, value: float) -> Reduced:
    """Return the net in which every plan better than `value` must lie.

    A site is left closed where opening it, and open where closing it, brings the bound
    down to `value`.
    """
    room = dual.bound - value
    kept = np.flatnonzero(np.abs(dual.income) <= room)
    fixed = np.flatnonzero(dual.income > room)
    return restricted(dual.net, kept, fixed)


def cover_matrix(net: Net) -> Matrix:
    """Return the compact model: sites first, then rows with several sites."""
    model = LinearModel()
    sites = model.add_columns("open", Keys(net.num_sites), upper=1.0, integer=True)
    row, site = arcs_of(net)
    several = np.diff(net.row_start) > 1
    covered = model.add_columns("covered", Keys(int(several.sum())), upper=1.0)
    number = np.cumsum(several) - 1
    mine = several[row]
    model.add_rows(
        "reach",
        Keys(len(covered)),
        [
            Terms(np.arange(len(covered)), covered, 1.0),
            Terms(number[row[mine]], sites[site[mine]], -1.0),
        ],
        upper=0.0,
    )
    limit, of_limit = np.nonzero(net.cost)
    model.add_rows(
        "limit",
        Keys(len(net.room)),
        [Terms(limit, sites[of_limit], net.cost[limit, of_limit])],
        upper=net.room,
    )
    goal = Expression(
        np.concatenate([covered, sites[site[~mine]]]),
        np.concatenate([net.weight[several], net.weight[row[~mine]]]),
    )
    return model.matrix(goal, maximizes=True)


class Proof:
    """HiGHS on an undecided net; use it as a context manager, or close it."""

    def __init__(
        self,
        reduced: Reduced,
        opened: Bools,
        stop: StopSignal,
        *,
        seed: int,
        workers: int,
        max_nodes: int | None = None,
    ) -> None:
        self.reduced = reduced
        self.bound = np.inf
        """Bound of the plans in the net, as far as it is told."""
        self.ended = False
        """Whether nothing more will come."""
        self.nodes = 0
        self._stop = stop
        self._found: Ints | None = None
        matrix = cover_matrix(reduced.net)
        start = self._point(opened[reduced.site], matrix)
        settings = Settings(
            seed=seed, workers=workers, start=start, max_steps=max_nodes
        )
        job = SolveJob("highs", matrix, settings, stop.deadline)
        self._child = ChildProcess(job)

    def poll(self) -> Ints | None:
        """Take what came in; return the newest plan of the net before, if any."""
        self._found = None
        for message in self._child.pending():
            self._take(message)
        return self._found

    def close(self) -> None:
        """End the child."""
        self._child.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _take(self, message: Message) -> None:
        if message.kind == "incumbent":
            opened = message.content[: self.reduced.net.num_sites] > 0.5
            self._found = np.sort(
                np.concatenate([self.reduced.site[opened], self.reduced.fixed])
            )
        elif message.kind == "bound":
            self._take_bound(message.content[0])
            self.nodes = max(self.nodes, message.content[1])
        elif message.kind == "done":
            if message.content.status is RawStatus.INFEASIBLE:
                self.bound = -np.inf  # no plan at all, so none that is better
            elif message.content.bound is not None:
                self._take_bound(message.content.bound)
        elif message.kind in ("error", "ended"):
            self.ended = True

    def _take_bound(self, bound: float) -> None:
        self.bound = min(self.bound, bound + self.reduced.base)

    def _point(self, opened: Bools, matrix: Matrix) -> npt.NDArray[np.float64] | None:
        """Return the plan as a point, None where it breaks a limit of the net."""
        net = self.reduced.net
        if (net.cost @ opened > net.room).any():
            return None
        row, site = arcs_of(net)
        covered = np.zeros(net.num_rows, bool)
        covered[row[opened[site]]] = True
        several = np.diff(net.row_start) > 1
        point = np.concatenate([opened, covered[several]]).astype(np.float64)
        return point if len(point) == matrix.num_columns else None
