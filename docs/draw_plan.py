"""Draw the README's picture of a plan: ``python docs/draw_plan.py RUN OUT.svg``.

Left a map: zones by coverage, used and unused buildings. Right the week of the rooms
that most services take turns in. Needs the extra ``plots``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
import pandas as pd

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.colors import LinearSegmentedColormap

from allocator.report.zones import zone_coverage
from allocator.scenario import Scenario, read_scenario

DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
COVERAGE_COLORS = LinearSegmentedColormap.from_list(
    "coverage", ["#c8553d", "#e9c46a", "#2a7f62"]
)
MINUTES_PER_DAY = 24 * 60


def draw_map(axes: plt.Axes, scenario: Scenario, run: Path) -> None:
    """Draw zones, existing facilities, used and unused buildings."""
    zones = zone_coverage(scenario, pd.read_parquet(run / "served.parquet"))
    dots = axes.scatter(
        zones["x"],
        zones["y"],
        s=6 + 90 * zones["persons"] / zones["persons"].max(),
        c=zones["coverage"],
        cmap=COVERAGE_COLORS,
        vmin=0,
        vmax=1,
        linewidths=0,
        alpha=0.85,
    )
    buildings = scenario.tables.buildings
    used = buildings["building_id"].isin(
        pd.read_csv(run / "sites.csv", dtype={"building_id": str})["building_id"]
    )
    styles = [
        (buildings[~used], "s", "white", "idle building, not used"),
        (buildings[used], "s", "#22333b", "idle building, used"),
        (scenario.tables.facilities, "^", "#5e8fb5", "existing facility"),
    ]
    for rows, marker, color, label in styles:
        axes.scatter(
            rows["x"],
            rows["y"],
            s=46,
            marker=marker,
            c=color,
            ec="#22333b",
            label=label,
        )
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncol=3, frameon=False)
    axes.set_aspect("equal")
    axes.set_axis_off()
    bar = axes.figure.colorbar(dots, ax=axes, shrink=0.6, pad=0.02)
    bar.set_label("demand covered (person-needs)")
    bar.outline.set_visible(False)


def draw_week(
    axes: plt.Axes, scenario: Scenario, rows: pd.DataFrame, colors: dict
) -> None:
    """Draw the week of one space: a bar for each interval of each offer."""
    for row in rows.itertuples():
        offer = scenario.offers[
            scenario.offer2position[(row.service_id, row.session_id)]
        ]
        for start, end in offer.hours.intervals:
            day, begin = divmod(start, MINUTES_PER_DAY)
            hours = ((begin / 60), (end - start) / 60)
            axes.broken_barh([hours], (day - 0.42, 0.84), color=colors[row.service_id])
    axes.set_ylim(6.6, -0.6)
    axes.set_yticks(range(7), DAYS)
    axes.set_xlim(6, 22)
    axes.set_xticks(range(6, 23, 4), [f"{hour}:00" for hour in range(6, 23, 4)])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def main(run: Path, target: Path) -> None:
    """Draw the plan of a run folder into a file."""
    scenario = read_scenario(run / "scenario")
    labels = {service.id: service.label() for service in scenario.services}
    assignments = pd.read_csv(
        run / "assignments.csv",
        dtype={"space_id": str, "service_id": str, "session_id": str},
    )
    services = assignments.groupby("space_id")["service_id"].nunique()
    shared = services.sort_values(ascending=False, kind="stable").index[:3]
    shown = assignments[assignments["space_id"].isin(shared)]
    palette = mpl.color_sequences["tab10"]
    names = sorted(shown["service_id"].unique())
    colors = {name: palette[k % len(palette)] for k, name in enumerate(names)}

    plt.rcParams.update({"font.size": 9, "svg.hashsalt": "allocator"})
    figure = plt.figure(figsize=(11, 6), layout="constrained")
    grid = figure.add_gridspec(3, 2, width_ratios=[2.1, 1])
    draw_map(figure.add_subplot(grid[:, 0]), scenario, run)
    for k, space in enumerate(shared):
        axes = figure.add_subplot(grid[k, 1])
        draw_week(axes, scenario, shown[shown["space_id"] == space], colors)
        axes.set_title(f"one room, {services[space]} services: {space}", loc="left")
    handles = [plt.Rectangle((0, 0), 1, 1, color=colors[name]) for name in names]
    figure.legend(
        handles,
        [labels[name] for name in names],
        loc="outside lower right",
        ncol=4,
        frameon=False,
    )
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
