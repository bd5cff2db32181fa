"""The results against the targets, as Markdown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from benchmarks.quality.contestants import OURS
from benchmarks.quality.details import conditions, qualified_table, runs_table
from benchmarks.quality.markdown import markdown, percent, spread_text
from benchmarks.quality.standing import best_peer
from benchmarks.quality.summary import (
    engines_of,
    final_gaps,
    gaps_at,
    rows_with_runs,
    score,
    seconds_by_size,
    slope,
    spread,
    verdict,
)
from benchmarks.quality.targets import (
    FAMILY,
    ROWS,
    SLOPE_AIM,
    SLOPE_MUST,
    SLOPE_SUBJECTS,
    Mark,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.quality.standing import Standings
    from benchmarks.quality.targets import Row

    Records = Sequence[Mapping[str, Any]]

GAP_HEAD = ["subject", "after", "engine", "gap, median (least to most)", "seeds"]
ASKED_HEAD = ["must", "aim", "met"]
PEERS_HEAD = ["best peer's gap", "plan ahead", "bound ahead", "peak MB"]


def all_tables(records: Records, qualified: Records) -> str:
    """Return every table with its heading, ready for the page."""
    parts = [
        ("Against the targets", targets_table(records)),
        ("Cities of other shapes", family_table(records)),
        ("Cost as size grows", slope_text(records)),
        ("Which cities count", qualified_table(qualified)),
        ("Every run", runs_table(records)),
        ("Conditions", conditions(records)),
    ]
    return "\n\n".join(f"### {head}\n\n{text}" for head, text in parts if text)


def targets_table(records: Records) -> str:
    """Return each row's gaps at its marks against must and aim."""
    lines = [
        _engine_cells(row, standings, engine, mark, with_targets=True)
        for row, standings in rows_with_runs(records, ROWS)
        for mark in row.marks
        for engine in engines_of(standings)
        if engine in OURS
    ]
    return markdown([*GAP_HEAD, *ASKED_HEAD, *PEERS_HEAD], lines)


def family_table(records: Records) -> str:
    """Return the gaps of cities of other shapes, and the worst of each engine."""
    pairs = rows_with_runs(records, FAMILY)
    lines = [
        _engine_cells(row, standings, engine, Mark(row.time_limit_s))
        for row, standings in pairs
        for engine in engines_of(standings)
        if engine in OURS
    ]
    worst = [
        f"Worst gap of `{engine}`: {_worst(pairs, engine)}."
        for engine in OURS
        if any(engine in runs for _, rows in pairs for runs in rows.values())
    ]
    table = markdown([*GAP_HEAD, *PEERS_HEAD], lines)
    return "\n\n".join([table, "\n".join(worst)]) if table else ""


def _worst(pairs: Iterable[tuple[Row, Standings]], engine: str) -> str:
    gaps = [
        (math.inf if (gap := runs[engine].gap) is None else gap, row.label, seed)
        for row, standings in pairs
        for seed, runs in standings.items()
        if engine in runs
    ]
    gap, label, seed = max(gaps)
    return f"{percent(gap)} ({label}, seed {seed})"


def _engine_cells(
    row: Row,
    standings: Standings,
    engine: str,
    mark: Mark,
    *,
    with_targets: bool = False,
) -> list[str]:
    """Return one line: what the engine reached, and how it stands to the peers."""
    at_end = mark.seconds >= row.time_limit_s
    gaps = (
        final_gaps(standings, engine)
        if at_end
        else gaps_at(standings, engine, mark.seconds)
    )
    reached = spread(gaps)
    peers = [p for runs in standings.values() if (p := best_peer(runs)) is not None]
    theirs = [p.gap if at_end else p.gap_at(mark.seconds) for p in peers]
    won = score(standings, engine)
    peak = max(runs[engine].peak_mb for runs in standings.values() if engine in runs)
    targets = [percent(mark.must), percent(mark.aim), verdict(reached, mark)]
    ahead = [
        f"{n} of {won.cities}" if won.cities else "" for n in (won.plans, won.bounds)
    ]
    return [
        row.label,
        f"{mark.seconds:g} s",
        engine,
        spread_text(reached),
        str(len(gaps)),
        *(targets if with_targets else []),
        spread_text(spread(theirs)) if theirs else "",
        *(ahead if at_end else ["", ""]),
        f"{peak:,.0f}" + (" (too much)" * (peak > (row.memory_mb or math.inf))),
    ]


def slope_text(records: Records) -> str:
    """Return the time to a 5 % gap by size, and its log–log slope."""
    lines = []
    for engine in OURS:
        times = seconds_by_size(records, engine)
        if len(times) < 2:
            continue
        grown = slope(times)
        lines.append(
            [
                engine,
                *(_seconds(times.get(subject)) for subject in SLOPE_SUBJECTS),
                "" if grown is None else f"{grown:.2f}",
                f"{SLOPE_MUST}",
                f"{SLOPE_AIM}",
            ]
        )
    sizes = [f"{subject.upper()}: seconds to 5 %" for subject in SLOPE_SUBJECTS]
    return markdown(["engine", *sizes, "slope", "must", "aim"], lines)


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return "not reached" if math.isinf(seconds) else f"{seconds:,.1f}"
