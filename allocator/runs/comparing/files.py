"""Writes a comparison as CSV, JSON or an Excel workbook."""

from __future__ import annotations

import importlib
import json
import os
import secrets
from typing import TYPE_CHECKING

import pandas as pd

from allocator.errors import MissingExtra, RunError
from allocator.runs.comparing.plans import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.runs.comparison import Comparison

SUFFIXES = (".csv", ".json", ".xlsx")


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write a comparison in the format of the file's name; JSON unless known.

    Raises
    ------
    MissingExtra
        If a workbook is asked for and the extra ``excel`` is not installed.
    RunError
        If the file cannot be written.
    """
    suffix = path.suffix.lower()
    temporary = path.with_name(f".tmp-{secrets.token_hex(4)}-{path.name}")
    try:
        if suffix == ".csv":
            long_table(comparison).to_csv(temporary, index=False, lineterminator="\n")
        elif suffix == ".xlsx":
            _write_workbook(comparison, temporary)
        else:
            text = json.dumps(comparison.to_dict(), ensure_ascii=False, indent=2)
            temporary.write_text(text + "\n", encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        msg = f"cannot write the comparison {path}: {error.strerror or error}"
        raise RunError(msg) from error
    finally:
        temporary.unlink(missing_ok=True)


def long_table(comparison: Comparison) -> pd.DataFrame:
    """Return one table for a CSV file: a row for each figure that has a name.

    Columns: ``kind`` (measure, limit, covered_persons, places or hours), ``item``, one
    for each run, and ``difference`` where it may be taken.
    """
    labels = list(comparison.labels)
    measures = comparison.table.reset_index().rename(columns={"measure": "item"})
    limits = _spread(comparison.limits, ["rule_id", "where"], "value", labels)
    covered = _spread(comparison.residents, ["by", "id"], "covered_persons", labels)
    places = _named(comparison.changes, KEY)
    hours = _named(comparison.hours, ["building_id", "space_id", "when"])
    kinds = {
        "measure": measures,
        "limit": limits,
        "covered_persons": covered,
        "places": places,
        "hours": hours,
    }
    parts = []
    for kind, frame in kinds.items():
        if len(frame):
            part = frame.astype(object)
            part.insert(0, "kind", kind)
            parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _named(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Put the keys of a row into one text."""
    items = [" / ".join(filter(None, key)) for key in frame[keys].values.tolist()]
    rest = frame.drop(columns=keys)
    rest.insert(0, "item", pd.Series(items, index=rest.index, dtype=object))
    return rest


def _spread(
    frame: pd.DataFrame, keys: list[str], value: str, labels: list[str]
) -> pd.DataFrame:
    """Give each run of a long table its own column."""
    if frame.empty:
        return pd.DataFrame(columns=["item", *labels])
    wide = frame.pivot(index=keys, columns="run", values=value)
    return _named(wide.reindex(columns=labels).reset_index(), keys)


def _write_workbook(comparison: Comparison, path: Path) -> None:
    """Write a sheet for each table, and one with what is to be read first."""
    try:
        importlib.import_module("xlsxwriter")
    except ImportError as error:
        raise MissingExtra("XlsxWriter", "excel", "writing a workbook") from error
    notes = pd.DataFrame({"note": list(comparison.notes)})
    tables = {"notes": notes, **comparison.tables()}
    # a name may begin with = and is no formula
    plain = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with (
        path.open("wb") as file,
        pd.ExcelWriter(file, engine="xlsxwriter", engine_kwargs=plain) as book,
    ):
        for name, frame in tables.items():
            frame.to_excel(book, sheet_name=name, index=False)
            sheet = book.sheets[name]
            sheet.freeze_panes(1, 0)
            sheet.autofit()
