"""From results to figures: medians, targets, duels, and cost as size grows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.cities import SUBJECTS
from benchmarks.quality.standing import best_peer, duel, standings_of_row
from benchmarks.quality.targets import ROWS, SLOPE_GAP, SLOPE_SUBJECTS
from benchmarks.quality.trace import seconds_to_gap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.quality.standing import Standings
    from benchmarks.quality.targets import Mark, Row

SLACK = 1e-9


@dataclass(frozen=True)
class Spread:
    """Median, least and largest over the seeds; inf stands for no gap at all."""

    middle: float
    least: float
    most: float


def spread(values: Iterable[float | None]) -> Spread:
    """Return the spread of gaps; a run without one counts as the worst."""
    known = [math.inf if value is None else value for value in values]
    return Spread(median(known), min(known), max(known))


def verdict(reached: Spread, mark: Mark) -> str:
    """Return which target the median meets: "aim", "must" or "missed"."""
    if mark.aim is not None and reached.middle <= mark.aim + SLACK:
        return "aim"
    if mark.must is not None and reached.middle <= mark.must + SLACK:
        return "must"
    return "missed"


def gaps_at(standings: Standings, engine: str, seconds: float) -> list[float | None]:
    """Return the engine's gap on each seed it ran on, after so many seconds."""
    own = [runs[engine] for runs in standings.values() if engine in runs]
    return [standing.gap_at(seconds) for standing in own]


def final_gaps(standings: Standings, engine: str) -> list[float | None]:
    """Return the engine's final gap on each seed it ran on.

    Checking the plan ends after the limit, so this is not `gaps_at` the limit.
    """
    own = [runs[engine] for runs in standings.values() if engine in runs]
    return [standing.gap for standing in own]


@dataclass(frozen=True)
class Score:
    """On how many of the cities that both ran on an engine beats the best peer."""

    cities: int
    plans: int
    bounds: int


def score(standings: Standings, engine: str) -> Score:
    """Compare the engine with the best of all peers on every seed."""
    duels = [
        duel(runs[engine], peer)
        for runs in standings.values()
        if engine in runs and (peer := best_peer(runs)) is not None
    ]
    plans, bounds = (sum(d.plan for d in duels), sum(d.bound for d in duels))
    return Score(len(duels), plans, bounds)


def seconds_by_size(
    records: Sequence[Mapping[str, Any]], engine: str
) -> dict[str, float]:
    """Return the median seconds to the slope's gap of M, L and XL.

    A subject is left out where the engine did not run, and inf where half of its runs
    never came so far.
    """
    found: dict[str, float] = {}
    for row in ROWS:
        if row.subject not in SLOPE_SUBJECTS:
            continue
        standings = standings_of_row(records, row)
        own = [runs[engine] for runs in standings.values() if engine in runs]
        if own:
            times = [seconds_to_gap(standing.trace, SLOPE_GAP) for standing in own]
            found[row.subject] = spread(times).middle
    return found


def slope(seconds: Mapping[str, float]) -> float | None:
    """Return the log–log slope of seconds over buildings, by least squares.

    None with fewer than two subjects, or where one did not come so far.
    """
    if len(seconds) < 2 or not all(map(math.isfinite, seconds.values())):
        return None
    sizes = np.log([SUBJECTS[subject] for subject in seconds])
    times = np.log(list(seconds.values()))
    return float(np.polyfit(sizes, times, 1)[0])


def engines_of(standings: Standings) -> list[str]:
    """Return the engines that ran, in the order they are declared."""
    from benchmarks.quality.contestants import ENGINES

    ran = {engine for runs in standings.values() for engine in runs}
    return [engine for engine in ENGINES if engine in ran]


def rows_with_runs(
    records: Sequence[Mapping[str, Any]], rows: Iterable[Row]
) -> list[tuple[Row, Standings]]:
    """Return the rows of which anything was run."""
    pairs = [(row, standings_of_row(records, row)) for row in rows]
    return [(row, standings) for row, standings in pairs if standings]
