"""A table of the meeting: what it holds, without saying how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from allocator.report.words import Words


class Kind(StrEnum):
    """What the cells of a column are; says how many decimals are shown."""

    TEXT = "text"
    VERDICT = "verdict"
    """A text that says yes, partly or no, or what bars something."""
    COUNT = "count"
    """Whole things: buildings, places, communities."""
    NUMBER = "number"
    VALUE = "value"
    """A figure whose measure stands beside it; as many decimals as it needs."""
    SHARE = "share"
    """A share of 1, shown in per cent."""
    MONEY = "money"
    AREA = "area"
    MINUTES = "minutes"
    PERSONS = "persons"


DECIMALS = {
    Kind.COUNT: 0,
    Kind.NUMBER: 1,
    Kind.VALUE: 3,
    Kind.SHARE: 1,
    Kind.MONEY: 2,
    Kind.AREA: 1,
    Kind.MINUTES: 1,
    Kind.PERSONS: 1,
}
"""Decimals of a figure; of a share, of its per cent. Money that is not counted in
万元 is shown without decimals (`Column.decimals`)."""


@dataclass(frozen=True)
class Column:
    """One column of a `MeetingTable`."""

    key: str
    """Its name in `rows`."""
    header: str
    unit: str
    """Unit of the figures as they stand in `rows`; "" for texts and shares."""
    kind: Kind
    total: bool = False
    """Whether the figures of all rows may be added up."""
    decimals: int = 0

    @property
    def is_text(self) -> bool:
        """Whether the cells are texts."""
        return self.kind in (Kind.TEXT, Kind.VERDICT)

    @property
    def heading(self) -> str:
        """Header and unit together."""
        return f"{self.header} ({self.unit})" if self.unit else self.header


@dataclass(frozen=True)
class MeetingPage:
    """What stands above the rows of one site or community."""

    id: str
    """The value of the column `page_by` in its rows."""
    title: str
    facts: tuple[tuple[str, str], ...]
    """Label and text."""


@dataclass(frozen=True)
class MeetingTable:
    """One table of the meeting in one language."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: pd.DataFrame
    """The columns' keys, figures in the columns' units, NaN for none; `page_by` too."""
    notes: tuple[str, ...] = ()
    page_by: str | None = None
    """Column whose values have a page each, in the order of `pages`."""
    pages: tuple[MeetingPage, ...] = ()

    @property
    def totals(self) -> dict[str, float]:
        """Sums of the columns that may be added up; empty without such columns."""
        return {
            column.key: float(np.nansum(self.rows[column.key].to_numpy(np.float64)))
            for column in self.columns
            if column.total and len(self.rows)
        }


def column(words: Words, key: str, kind: Kind = Kind.TEXT, **more: bool) -> Column:
    """Return a column headed by the message ``col.KEY``.

    Parameters
    ----------
    more
        `total`: whether its figures may be added up.
    """
    units = {
        Kind.MONEY: words.money_unit,
        Kind.AREA: "m²",
        Kind.MINUTES: words("unit.minutes"),
        Kind.PERSONS: words("unit.person_needs"),
    }
    decimals = DECIMALS.get(kind, 0)
    if kind is Kind.MONEY and words.money_scale == 1:
        decimals = 0
    return Column(
        key, words(f"col.{key}"), units.get(kind, ""), kind, decimals=decimals, **more
    )
