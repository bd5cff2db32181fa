"""The charts, each drawn into axes that are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from allocator.report.colors import service_colors
from allocator.report.progress import progress_points, shown_range
from allocator.runs.comparing.limits import limit_table
from allocator.runs.comparing.sides import read_sides
from allocator.scenario.hours import DAYS
from allocator.units import MINUTES_PER_WEEK

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import numpy.typing as npt

    from allocator.report.words import Words
    from allocator.runs import Run

    Floats = npt.NDArray[np.float64]

BEFORE, AFTER, LIMIT, BOUND = "#b9b4a8", "#2a7f62", "#c8553d", "#8a5ba5"
INK, PALE = "#22333b", "#f4f1ea"
MOST_LIMITS = 10
STEP_MIN = 15
"""Length of a step of the week."""
MONEY_RULES = ("capital_budget", "annual_budget")
AREA_RULES = ("floor_area_limit", "reserve")


def coverage_by_need(axes: Any, run: Run, words: Words) -> bool:
    """Draw the coverage of each need before and after; False when there is none."""
    cells = run.table("coverage.csv")
    figures = ["demand_persons", "baseline_covered_persons", "covered_persons"]
    sums = cells.groupby("need_id")[figures].sum()
    sums = sums[sums["demand_persons"] > 0]
    if not len(sums):
        return False
    shares = sums[figures[1:]].div(sums["demand_persons"], axis=0)
    shares = shares.sort_values("covered_persons", kind="stable")
    rows = np.arange(len(shares))
    before, after = (shares[name].to_numpy(np.float64) for name in figures[1:])
    axes.hlines(rows, before, after, color=AFTER, linewidth=5, alpha=0.35, zorder=1)
    axes.scatter(
        before, rows, s=42, color=BEFORE, zorder=2, label=words("chart.before")
    )
    axes.scatter(after, rows, s=52, color=AFTER, zorder=3, label=words("chart.after"))
    for row, share in zip(rows, after, strict=True):
        axes.annotate(
            f"{share:.0%}",
            (share, row),
            (8, 0),
            textcoords="offset points",
            va="center",
        )
    axes.set_yticks(
        rows, [words.need.get(str(need), str(need)) for need in shares.index]
    )
    axes.set_xlim(-0.02, 1.08)
    _percent_axis(axes)
    axes.set_title(words("chart.coverage"), loc="left")
    axes.legend(loc="lower right", frameon=False)
    return True


def money_and_limits(axes: Any, run: Run, words: Words) -> bool:
    """Draw how much of each limit is used; False when there are no limits."""
    limits = limit_table(read_sides([run]))
    limits = limits[limits["share"].notna()]
    if not len(limits):
        return False
    limits = limits[limits["rule_id"] != "coverage_floor"].head(MOST_LIMITS)[::-1]
    rows = np.arange(len(limits))
    shares = limits["share"].to_numpy(np.float64)
    axes.barh(rows, np.ones(len(rows)), color=PALE, height=0.62)
    colors = [LIMIT if binds else AFTER for binds in limits["binds"]]
    axes.barh(rows, np.maximum(shares, 0.0), color=colors, height=0.62)
    axes.axvline(1.0, color=INK, linewidth=1)
    names = [_limit_name(row, words) for row in limits.to_dict(orient="records")]
    axes.set_yticks(rows, names)
    axes.set_xlim(0, max(1.05, float(shares.max()) + 0.05))
    _percent_axis(axes)
    axes.set_title(words("chart.limits"), loc="left")
    return True


def _limit_name(row: Mapping[Hashable, Any], words: Words) -> str:
    """Return a limit with its place, and below it how much of it is used."""
    rule = row["rule_id"]
    place = f" · {row['where']}" if row["where"] else ""
    used, most = (_amount(rule, row[key], words) for key in ("value", "limit"))
    return f"{words(f'compare.rule.{rule}')}{place}\n{used} / {most}"


def _amount(rule: str, value: float, words: Words) -> str:
    if rule in MONEY_RULES:
        return words.money(value)
    return f"{value:,.0f} m²" if rule in AREA_RULES else f"{value:,.0f}"


def week_use(axes: Any, run: Run, words: Words) -> bool:
    """Draw the m² in use by service over the week; False when nothing runs."""
    area = week_areas(run, words)
    if not len(area):
        return False
    services = list(area.index)
    used = set(run.assignments["service_id"])
    existing = set(words.scenario.tables.facilities["service_id"])
    colors = service_colors(sorted(used | existing))
    hours = np.arange(area.shape[1]) * STEP_MIN / 60
    axes.stackplot(
        hours,
        area.to_numpy(np.float64),
        step="post",
        colors=[colors[service] for service in services],
        labels=[words.service[service] for service in services],
        linewidth=0,
    )
    for day in range(1, len(DAYS)):
        axes.axvline(24 * day, color="#ffffff", linewidth=1)
    middle = [24 * day + 12 for day in range(len(DAYS))]
    axes.set_xticks(middle, [words(f"day.{day}") for day in DAYS])
    axes.set_xlim(0, 24 * len(DAYS))
    axes.set_ylabel(words("chart.m2"))
    _thousands_apart(axes)
    axes.set_title(words("chart.week"), loc="left")
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.09),
        ncol=4,
        frameon=False,
        fontsize="small",
    )
    return True


def week_areas(run: Run, words: Words) -> pd.DataFrame:
    """Return m² in use (places × m² per place) by service and step of the week."""
    steps = MINUTES_PER_WEEK // STEP_MIN
    scenario = words.scenario
    areas: dict[str, Floats] = {}
    for row in run.assignments.to_dict("records"):
        key = row["service_id"], row["session_id"]
        own = areas.setdefault(key[0], np.zeros(steps))
        for start, end in scenario.offers[scenario.offer2position[key]].hours.covered:
            at = np.arange(start // STEP_MIN, -(-end // STEP_MIN))
            held = np.minimum(end, (at + 1) * STEP_MIN) - np.maximum(
                start, at * STEP_MIN
            )
            own[at] += float(row["area_m2"]) * held / STEP_MIN
    return pd.DataFrame.from_dict(areas, orient="index").sort_index()


def gap_over_time(axes: Any, run: Run, words: Words) -> bool:
    """Draw plan and bound against time; False for a plan that was only evaluated."""
    if run.bound is None:
        return False
    seconds, plan, bound = progress_points(run.record, run.table("progress.csv"))
    axes.step(seconds, bound, where="post", color=BOUND, label=words("goals.bound"))
    axes.step(seconds, plan, where="post", color=AFTER, label=words("chart.plan"))
    axes.fill_between(seconds, plan, bound, step="post", color=BOUND, alpha=0.12)
    axes.set_ylim(*shown_range([plan, bound]))
    axes.set_xlabel(words("chart.seconds"))
    _thousands_apart(axes)
    gap = "–" if run.gap is None else f"{run.gap:.1%}"
    axes.set_title(words("chart.gap", gap=gap), loc="left")
    axes.legend(loc="center right", frameon=False)
    return True


def _thousands_apart(axes: Any) -> None:
    axes.yaxis.set_major_formatter("{x:,.0f}")


def _percent_axis(axes: Any) -> None:
    axes.set_xticks(np.linspace(0, 1, 6), [f"{k}%" for k in range(0, 101, 20)])


CHARTS = {
    "coverage": coverage_by_need,
    "limits": money_and_limits,
    "week": week_use,
    "gap": gap_over_time,
}
"""Every chart by the name of its file."""
