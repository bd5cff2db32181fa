"""Reads a plan made by hand, or that of a run, into the ids of a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.errors import PlanInvalid
from allocator.issues import Issue, IssueCollector, Place, nearest_name
from allocator.plan import Plan
from allocator.runs.read import read_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from allocator.scenario import Scenario

COLUMNS = ("building_id", "space_id", "service_id", "session_id", "places")
REQUIRED = ("service_id", "places")
WHERE = ("space_id", "building_id")
"""One of them is required."""
WORKBOOKS = (".xlsx", ".xls", ".xlsb", ".ods")
FIRST_ROW = 2
"""Row of the first record as a sheet shows it; the header is row 1."""
Key = tuple[str, str, str, str]


def read_plan(scenario: Scenario, source: str | Path | pd.DataFrame) -> Plan:
    """Read assignments by id; residents are left to be assigned.

    Parameters
    ----------
    scenario
        Gives the ids that exist.
    source
        Run folder, CSV or Excel file (``book.xlsx#sheet``), or a DataFrame, with the
        columns space_id, service_id, session_id and places; building_id may be
        given and is checked. A building of one space may stand for the space, and
        the session may be left out where the service has one. Other columns are
        ignored, as are rows of 0 places.

    Returns
    -------
    Plan
        With `served` None.

    Raises
    ------
    PlanInvalid
        With every unknown id, wrong number and repeated row.
    RunError
        If the run folder cannot be read.
    """
    name, frame = _read_frame(source)
    collector = IssueCollector()
    missing = [column for column in REQUIRED if column not in frame.columns]
    missing += [] if set(WHERE) & set(frame.columns) else [WHERE[0]]
    for column in missing:
        collector.error(
            "plan-missing-column",
            Place(file=name, row=1),
            f"column {column} is missing",
            expected=", ".join(COLUMNS),
            nearest=nearest_name(column, map(str, frame.columns)),
        )
    places: dict[Key, int] = {}
    if not missing:
        places = _read_rows(scenario, name, frame, collector)
    if collector.errors:
        raise PlanInvalid(collector.issues)
    return Plan.from_places(places)


def _read_frame(source: str | Path | pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Return the file's name and its cells as text."""
    if isinstance(source, pd.DataFrame):
        return "<frame:plan>", source
    text, _, sheet = str(source).partition("#")
    path = Path(text)
    if path.is_dir():
        return f"{path.name}/assignments.csv", read_run(path).assignments
    try:
        if path.suffix.lower() in WORKBOOKS:
            frame = _read_sheet(path, sheet)
        else:
            frame = pd.read_csv(
                path, dtype=str, keep_default_na=False, encoding="utf-8-sig"
            )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        issue = Issue(
            "plan-unreadable",
            Place(file=path.name),
            f"the plan cannot be read: {reason}",
            "a run folder, a CSV file in UTF-8 or an Excel file",
        )
        raise PlanInvalid([issue]) from error
    return path.name, frame


def _read_sheet(path: Path, sheet: str) -> pd.DataFrame:
    """Read a sheet by name, or the first.

    Raises
    ------
    ValueError
        If the file is no workbook or has no such sheet.
    """
    from python_calamine import CalamineError

    try:
        return pd.read_excel(path, sheet_name=sheet or 0, dtype=str, engine="calamine")
    except CalamineError as error:
        raise ValueError(str(error)) from error


def _read_rows(
    scenario: Scenario, name: str, frame: pd.DataFrame, collector: IssueCollector
) -> dict[Key, int]:
    """Return places by key; report every row that names what does not exist."""
    spaces = scenario.tables.spaces
    building_of = dict(zip(spaces["space_id"], spaces["building_id"], strict=True))
    offers = {offer.key for offer in scenario.offers}
    complete = _completion(building_of, offers)
    places: dict[Key, int] = {}
    for row, given in _rows(frame):
        cells = complete(given)
        number = _whole(cells["places"])
        space, offer = cells["space_id"], (cells["service_id"], cells["session_id"])
        issues = [
            _space_issue(space, building_of),
            _building_issue(cells.get("building_id", ""), building_of.get(space)),
            _offer_issue(offer, offers),
            _places_issue(cells["places"], number),
        ]
        key = (building_of.get(space, ""), space, *offer)
        if key in places:
            issues.append(("plan-repeated", "places", "the row is repeated", "", None))
        for code, column, message, expected, near in filter(None, issues):
            place = Place(file=name, row=row, column=column)
            collector.error(
                code, place, message, expected=expected or None, nearest=near
            )
        if not any(issues) and number is not None:
            places[key] = number
    return places


def _rows(frame: pd.DataFrame) -> Iterator[tuple[int, dict[str, str]]]:
    """Return row number and cells as stripped text, "" when empty."""
    known = [c for c in COLUMNS if c in frame.columns]
    columns = [
        ["" if pd.isna(v) else str(v).strip() for v in frame[c].tolist()] for c in known
    ]
    for row, cells in enumerate(zip(*columns, strict=True), start=FIRST_ROW):
        if any(cells):
            yield row, dict(zip(known, cells, strict=True))


def _completion(
    building_of: dict[str, str], offers: set[tuple[str, str]]
) -> Callable[[dict[str, str]], dict[str, str]]:
    """Return what fills in a space or session where there is only one to choose."""
    spaces_of: dict[str, list[str]] = {}
    for space, building in building_of.items():
        spaces_of.setdefault(building, []).append(space)
    sessions_of: dict[str, list[str]] = {}
    for service, session in offers:
        sessions_of.setdefault(service, []).append(session)

    def only(names: list[str]) -> str:
        return names[0] if len(names) == 1 else ""

    def complete(given: dict[str, str]) -> dict[str, str]:
        space = only(spaces_of.get(given.get("building_id", ""), []))
        session = only(sessions_of.get(given["service_id"], []))
        return given | {
            "space_id": given.get("space_id") or space,
            "session_id": given.get("session_id") or session,
        }

    return complete


def _whole(text: str) -> int | None:
    """Return a whole number of at least 0, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if np.isfinite(value) and value >= 0 and value % 1 == 0 else None


Fault = tuple[str, str, str, str, str | None]
"""Code, column, message, expected, nearest valid name."""


def _space_issue(space: str, building_of: dict[str, str]) -> Fault | None:
    """Report a space the scenario does not have."""
    if space in building_of:
        return None
    if not space:
        expected = "a space_id, or the building_id of a building of one space"
        return ("plan-no-space", "space_id", "no space is named", expected, None)
    return (
        "plan-unknown-id",
        "space_id",
        f"space {space!r} is not in the scenario",
        "a space_id of the table spaces",
        nearest_name(space, building_of),
    )


def _building_issue(given: str, own: str | None) -> Fault | None:
    """Report a building that is not the space's."""
    if not given or own is None or given == own:
        return None
    return (
        "plan-space-elsewhere",
        "building_id",
        f"the space does not belong to building {given!r}",
        repr(own),
        None,
    )


def _offer_issue(offer: tuple[str, str], offers: set[tuple[str, str]]) -> Fault | None:
    """Report a service or session the scenario does not have."""
    if offer in offers:
        return None
    service, session = offer
    services = {known for known, _ in offers}
    if service not in services:
        return (
            "plan-unknown-id",
            "service_id",
            f"service {service!r} is not in the scenario",
            "an id of services",
            nearest_name(service, services),
        )
    sessions = {known for owner, known in offers if owner == service}
    if not session:
        which = ", ".join(sorted(sessions))
        return ("plan-no-session", "session_id", "no session is named", which, None)
    return (
        "plan-unknown-id",
        "session_id",
        f"service {service!r} has no session {session!r}",
        ", ".join(sorted(sessions)),
        nearest_name(session, sessions),
    )


def _places_issue(text: str, number: int | None) -> Fault | None:
    """Report places that are no whole number."""
    if number is not None:
        return None
    return ("plan-number", "places", f"{text!r} places", "a whole number ≥ 0", None)
