"""The command `compare`, and how a comparison is shown as text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from allocator.cli.output import EXIT_DONE, number_text, say, show, table_text
from allocator.cli.solving import json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from allocator.runs import Comparison, Run

MOST_ROWS = 30
"""Rows of a table shown; the files and ``--json`` have all."""
FILES = (".html", ".csv", ".xlsx", ".json")

lang_option = click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of the page.",
)
out_option = click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the comparison: .html, .csv, .xlsx or .json.",
)


@click.command()
@click.argument("runs", nargs=-1, required=True)
@out_option
@lang_option
@json_option
def compare(runs: tuple[str, ...], out: Path | None, lang: str, as_json: bool) -> int:
    """Show runs side by side, and who gains or loses.

    The first run is the one that the others are compared with.
    """
    return show_comparison(runs, out, lang, as_json=as_json)


def show_comparison(
    runs: Sequence[str | Path | Run], out: Path | None, lang: str, *, as_json: bool
) -> int:
    """Compare, write the file that is asked for, and show the rest."""
    from allocator.runs import compare as compare_runs

    if len(runs) < 2:
        msg = "compare needs at least two runs"
        raise click.UsageError(msg)
    if out is not None and out.suffix.lower() not in FILES:
        msg = f"--out {out} ends in none of {', '.join(FILES)}"
        raise click.UsageError(msg)
    comparison = compare_runs(runs)
    if out is not None:
        _write(comparison, out, lang)
    if as_json:
        show(comparison.to_dict())
        return EXIT_DONE
    for title, text in _blocks(comparison):
        show(f"\n{title}\n{text}")
    for note in comparison.notes:
        say(f"note: {note}")
    return EXIT_DONE


def _write(comparison: Comparison, out: Path, lang: str) -> None:
    if out.suffix.lower() == ".html":
        from allocator.report.comparing import write_comparison_page

        write_comparison_page(comparison, out, lang)
    else:
        from allocator.runs.comparing.files import write_comparison

        write_comparison(comparison, out)


def _blocks(comparison: Comparison) -> list[tuple[str, str]]:
    """Return titles and tables."""
    changed = comparison.buildings[comparison.buildings["change"] != "same"]
    changed = changed[changed["run"] != comparison.labels[0]]
    residents = comparison.residents
    moved = residents[residents["gain_persons"].abs() > 0.5]
    moved = moved.sort_values("gain_persons", key=abs, ascending=False, kind="stable")
    return [
        ("Measures", table_text(comparison.table.reset_index())),
        ("Limits that bind (*) in one run at least", _text(_binding(comparison))),
        ("Buildings that differ", _text(changed)),
        ("Assignments that differ (places)", _text(comparison.changes)),
        ("Hours that differ", _text(comparison.hours)),
        ("Who gains and who loses most (person-needs)", _text(moved)),
    ]


def _binding(comparison: Comparison) -> pd.DataFrame:
    """Return the limits that bind somewhere: value and limit of each run."""
    limits = comparison.limits.copy()
    keys = ["rule_id", "where"]
    limits["text"] = [
        f"{number_text(value)} of {number_text(limit)}{' *' if binds else ''}"
        for value, limit, binds in limits[["value", "limit", "binds"]].values.tolist()
    ]
    somewhere = limits[limits.groupby(keys)["binds"].transform("any")]
    wide = somewhere.pivot(index=keys, columns="run", values="text").fillna("")
    return wide.reindex(columns=list(comparison.labels), fill_value="").reset_index()


def _text(frame: pd.DataFrame) -> str:
    return table_text(frame, most_rows=MOST_ROWS) if len(frame) else "  none"
