"""What the runs of one engine on one city come to, and how two engines compare."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.quality.contestants import PEERS
from benchmarks.quality.trace import gap_at, gap_of, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.quality.targets import Row

Trace = list[list[float | None]]
AHEAD = 1e-6
"""Relative difference from which a plan or bound is better than another."""


@dataclass(frozen=True)
class Standing:
    """Best plan and best bound of an engine's runs on one city, however they began."""

    plan: float | None
    bound: float | None
    seconds: float
    """Of the longest run."""
    peak_mb: float
    trace: Trace

    @property
    def gap(self) -> float | None:
        """Between the best plan and the best bound."""
        return gap_of(self.plan, self.bound)

    def gap_at(self, seconds: float) -> float | None:
        """Return the gap after so many seconds; what came later does not count."""
        return gap_at(self.trace, seconds)


def standing_of(records: Sequence[Mapping[str, Any]]) -> Standing:
    """Return what several runs of one engine on one city come to together."""
    plans = [record["plan"] for record in records if record["plan"] is not None]
    bounds = [record["bound"] for record in records if record["bound"] is not None]
    return Standing(
        plan=max(plans, default=None),
        bound=min(bounds, default=None),
        seconds=max(record["seconds"] for record in records),
        peak_mb=max(record["peak_mb"] for record in records),
        trace=merged([record["trace"] for record in records]),
    )


Standings = dict[int, dict[str, Standing]]
"""Seed, then engine, to what its runs come to."""


def standings_of_row(records: Iterable[Mapping[str, Any]], row: Row) -> Standings:
    """Return the standings of one row of the table; other limits do not count."""
    runs: dict[tuple[int, str], list[Mapping[str, Any]]] = defaultdict(list)
    for record in records:
        if (
            record["subject"] == row.subject
            and record["money_share"] == row.money_share
            and record["shape"] == row.shape
            and record["time_limit_s"] == row.time_limit_s
            and record["max_steps"] is None
        ):
            runs[record["seed"], record["engine"]].append(record)
    found: Standings = defaultdict(dict)
    for (seed, engine), own in sorted(runs.items()):
        found[seed][engine] = standing_of(own)
    return dict(found)


def best_peer(standings: Mapping[str, Standing]) -> Standing | None:
    """Return the best plan and the best bound of all peers together."""
    peers = [one for engine, one in standings.items() if engine in PEERS]
    if not peers:
        return None
    plans = [peer.plan for peer in peers if peer.plan is not None]
    bounds = [peer.bound for peer in peers if peer.bound is not None]
    return Standing(
        plan=max(plans, default=None),
        bound=min(bounds, default=None),
        seconds=max(peer.seconds for peer in peers),
        peak_mb=max(peer.peak_mb for peer in peers),
        trace=merged([peer.trace for peer in peers]),
    )


@dataclass(frozen=True)
class Duel:
    """Whether an engine beats another on one city."""

    plan: bool
    bound: bool


def duel(ours: Standing, theirs: Standing) -> Duel:
    """Compare two engines; what is proven optimal cannot be beaten and counts."""
    if ours.gap is not None and ours.gap <= AHEAD:
        return Duel(plan=True, bound=True)
    return Duel(
        plan=_ahead(ours.plan, theirs.plan, 1.0),
        bound=_ahead(ours.bound, theirs.bound, -1.0),
    )


def _ahead(ours: float | None, theirs: float | None, sign: float) -> bool:
    if ours is None:
        return False
    return theirs is None or sign * (ours - theirs) > AHEAD * abs(theirs)
