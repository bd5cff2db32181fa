"""Many scenarios that differ in one or two things, solved as one frontier."""

from __future__ import annotations

import os
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.engines.engine import StopSignal
from allocator.errors import OptionsInvalid
from allocator.options import SolveOptions
from allocator.scenario.scenario import Scenario
from allocator.sweep.carry import carry
from allocator.sweep.frontier import Sweep
from allocator.sweep.grid import build_grid
from allocator.sweep.job import (
    PointJob,
    finished,
    plan_key,
    point_folder,
    run_point,
)
from allocator.sweep.nested import lifted, nested_plans

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future

    from allocator.plan import Plan
    from allocator.runs.read import Run
    from allocator.sweep.axes import Axis
    from allocator.sweep.carry import Solved
    from allocator.sweep.grid import Grid, Point
    from allocator.sweep.nested import Nested

DEFAULT_TIME_LIMIT_S = 60.0
"""Wall seconds of each point when neither caller nor scenario gives a limit."""


def sweep(
    scenario: Scenario | Mapping[str, Scenario],
    axes: Sequence[Axis],
    *,
    folder: str | Path,
    options: SolveOptions | None = None,
    jobs: int | None = None,
    nested: bool = False,
    start: Plan | None = None,
    on_point: Callable[[str], None] = lambda text: None,
) -> Sweep:
    """Solve a scenario at every value of one or two axes.

    Parameters
    ----------
    scenario
        A scenario, or several by the name of their variant.
    axes
        What is moved (`limit_axis`, `scaled_axis`); none for variants alone.
    folder
        Where the runs of the points are kept. A point that was solved there before,
        with the same inputs, options and start, is not solved again.
    options
        Of each point; None: the scenario's own.
    jobs
        Points solved at once, each in a process; default: the cores, at most one
        per chain of points.
    nested
        Also solve plans of which each contains the one before (one axis only).
    start
        Plan to start from, where it is better than a neighbour's. Where a limit is
        overrun, the buildings that bring least are left out.
    on_point
        Called with a word on each point when it is there.

    Raises
    ------
    OptionsInvalid
        If there are more than two axes, or two with `nested`.
    RunError
        If a point failed.
    """
    scenarios = {"": scenario} if isinstance(scenario, Scenario) else scenario
    if len(axes) > 2 or (nested and len(axes) != 1):
        msg = "a sweep moves one or two things, a nested one exactly one"
        raise OptionsInvalid(msg)
    grid = build_grid(scenarios, axes)
    at_once = jobs or os.cpu_count() or 1
    told = _options(grid, options, at_once)
    parent = Path(folder)
    points = _Points(grid, told, parent / "points", start, on_point)
    solved = carry(grid, points.solve(at_once))
    if not nested:
        return Sweep(grid, solved, {}, parent)
    chains: dict[str, tuple[Nested, ...]] = {}
    lifted_points: list[Solved] = []
    for variant in scenarios:
        own = [item for item in solved if item.point.variant == variant]
        place, stop = parent / "nested", StopSignal()
        chain = nested_plans(own, told, place, stop, on_point)
        better, chains[variant] = lifted(own, chain)
        lifted_points += better
    return Sweep(grid, tuple(lifted_points), chains, parent)


def _options(grid: Grid, options: SolveOptions | None, at_once: int) -> SolveOptions:
    """Return the options of every point; the cores are shared out."""
    first = grid.points[0].scenario
    told = options or SolveOptions.for_scenario(first)
    if told.time_limit_s is None and first.spec.options.time_limit_s is None:
        told = replace(told, time_limit_s=DEFAULT_TIME_LIMIT_S)
    told = told.filled(first)
    if told.workers is None:
        told = replace(told, workers=max(1, (os.cpu_count() or 1) // at_once))
    return told


class _Points:
    """Solves points as soon as those they start from are there."""

    def __init__(
        self,
        grid: Grid,
        options: SolveOptions,
        folder: Path,
        start: Plan | None,
        on_point: Callable[[str], None],
    ) -> None:
        self.grid, self.options, self.folder = grid, options, folder
        self.start = start
        self.on_point = on_point
        self.runs: dict[int, Run] = {}
        self.stop = StopSignal()

    def solve(self, at_once: int) -> list[Run]:
        """Return the run of every point."""
        waiting = list(self.grid.points)
        running: dict[Future[Run], Point] = {}
        with ThreadPoolExecutor(at_once) as pool:
            try:
                while waiting or running:
                    for point in [p for p in waiting if self._may_start(p)]:
                        waiting.remove(point)
                        running[pool.submit(self._run, point)] = point
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        point = running.pop(future)
                        self.runs[point.number] = future.result()
                        self.on_point(f"point {len(self.runs)} of {self._count}")
            except BaseException:
                self.stop.interrupt()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return [self.runs[point.number] for point in self.grid.points]

    @property
    def _count(self) -> int:
        return len(self.grid.points)

    def _may_start(self, point: Point) -> bool:
        return point.predecessor is None or point.predecessor in self.runs

    def _run(self, point: Point) -> Run:
        """Return the run of one point, solved now or before."""
        starts, key = self._starts(point)
        target = point_folder(self.folder, point.scenario, self.options, key)
        known = finished(target)
        if known is not None:
            return known
        return run_point(
            PointJob(point.scenario, self.options, starts, target), self.stop
        )

    def _starts(self, point: Point) -> tuple[tuple[Plan, ...], str]:
        """Return the plans a point may start from, and what tells them apart."""
        given = (self.start,) if self.start else ()
        key = "".join(map(plan_key, given))
        if point.predecessor is None:
            return given, key
        before = self.runs[point.predecessor]
        near = (before.plan,) if before.plan is not None else ()
        return (*near, *given), f"{before.name} {key}"
