"""Write a scenario as a folder that reads back as the same scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import yaml

from allocator.scenario.columns import TABLES, Column, Kind, Table
from allocator.scenario.convert import empty_value
from allocator.scenario.derive import whole_spaces
from allocator.scenario.hours import ALWAYS
from allocator.scenario.schema import ScenarioSpec
from allocator.scenario.street_parquet import write_lines
from allocator.scenario.yaml_loader import plain_value

if TYPE_CHECKING:
    from allocator.scenario.scenario import Scenario
    from allocator.scenario.street_lines import StreetLines

MAX_CSV_ROWS = 200_000
"""Tables with more rows are written as Parquet."""


def write_scenario(scenario: Scenario, folder: str | Path) -> None:
    """Write the resolved scenario: ``scenario.yaml`` and its tables.

    What it extends, its catalogue and its variants are merged into the document; its
    options are kept. Reading the folder gives an equal scenario.

    Parameters
    ----------
    scenario
        What to write.
    folder
        Where to; made if it is not there.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, table in TABLES.items():
        frame = getattr(scenario.tables, name)
        if _is_written(scenario, name, frame):
            files[name] = _write_table(table, frame, target)
    given = scenario.provenance.document
    document = {key: given[key] for key in ScenarioSpec.model_fields if key in given}
    if files:
        document["tables"] = files
    if scenario.tables.streets is not None:
        _write_streets(scenario.tables.streets, document, target)
    text = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=88
    )
    (target / "scenario.yaml").write_text(text, encoding="utf-8", newline="\n")


def _write_streets(lines: StreetLines, document: dict[str, Any], folder: Path) -> None:
    """Write the street lines and let the document name them, settings kept."""
    access = dict(document.get("access", {}))
    given = access.get("streets")
    settings = dict(given) if isinstance(given, dict) else {}
    for key in ("file", "columns", "encoding", "crs"):
        settings.pop(key, None)
    access["streets"] = {"file": write_lines(lines, folder), **settings}
    document["access"] = access


def _is_written(scenario: Scenario, name: str, frame: pd.DataFrame) -> bool:
    """Tell whether a table says more than its absence would."""
    if name != "spaces":
        return not frame.empty
    derived = whole_spaces(scenario.tables.buildings, scenario.spec)
    return not frame.equals(derived)


def _write_table(table: Table, frame: pd.DataFrame, folder: Path) -> str:
    columns = {
        column.name: _written(frame[column.name], column)
        for column in table.columns
        if column.required or not _is_blank(frame[column.name], column)
    }
    texts = pd.DataFrame(columns)
    if len(frame) > MAX_CSV_ROWS:
        texts.to_parquet(folder / f"{table.name}.parquet", index=False)
        return f"{table.name}.parquet"
    with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
        texts.to_csv(file, index=False, lineterminator="\n")
    return f"{table.name}.csv"


def _is_blank(cells: pd.Series[Any], column: Column) -> bool:
    """Tell whether every cell holds what an absent one would."""
    empty = column.default if column.default is not None else empty_value(column.kind)
    if cells.dtype.kind in "fM" and column.default is None:
        return bool(cells.isna().all())
    return all(cell == empty for cell in cells)


def _written(cells: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """Return the cells as they are written; numbers stay numbers."""
    write = {
        Kind.YES_NO: lambda cell: "yes" if cell else "no",
        Kind.WORDS: lambda words: ";".join(sorted(words)),
        Kind.HOURS: lambda hours: "" if hours == ALWAYS else str(hours),
    }.get(column.kind)
    if write is not None:
        written: pd.Series[Any] = cells.map(write).astype(object)
        return written
    if column.kind is Kind.DATE:
        dates: pd.Series[Any] = cells.dt.strftime("%Y-%m-%d").fillna("").astype(object)
        return dates
    if cells.dtype.kind == "f" and _is_whole(cells):
        return cells.astype("Int64")
    return cells


def _is_whole(cells: pd.Series[float]) -> bool:
    """Tell whether all numbers are whole and small enough to be written so."""
    values = cells.dropna().to_numpy(np.float64)
    return bool((np.round(values) == values).all() and (np.abs(values) < 2**53).all())


class _Dumper(yaml.SafeDumper):
    """Writes text in quotes wherever our reader would take it for something else."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value out."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "'" if plain_value(text) != text or text == "<<" else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
