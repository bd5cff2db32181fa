"""What importers are made of: assumptions, and the scenario they return."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scenarios.folder import write_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd


@dataclass(frozen=True)
class Assumption:
    """A figure the data lack: used by an importer and printed in its README."""

    what: str
    value: str | float
    unit: str
    reason: str


@dataclass(frozen=True)
class Import:
    """What an importer returns."""

    document: dict[str, Any]
    frames: dict[str, pd.DataFrame]
    readme: str
    files: dict[str, Path] = field(default_factory=dict)
    """Further input files to copy, by name in the scenario's folder."""


def assumption_table(assumptions: Sequence[Assumption]) -> str:
    """Return the assumptions as a Markdown table."""
    lines = ["| what | value | unit | why |", "|---|---:|---|---|"]
    lines += [f"| {a.what} | {a.value} | {a.unit} | {a.reason} |" for a in assumptions]
    return "\n".join(lines)


def write_import(made: Import, folder: Path) -> None:
    """Write the scenario, its README and the input files it copies."""
    write_folder(made.document, made.frames, folder)
    for name, source in made.files.items():
        shutil.copyfile(source, folder / name)
    (folder / "README.md").write_text(made.readme, encoding="utf-8")
