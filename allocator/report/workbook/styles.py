"""Formats of cells, and colours that say good, partly and bad."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from allocator.report.colors import SHARE_STOPS
from allocator.report.meeting import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

FONT = "Microsoft YaHei"
"""A font Excel has for Chinese and Western text; others put their own in its place."""
HEAD, LINE, PALE = "#22333B", "#C9CFD2", "#5B6B73"
GOOD, PARTLY, BAD = "#C6E5D9", "#F7E7BC", "#F3CFC8"
SHARE_SCALE = {
    "type": "3_color_scale",
    "min_type": "num",
    "mid_type": "num",
    "max_type": "num",
    "min_value": 0,
    "mid_value": 0.5,
    "max_value": 1,
    **{
        f"{name}_color": "#" + "".join(f"{(value + 510) // 3:02X}" for value in stop)
        for name, stop in zip(("min", "mid", "max"), SHARE_STOPS, strict=True)
    },
}
"""The report's colours of shares, made pale enough to read figures on them."""


@dataclass(frozen=True)
class Styles:
    """Formats by what they are for."""

    add: Callable[[dict[str, Any]], Any]
    """The workbook's `add_format`, called once for each set of properties."""

    @classmethod
    def of(cls, book: Any) -> Styles:
        """Return the styles of a workbook."""
        known: dict[tuple[tuple[str, Any], ...], Any] = {}

        def add(properties: dict[str, Any]) -> Any:
            key = tuple(sorted(properties.items()))
            if key not in known:
                known[key] = book.add_format({"font_name": FONT} | properties)
            return known[key]

        return cls(add)

    @property
    def title(self) -> Any:
        """Title of a sheet."""
        return self.add({"bold": True, "font_size": 16, "font_color": HEAD})

    @property
    def note(self) -> Any:
        """A remark, wrapped."""
        return self.add(
            {"font_size": 9, "font_color": PALE, "text_wrap": True, "valign": "top"}
        )

    @property
    def head(self) -> Any:
        """Header of a column."""
        return self.add(
            {
                "bold": True,
                "font_color": "#FFFFFF",
                "bg_color": HEAD,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
                "border": 1,
                "border_color": LINE,
            }
        )

    def cell(self, column: Column, *, total: bool = False) -> Any:
        """Return the format of the cells of a column."""
        properties = {
            "border": 1,
            "border_color": LINE,
            "valign": "vcenter",
            "font_size": 10,
        }
        if column.kind is Kind.VERDICT:
            properties |= {"align": "center", "text_wrap": True}
        elif column.is_text:
            properties |= {"text_wrap": True, "indent": 1}
        else:
            properties |= {"num_format": number_format(column)}
        if total:
            properties |= {"bold": True, "top": 2, "bg_color": "#EEF1F2"}
        return self.add(properties)

    def fill(self, color: str) -> Any:
        """Return a format that fills what a condition picks."""
        return self.add({"bg_color": color})


@cache
def number_format(column: Column) -> str:
    """Return Excel's format of a column of figures."""
    decimals = "0." + "0" * column.decimals if column.decimals else "0"
    if column.kind is Kind.SHARE:
        return decimals + "%"
    if column.kind is Kind.VALUE:
        return "#,##0.###"
    if column.kind is Kind.MONEY:
        return f"#,##{decimals};[Red]-#,##{decimals}"
    return f"#,##{decimals}"
