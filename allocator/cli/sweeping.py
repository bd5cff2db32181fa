"""The command `sweep`: the frontier of a limit, with plan and bound at each point."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocator.cli.explaining import MOST_ROWS, language_option
from allocator.cli.output import EXIT_DONE, say, show, table_text
from allocator.cli.solving import FiniteRange, json_option

if TYPE_CHECKING:
    from allocator.options import SolveOptions
    from allocator.scenario import Scenario
    from allocator.sweep import Axis, Sweep

Moved = tuple[str, str, bool]
"""Name, values as text ("" = from --from, --to, --points or --values), scaled."""


@click.command()
@click.argument("scenario")
@click.option(
    "--limit",
    "limits",
    metavar="NAME[=VALUES]",
    multiple=True,
    help="Move a limit (capital_budget, annual_budget, floor_area_m2, buildings, "
    "reserve_share, DISTRICT.capital_budget …) or opening_min, minutes by which spaces "
    "stay open longer. VALUES: 1000000,2000000 or FROM:TO:POINTS. At most twice.",
)
@click.option(
    "--scale",
    "scales",
    metavar="NAME[=FACTORS]",
    multiple=True,
    help="Move to multiples of what the scenario has: a limit, or access.max_walk_min, "
    "every walking limit.",
)
@click.option("--from", "first", metavar="A", type=FiniteRange(), help="First value.")
@click.option("--to", "last", metavar="B", type=FiniteRange(), help="Last value.")
@click.option(
    "--points",
    metavar="N",
    type=click.IntRange(min=1),
    help="Values from A to B, evenly apart. Default: 5.",
)
@click.option("--values", metavar="A,B,…", help="Values instead of --from and --to.")
@click.option("--variants", metavar="V,W", help="Variants, each swept by itself.")
@click.option(
    "--nested", is_flag=True, help="Also plans of which each contains the one before."
)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    help="Points solved at once, each in a process. Default: the cores.",
)
@click.option(
    "--time-limit",
    "time_limit_s",
    metavar="S",
    type=FiniteRange(min=0, min_open=True),
    help="Wall seconds of each point. Default: the scenario's, else 60.",
)
@click.option(
    "--max-steps", metavar="N", type=click.IntRange(min=0), help="Most steps of each."
)
@click.option(
    "--gap",
    metavar="SHARE",
    type=FiniteRange(min=0, max=1),
    help="A point stops when its gap is at most this share.",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "search", "greedy", "exact"]),
    help="Engine of each point. Default: auto.",
)
@click.option(
    "--seed", metavar="N", type=click.IntRange(min=0), help="Seed of each point."
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="Threads of each point. Default: the cores shared out over --jobs.",
)
@click.option(
    "--start", metavar="RUN", help="Run to start from, cut down to each limit."
)
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the sweep; what was solved there before is not solved again. "
    "Default: runs/<name>-sweep.",
)
@language_option
@json_option
def sweep(
    scenario: str, out: Path | None, language: str, as_json: bool, **asked: Any
) -> int:
    """Show what the next yuan, m², hour or minute of walking is worth.

    Every point is a run folder below DIR/points; a sweep that was stopped goes on where
    it was when the same command is given again. DIR also gets frontier.csv, steps.csv,
    items.csv, sweep.json, and chart and page in English and Chinese.
    """
    from allocator.report.frontier import write_frontier
    from allocator.runs import read_run
    from allocator.sweep import sweep as sweep_scenarios

    moved = _moved(asked)
    scenarios = _scenarios(scenario, asked["variants"])
    some = next(iter(scenarios.values()))
    axes = [_axis(item, some, asked) for item in moved]
    found = sweep_scenarios(
        scenarios,
        axes,
        folder=out or Path("runs") / f"{some.name}-sweep",
        options=_options(some, asked),
        jobs=asked["jobs"],
        nested=asked["nested"],
        start=read_run(asked["start"]).plan if asked["start"] else None,
        on_point=say,
    )
    found.write()
    write_frontier(found)
    if as_json:
        show({"folder": str(found.folder), **found.to_dict()})
        return EXIT_DONE
    show(_text(found, language))
    show(str(found.folder))
    return EXIT_DONE


def _text(found: Sweep, language: str) -> str:
    """Return the sweep as text for a terminal."""
    parts = [found.title(language)]
    for block in found.blocks(language):
        lines = [block.title, *(f"  {line}" for line in block.lines)]
        if block.table is not None:
            lines.append(table_text(block.table, most_rows=MOST_ROWS))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _moved(asked: dict[str, Any]) -> list[Moved]:
    """Return what is moved, as it was given."""
    given = [(text, False) for text in asked["limits"]]
    given += [(text, True) for text in asked["scales"]]
    moved = []
    for text, scaled in given:
        name, _, values = text.partition("=")
        moved.append((name, values, scaled))
    if not moved and not asked["variants"]:
        msg = "nothing is moved; give --limit, --scale or --variants"
        raise click.UsageError(msg)
    if len(moved) > 2:
        msg = "a sweep moves one or two things"
        raise click.UsageError(msg)
    bare = [name for name, values, _ in moved if not values]
    if len(bare) > 1:
        msg = f"{bare[1]} needs its values: --limit {bare[1]}=FROM:TO:POINTS"
        raise click.UsageError(msg)
    return moved


def _axis(item: Moved, scenario: Scenario, asked: dict[str, Any]) -> Axis:
    """Return one thing that is moved, with its values."""
    from allocator.sweep import evenly, limit_axis, scaled_axis

    name, text, scaled = item
    text = text or asked["values"] or ""
    if text:
        values = _values(name, text)
    elif asked["first"] is None or asked["last"] is None:
        msg = f"{name} needs values: --from and --to, --values, or {name}=VALUES"
        raise click.UsageError(msg)
    else:
        values = evenly(asked["first"], asked["last"], asked["points"] or 5)
    if name.rpartition(".")[2] == "buildings" and not scaled:
        values = tuple(map(round, values))
    return (scaled_axis if scaled else limit_axis)(name, values, scenario)


def _values(name: str, text: str) -> tuple[float, ...]:
    """Read ``1,2,3`` or ``FROM:TO:POINTS``."""
    from allocator.sweep import evenly

    try:
        if ":" in text:
            first, last, points = text.split(":")
            return evenly(float(first), float(last), int(points))
        return tuple(float(part) for part in text.split(","))
    except (ValueError, ZeroDivisionError) as error:
        msg = f"{text!r} are no values of {name}; write 1,2,3 or FROM:TO:POINTS"
        raise click.UsageError(msg) from error


def _scenarios(source: str, variants: str | None) -> dict[str, Scenario]:
    """Read the scenario, or each variant that was asked for."""
    from allocator.scenario import read_scenario

    names = [name.strip() for name in (variants or "").split(",") if name.strip()]
    scenarios = {name: read_scenario(source, variant=name) for name in names}
    found = scenarios or {"": read_scenario(source)}
    for scenario in found.values():
        for issue in scenario.provenance.warnings:
            say(str(issue))
    return found


def _options(scenario: Scenario, asked: dict[str, Any]) -> SolveOptions:
    """Return the options of each point; the scenario's own fill the others."""
    from allocator.options import SolveOptions

    names = ("time_limit_s", "max_steps", "gap", "engine", "seed", "workers")
    return SolveOptions.for_scenario(scenario, **{name: asked[name] for name in names})
