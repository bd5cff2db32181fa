"""Draw walking areas: ``python docs/draw_streets.py SCENARIO PLAN OUT.png``.

Streets are coloured by the minutes to the nearest used building of the plan. Circles
are zones whose residents a straight line counts as in reach of what they accept, and
the streets do not. Needs the extra ``plots``.
"""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
from matplotlib.collections import LineCollection
from PIL import Image

from allocator.access import build_access
from allocator.evaluate.coverage import resident_rows, rows_with_access
from allocator.report.walking import stretches
from allocator.runs import read_plan
from allocator.scenario import Scenario, read_scenario
from allocator.scenario.schema import AccessMode
from allocator.shortfall.streets import sites_of

if TYPE_CHECKING:
    from allocator.plan import Plan

LIMIT_MIN = 10.0
COLORS = "viridis_r"
NUM_COLORS = 64


def wrongly_counted(scenario: Scenario, plan: Plan) -> np.ndarray:
    """Return person-needs by zone that only the straight line counts as in reach."""
    section = scenario.spec.access.model_copy(update={"mode": AccessMode.STRAIGHT})
    spec = scenario.spec.model_copy(update={"access": section})
    straight = build_access(replace(scenario, spec=spec))
    supply = sites_of(scenario, plan)
    near = rows_with_access(scenario, build_access(scenario), supply)
    line = rows_with_access(scenario, straight, supply)
    persons = resident_rows(scenario).persons * (line & ~near)
    return np.bincount(scenario.demand.zone, persons, len(scenario.tables.zones))


def main(source: Path, plan_source: Path, target: Path) -> None:
    """Draw a plan on its streets into a file."""
    scenario = read_scenario(source)
    plan = read_plan(scenario, plan_source)
    used = sorted(set(plan.assignments["building_id"]))
    lines = scenario.tables.streets
    assert lines is not None
    streets = np.split(lines.xy, lines.start[1:-1])
    ends, minutes = stretches(scenario, used, LIMIT_MIN)

    plt.rcParams.update({"font.size": 9})
    figure, axes = plt.subplots(figsize=(9, 6), layout="constrained")
    axes.add_collection(LineCollection(streets, colors="#d5d5d5", linewidths=0.4))
    reached = LineCollection(ends, cmap=COLORS, linewidths=0.9)
    reached.set_array(minutes)
    reached.set_clim(0, LIMIT_MIN)
    axes.add_collection(reached)
    buildings = scenario.tables.buildings.set_index("building_id").loc[used]
    axes.scatter(
        buildings["x"],
        buildings["y"],
        s=14,
        marker="s",
        c="black",
        label="building used by the plan",
        zorder=3,
    )
    persons = wrongly_counted(scenario, plan)
    wrong = persons > 0
    zones = scenario.tables.zones
    axes.scatter(
        zones["x"][wrong],
        zones["y"][wrong],
        s=8 + 4 * persons[wrong],
        facecolors="none",
        edgecolors="#d1495b",
        linewidths=1.2,
        label=f"in reach in a straight line only ({persons.sum():,.0f} person-needs)",
        zorder=4,
    )
    low, high = lines.xy.min(axis=0), lines.xy.max(axis=0)
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    flat = scenario.spec.crs == "local" or abs(high).max() > 360
    axes.set_aspect(1.0 if flat else 1.0 / np.cos(np.radians(low[1])))
    axes.set_axis_off()
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncol=2, frameon=False)
    bar = figure.colorbar(reached, ax=axes, shrink=0.6, pad=0.01)
    bar.set_label("minutes on foot to the nearest used building")
    bar.outline.set_visible(False)
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=125)
    # A palette makes the file a quarter as large.
    Image.open(drawn).convert("RGB").quantize(NUM_COLORS).save(target, optimize=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
