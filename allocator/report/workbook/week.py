"""The week of each used space: hours from left to right, coloured by service."""

from __future__ import annotations

import colorsys
import math
from typing import TYPE_CHECKING, Any

from allocator.report.colors import GOLDEN_ANGLE
from allocator.report.week import DAYS, bars
from allocator.report.workbook.text import LINE_HEIGHT, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from allocator.report.workbook.book import Book
    from allocator.runs import Run
    from allocator.scenario import Scenario

STEPS_MIN = (60, 30, 15)
"""Minutes of a column: the longest that meets all hours, else the last, rounded."""
LEGEND_ENTRIES = 6
"""Services of the legend in one row."""
LABELS = 3
"""Columns before the hours: building, space, days."""

Held = tuple[int, int, str, float]
"""First and last minute of the day, service, places."""


def write_week(book: Book, run: Run) -> str:
    """Write the grid of all used spaces and return the sheet's name."""
    words, scenario = book.words, book.words.scenario
    plan = run.assignments[run.assignments["places"] > 0]
    sheet = book.sheet(words("sheet.week"))
    colors = service_fills(sorted(set(plan["service_id"])))
    days = {
        (str(building), str(space)): list(_rows(scenario, rows))
        for (building, space), rows in plan.groupby(["building_id", "space_id"])
    }
    held = [bar for rows in days.values() for _, lanes in rows for bar in lanes]
    first = min(bar[0] for bar in held) // 60 * 60
    last = -(-max(bar[1] for bar in held) // 60) * 60
    step = _step(held)
    body = _head(book, sheet, (first, last, step), colors)
    row = body
    for (building, space), rows in days.items():
        for name, lane in rows:
            label = (words.building[building], space, _days(words, name))
            _labels(book, sheet, row, label)
            _lane(book, sheet, row, lane, (first, last, step), colors)
            row += 1
    sheet.freeze_panes(body, LABELS)
    sheet.repeat_rows(body - 1)
    sheet.fit_to_pages(1, 0)
    return str(sheet.get_name())


def service_fills(services: list[str]) -> dict[str, str]:
    """Return a pale colour for each service, in the hues of the page."""
    fills = {}
    for k, service in enumerate(services):
        hue = k * GOLDEN_ANGLE % 360 / 360
        rgb = colorsys.hls_to_rgb(hue, (0.72, 0.84)[k // 4 % 2], 0.55)
        fills[service] = "#" + "".join(f"{round(255 * part):02X}" for part in rgb)
    return fills


def _rows(
    scenario: Scenario, rows: pd.DataFrame
) -> Iterator[tuple[tuple[int, ...], list[Held]]]:
    """Yield (days, what is held on them) of one space, a row for each lane.

    Days that are alike share rows; what overlaps in time gets rows of its own.
    """
    of_day: list[list[Held]] = [[] for _ in DAYS]
    for row in rows.to_dict("records"):
        service = row["service_id"]
        for day, start, end in bars(scenario, service, row["session_id"]):
            of_day[day].append((start, end, service, row["places"]))
    alike: dict[tuple[Held, ...], list[int]] = {}
    for day, held in enumerate(of_day):
        if held:
            alike.setdefault(tuple(sorted(held)), []).append(day)
    for held_of, days in alike.items():
        for lane in _lanes(held_of):
            yield tuple(days), lane


def _lanes(held: tuple[Held, ...]) -> list[list[Held]]:
    """Spread what overlaps in time over lanes."""
    lanes: list[list[Held]] = []
    for bar in held:
        lane = next((own for own in lanes if own[-1][1] <= bar[0]), None)
        if lane is None:
            lanes.append([bar])
        else:
            lane.append(bar)
    return lanes


def _step(held: list[Held]) -> int:
    """Return the minutes of a column."""
    common = math.gcd(*(minute for bar in held for minute in bar[:2]))
    return next((step for step in STEPS_MIN if common % step == 0), STEPS_MIN[-1])


def _days(words: Any, days: tuple[int, ...]) -> str:
    """Return the days of a row."""
    if len(days) == len(DAYS):
        return str(words("day.all"))
    names = [words(f"day.{DAYS[day]}") for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{names[0]}–{names[-1]}"
    return str(words.listed(names))


def _head(
    book: Book, sheet: Any, hours: tuple[int, int, int], colors: Mapping[str, str]
) -> int:
    """Write title, legend and hours; return the first row below."""
    words, (first, last, step) = book.words, hours
    columns = (last - first) // step
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 2, 14)
    sheet.set_column(LABELS, LABELS + columns - 1, 4.5 * step / 60 + 0.4)
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, words("week"), book.styles.title)
    note = book.styles.add({"font_size": 9, "font_color": "#5B6B73"})
    sheet.write_string(1, 0, words("note.week", minutes=step), note)
    row = _legend(book, sheet, 2, columns, colors)
    for k, key in enumerate(("building", "space", "cover.days")):
        sheet.write_string(row, k, words(key), book.styles.head)
    per_hour = 60 // step
    for k in range(columns // per_hour):
        start = LABELS + k * per_hour
        text = f"{first // 60 + k}"
        if per_hour > 1:
            end = start + per_hour - 1
            sheet.merge_range(row, start, row, end, text, book.styles.head)
        else:
            sheet.write_string(row, start, text, book.styles.head)
    return row + 1


def _legend(
    book: Book, sheet: Any, row: int, columns: int, colors: Mapping[str, str]
) -> int:
    """Write the colours of the services side by side; return the next row."""
    form = {"font_size": 9, "align": "center", "shrink": True}
    size = columns // LEGEND_ENTRIES
    for k, (service, color) in enumerate(colors.items()):
        line, at = divmod(k, LEGEND_ENTRIES)
        start = LABELS + at * size
        style = book.styles.add(form | {"bg_color": color})
        text = book.words.service[service]
        if size > 1:
            end = start + size - 1
            sheet.merge_range(row + line, start, row + line, end, text, style)
        else:
            sheet.write_string(row + line, start, text, style)
    return row - (-len(colors) // LEGEND_ENTRIES)


def _labels(book: Book, sheet: Any, row: int, label: tuple[str, ...]) -> None:
    """Write building, space and days of a row."""
    form = book.styles.add(
        {"font_size": 10, "border": 1, "border_color": "#C9CFD2", "shrink": True}
    )
    sheet.set_row(row, LINE_HEIGHT + 3)
    for k, text in enumerate(label):
        sheet.write_string(row, k, text, form)


def _lane(
    book: Book,
    sheet: Any,
    row: int,
    lane: list[Held],
    hours: tuple[int, int, int],
    colors: Mapping[str, str],
) -> None:
    """Write what is held as merged cells, named where the name fits."""
    words, (first, _, step) = book.words, hours
    free = LABELS
    for start, end, service, places in lane:
        low = max(LABELS + (start - first) // step, free)
        high = max(LABELS + -(-(end - first) // step) - 1, low)
        free = high + 1
        name, number = words.service[service], words.count(places)
        room = (high - low + 1) * (4.5 * step / 60 + 0.6)
        text = f"{name} {number}"
        if text_width(text) > 1.3 * room:
            text = number
        form = book.styles.add(
            {
                "bg_color": colors[service],
                "font_size": 9,
                "align": "center",
                "valign": "vcenter",
                "shrink": True,
                "border": 1,
                "border_color": "#FFFFFF",
            }
        )
        if high > low:
            sheet.merge_range(row, low, row, high, text, form)
        else:
            sheet.write_string(row, low, text, form)
