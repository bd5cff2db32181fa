"""Errors of spreadsheet formulas: what they look like and where a workbook has them.

The reader of workbooks shows a cell with an error as an empty one, so the cells of a
sheet that hold one are looked up in the file itself.
"""

from __future__ import annotations

import posixpath
import zipfile
from typing import IO, TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ERROR_VALUES = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!"})
ERROR_VALUES |= {"#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!"}
ERROR_VALUES |= {"#UNKNOWN!", "#GETTING_DATA"}
SEEN_IN = (".xlsx", ".xlsm")
"""Endings of workbooks whose error cells are found."""
_BOOK = "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"
_MARKS = (b't="e"', b"t='e'")
_BLOCK_BYTES = 1 << 20


def is_error_value(cell: object) -> bool:
    """Tell whether a cell holds what a spreadsheet shows for a formula that failed."""
    return isinstance(cell, str) and cell.strip() in ERROR_VALUES


def error_cells(path: Path, sheet: str) -> Iterator[tuple[int, int, str]]:
    """Yield row and column (from 0) and text of every error in a sheet of an .xlsx."""
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return
        with archive.open(part) as stream:
            if not _holds_a_mark(stream):
                return  # nearly always; the marks are found far faster than parsed
        with archive.open(part) as stream:
            yield from _errors(stream)


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the name inside the archive of a sheet's cells."""
    if not {_BOOK, _LINKS} <= set(archive.namelist()):
        return None
    targets = {
        link.get("Id"): link.get("Target", "")
        for link in ElementTree.fromstring(archive.read(_LINKS))
    }
    for element in ElementTree.fromstring(archive.read(_BOOK)).iter():
        if _tag(element) == "sheet" and element.get("name") == sheet:
            ids = [value for key, value in element.items() if key.endswith("}id")]
            target = targets.get(ids[0] if ids else None, "")
            part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            return part if part in archive.namelist() else None
    return None


def _holds_a_mark(stream: IO[bytes]) -> bool:
    """Tell whether the text of a sheet has a cell of the type error."""
    rest = b""
    while block := stream.read(_BLOCK_BYTES):
        text = rest + block
        if any(mark in text for mark in _MARKS):
            return True
        rest = text[-len(_MARKS[0]) :]
    return False


def _errors(stream: IO[bytes]) -> Iterator[tuple[int, int, str]]:
    row = column = -1
    for event, element in ElementTree.iterparse(stream, ("start", "end")):
        tag = _tag(element)
        if tag == "row" and event == "start":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif tag == "row":
            element.clear()
        elif tag == "c" and event == "start":
            name = element.get("r")
            column = column + 1 if name is None else _column_of(name)
        elif tag == "c" and element.get("t") == "e":
            texts = [part.text for part in element if _tag(part) == "v"]
            yield row, column, (texts[0] if texts else None) or "#N/A"


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _column_of(cell: str) -> int:
    """Return the column (from 0) of a cell's name such as AB12."""
    column = 0
    for letter in cell.rstrip("0123456789"):
        column = 26 * column + ord(letter.upper()) - ord("A") + 1
    return column - 1
