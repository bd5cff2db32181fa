"""The summary's arithmetic on hand-made records, with the numbers worked by hand."""

from __future__ import annotations

import json
import math
from argparse import Namespace
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.quality import report
from benchmarks.quality.standing import Duel, best_peer, duel, standings_of_row
from benchmarks.quality.summary import (
    Score,
    Spread,
    final_gaps,
    gaps_at,
    score,
    seconds_by_size,
    slope,
    spread,
    verdict,
)
from benchmarks.quality.tables import slope_text, targets_table
from benchmarks.quality.targets import ROWS, Mark
from tests.benchmarks.quality_records import record_of

if TYPE_CHECKING:
    from pathlib import Path

S_ROW = ROWS[0]
PLANS = (99.0, 97.0, 98.0, 90.0)
"""Beneath a bound of 100: gaps of 1, 3, 2 and 10 %, their median 2.5 %."""


def four_seeds() -> list[dict[str, Any]]:
    """Return one run on each seed; until 6 s each knew a plan of 80 only."""
    return [
        record_of(
            "search",
            plan,
            100.0,
            seed=seed,
            trace=[[1.0, None, 120.0], [4.0, 80.0, 100.0], [6.0, plan, 100.0]],
        )
        for seed, plan in enumerate(PLANS)
    ]


def test_gaps_of_the_seeds_have_a_median_and_ends() -> None:
    standings = standings_of_row(four_seeds(), S_ROW)
    found = spread(final_gaps(standings, "search"))
    assert found.middle == pytest.approx(0.025)
    assert (found.least, found.most) == pytest.approx((0.01, 0.1))


def test_a_gap_after_some_seconds_leaves_out_what_came_later() -> None:
    standings = standings_of_row(four_seeds(), S_ROW)
    assert gaps_at(standings, "search", 0.5) == [None] * 4
    assert gaps_at(standings, "search", 1.0) == [None] * 4
    assert gaps_at(standings, "search", 5.0) == pytest.approx([0.2] * 4)
    assert gaps_at(standings, "search", 6.0) == pytest.approx([0.01, 0.03, 0.02, 0.1])


def test_a_run_without_a_gap_counts_as_the_worst() -> None:
    assert spread([0.1, None, 0.3]) == Spread(0.3, 0.1, math.inf)
    assert spread([0.1, None, None]).middle == math.inf


@pytest.mark.parametrize(
    ("must", "aim", "expected"),
    [
        (0.03, 0.025, "aim"),
        (0.025, 0.01, "must"),
        (0.024, 0.01, "missed"),
        (None, 0.025, "aim"),
        (None, 0.024, "missed"),
        (0.025, None, "must"),
    ],
)
def test_a_median_of_2_5_per_cent_against_targets(
    must: float | None, aim: float | None, expected: str
) -> None:
    assert verdict(Spread(0.025, 0.01, 0.1), Mark(60, must, aim)) == expected


def test_no_gap_meets_no_target() -> None:
    assert verdict(spread([None]), Mark(60, 0.9, 0.5)) == "missed"


@pytest.mark.parametrize(
    "other",
    [
        {"time_limit_s": 30.0},
        {"max_steps": 5},
        {"shape": "tight_budget"},
        {"money_share": 0.15},
        {"subject": "m"},
    ],
)
def test_runs_of_another_row_do_not_count(other: dict[str, Any]) -> None:
    assert standings_of_row([record_of("search", 90.0, 100.0)], S_ROW)
    assert standings_of_row([record_of("search", 90.0, 100.0, **other)], S_ROW) == {}


def test_best_plan_and_best_bound_of_a_peers_two_runs_are_kept() -> None:
    records = [
        record_of("milp-scip", 60.0, 100.0, trace=[[5.0, 60.0, 120.0]]),
        record_of("milp-scip", 90.0, 110.0, start="greedy", trace=[[9.0, 90.0, 110.0]]),
    ]
    peer = standings_of_row(records, S_ROW)[0]["milp-scip"]
    assert (peer.plan, peer.bound) == (90.0, 100.0)
    assert peer.gap == pytest.approx(0.1)
    assert peer.gap_at(5.0) == pytest.approx(0.5)
    # 90 beneath the smaller of 120 and 110
    assert peer.gap_at(9.0) == pytest.approx(2 / 11)


def duels() -> list[dict[str, Any]]:
    """Return cities on which we win nothing, both, by proof, and alone."""
    return [
        # The best peer's plan is one peer's, its bound another's: 96 beneath 98.
        record_of("search", 96.0, 99.0, seed=0),
        record_of("milp-highs", 95.0, 98.0, seed=0),
        record_of("milp-scip", 96.0, 100.0, seed=0),
        record_of("search", 97.0, 99.0, seed=1),
        record_of("milp-highs", 96.0, 100.0, seed=1),
        record_of("search", 100.0, 100.0, seed=2),
        record_of("milp-highs", 100.0, 100.0, seed=2),
        record_of("search", 97.0, 99.0, seed=3),
    ]


def test_duels_are_won_by_more_than_a_millionth_or_by_proof() -> None:
    standings = standings_of_row(duels(), S_ROW)
    peer = best_peer(standings[0])
    assert peer is not None
    assert (peer.plan, peer.bound) == (96.0, 98.0)
    assert duel(standings[0]["search"], peer) == Duel(plan=False, bound=False)
    assert best_peer(standings[3]) is None
    assert score(standings, "search") == Score(cities=3, plans=2, bounds=2)


def test_any_plan_beats_none_and_none_beats_nothing() -> None:
    records = [
        record_of("search", 5.0, None),
        record_of("milp-highs", None, 100.0),
    ]
    runs = standings_of_row(records, S_ROW)[0]
    assert duel(runs["search"], runs["milp-highs"]) == Duel(plan=True, bound=False)
    assert duel(runs["milp-highs"], runs["search"]) == Duel(plan=False, bound=True)


def grown(subject: str, limit_s: float, seconds: list[float]) -> list[dict[str, Any]]:
    """Return runs that come to a 5 % gap at these seconds, one on each seed."""
    return [
        record_of(
            "search",
            96.0,
            100.0,
            seed=seed,
            subject=subject,
            time_limit_s=limit_s,
            trace=[[at / 2, 94.9, 100.0], [at, 95.0, 100.0], [limit_s, 96.0, 100.0]],
        )
        for seed, at in enumerate(seconds)
    ]


def test_time_ten_times_as_long_for_ten_times_the_buildings_is_slope_one() -> None:
    records = [
        *grown("m", 300, [2.0, 3.0, 7.0]),
        *grown("l", 900, [30.0]),
        *grown("xl", 1800, [100.0]),
    ]
    seconds = seconds_by_size(records, "search")
    assert seconds == {"m": 3.0, "l": 30.0, "xl": 100.0}
    assert slope(seconds) == pytest.approx(1.0)
    assert slope_text(records).splitlines()[-1] == (
        "| search | 3.0 | 30.0 | 100.0 | 1.00 | 1.25 | 1.05 |"
    )


def test_slope_by_hand() -> None:
    # 100 times as long for 10 times the buildings
    assert slope({"m": 3.0, "l": 300.0}) == pytest.approx(2.0)
    assert slope({"m": 3.0}) is None
    assert slope({"m": 3.0, "l": math.inf}) is None


def test_a_size_that_never_comes_so_far_has_no_slope() -> None:
    short = record_of("search", 90.0, 100.0, subject="l", time_limit_s=900)
    records = [*grown("m", 300, [3.0]), short]
    assert seconds_by_size(records, "search") == {"m": 3.0, "l": math.inf}
    assert "not reached" in slope_text(records)


def test_a_line_of_the_table_says_how_far_and_against_whom() -> None:
    peer = record_of("milp-highs", 95.0, 100.0, seed=1)
    at_end, early = targets_table([*four_seeds(), peer]).splitlines()[2:]
    assert at_end == (
        "| S, money 0.35 | 60 s | search | 2.50 % (1.00 % to 10.00 %) | 4 "
        "| 2.50 % | 1.00 % | must | 5.00 % | 1 of 1 | 0 of 1 | 300 |"
    )
    assert early == (
        "| S, money 0.35 | 5 s | search | 20.00 % | 4 "
        "| 3.50 % |  | missed | none |  |  | 300 |"
    )


def test_the_page_gets_tables_and_chart_between_its_marks(tmp_path: Path) -> None:
    results, page = tmp_path / "results.jsonl", tmp_path / "page.md"
    results.write_text("".join(json.dumps(r) + "\n" for r in four_seeds()))
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    flags = Namespace(results=results, qualified=tmp_path / "none.json", page=page)
    assert report.run_command(flags) == 0
    lines = page.read_text(encoding="utf-8").splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert "old" not in lines
    assert "![gap over time](benchmarks/gap-over-time.svg)" in lines
    chart = (tmp_path / "benchmarks" / "gap-over-time.svg").read_text(encoding="utf-8")
    assert "S, money 0.35" in chart
    assert ">search<" in chart


def test_no_results_and_a_page_without_marks_are_refused(tmp_path: Path) -> None:
    flags = Namespace(results=tmp_path / "none", qualified=tmp_path / "none", page=None)
    assert report.run_command(flags) == 1
    with pytest.raises(ValueError, match="lacks"):
        report.with_results("a page", "tables")
