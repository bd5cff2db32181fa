"""What importers are made of: assumptions, and the scenario they return."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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
