"""Turn the cells of one column into values of its kind, and say which cells fail."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from allocator.scenario.columns import Kind
from allocator.scenario.error_values import is_error_value
from allocator.scenario.hours import ALWAYS, WeekHours, parse_when

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

YES = frozenset({"yes", "true", "1", "是"})
NO = frozenset({"no", "false", "0", "否"})
_SEPARATORS = str.maketrans({"；": ";", ",": ";", "，": ";", "、": ";"})

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SEVERAL = (list, tuple, set, frozenset, dict, np.ndarray)

EXPECTED = {
    Kind.ID: "text",
    Kind.TEXT: "text",
    Kind.NUMBER: "a number",
    Kind.INTEGER: "a whole number",
    Kind.YES_NO: "yes or no",
    Kind.DATE: "a date like 2026-01-31",
    Kind.WORDS: "words separated by ;",
    Kind.HOURS: "hours like 'mon-fri 18:00-22:00; sat,sun 08:00-22:00'",
}


@dataclass(frozen=True)
class Cells:
    """The converted cells of one column."""

    values: npt.NDArray[Any]
    """Shape (rows,); absent and faulty cells hold the kind's empty value."""
    absent: npt.NDArray[np.bool_]
    faulty: npt.NDArray[np.bool_]
    """Cells that hold something which is not of the kind."""
    trimmed: int = 0
    """Identifiers that lost spaces around them."""


def empty_value(kind: Kind) -> Any:
    """Return what an absent cell of the kind holds when it has no default."""
    return {
        Kind.ID: "",
        Kind.TEXT: "",
        Kind.NUMBER: np.nan,
        Kind.INTEGER: np.nan,
        Kind.YES_NO: False,
        Kind.DATE: np.datetime64("NaT", "s"),
        Kind.WORDS: frozenset(),
        Kind.HOURS: ALWAYS,
    }[kind]


def held_dtype(kind: Kind) -> str:
    """Return the dtype in which a column of the kind is held."""
    dtypes = {Kind.NUMBER: "float64", Kind.INTEGER: "float64"}
    return (dtypes | {Kind.YES_NO: "bool", Kind.DATE: "datetime64[s]"}).get(
        kind, "object"
    )


def convert(cells: pd.Series[Any], kind: Kind) -> Cells:
    """Convert a column as it was read (text, or whatever a DataFrame holds)."""
    if kind in (Kind.NUMBER, Kind.INTEGER):
        return _numbers(cells, whole=kind is Kind.INTEGER)
    if kind in (Kind.ID, Kind.TEXT):
        return _texts(cells, trim=kind is Kind.ID)
    parse = {Kind.YES_NO: _yes_no, Kind.DATE: _date, Kind.WORDS: _words}.get(
        kind, _hours
    )
    return _each(cells, kind, parse)


def is_absent(cells: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    """Tell which cells are null, NaN or empty text."""
    absent: npt.NDArray[np.bool_] = np.array(cells.isna(), bool)
    if cells.dtype.kind in "biufMm":
        return absent
    if _all_text(cells):
        absent |= (cells == "").to_numpy(bool, na_value=False)
        return absent
    absent |= np.array([isinstance(cell, str) and not cell for cell in cells], bool)
    return absent


def _all_text(cells: pd.Series[Any]) -> bool:
    """Tell whether all cells that are not null hold text."""
    return pd.api.types.infer_dtype(cells, skipna=True) == "string"


def _numbers(cells: pd.Series[Any], *, whole: bool) -> Cells:
    absent = is_absent(cells)
    if cells.dtype.kind in "iuf":
        values = cells.to_numpy(np.float64, na_value=np.nan)
        faulty = np.isinf(values)
    else:
        if not _all_text(cells):
            cells = cells.where(~cells.map(lambda cell: isinstance(cell, bool)), "?")
        numbers = pd.to_numeric(cells, errors="coerce")
        values = np.array(numbers.to_numpy(np.float64, na_value=np.nan))
        faulty = ~absent & ~np.isfinite(values)
        blank = [k for k in np.flatnonzero(faulty) if not str(cells.iloc[k]).strip()]
        absent[blank], faulty[blank] = True, False
        if cells.dtype.kind in "bMm":
            faulty = ~absent
    if whole:
        faulty |= ~absent & (np.round(values) != values)
    return Cells(np.where(faulty, np.nan, values), absent, faulty)


def _texts(cells: pd.Series[Any], *, trim: bool) -> Cells:
    if _is_plain(cells):
        nowhere = np.zeros(len(cells), bool)
        return Cells(cells.to_numpy(object), nowhere, nowhere.copy())
    absent = is_absent(cells)
    faulty = np.zeros(len(cells), bool)
    if not _all_text(cells):
        faulty = np.array([isinstance(cell, _SEVERAL) for cell in cells], bool)
        cells = pd.Series([_text(cell) for cell in cells], dtype=object)
    codes, distinct = pd.factorize(cells.to_numpy(object))
    texts = np.array([*distinct, ""], object)
    kept = np.array([text.strip() for text in texts], object) if trim else texts
    failed = np.array([is_error_value(text) for text in texts], bool)
    faulty |= failed[codes]
    codes[absent | faulty] = -1
    changed = (kept != texts) & (kept != "")
    values = kept[codes]
    if trim:
        absent = absent | ((values == "") & ~faulty)
    return Cells(values, absent, faulty, int(np.count_nonzero(changed[codes])))


def _is_plain(cells: pd.Series[Any]) -> bool:
    """Tell whether texts held by Arrow are all there, without spaces, in ASCII.

    Such a column needs no look at its cells one by one.
    """
    if not isinstance(cells.dtype, pd.StringDtype) or not len(cells):
        return False
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pa.Array.from_pandas(cells)
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if texts.null_count or pc.min(pc.binary_length(texts)).as_py() == 0:
        return False
    wide = pa.types.is_large_string(texts.type)
    ends = np.frombuffer(texts.buffers()[1], np.int64 if wide else np.int32)
    first, last = ends[texts.offset], ends[texts.offset + len(texts)]
    letters = np.frombuffer(texts.buffers()[2], np.uint8)[first:last]
    return bool(letters.min() > ord(" ") and letters.max() < 127)


def _text(value: Any) -> str:
    """Write a cell as text: a whole number that a spreadsheet holds as 7.0 is 7."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    if isinstance(value, dt.date):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value)


def _each(cells: pd.Series[Any], kind: Kind, parse: Callable[[Any], Any]) -> Cells:
    """Parse cell by cell, each distinct text once."""
    absent = is_absent(cells)
    empty = empty_value(kind)
    known: dict[str, Any] = {}
    values = np.empty(len(cells), object)
    faulty = np.zeros(len(cells), bool)
    for k, cell in enumerate(cells.to_numpy(object)):
        key = cell.strip() if isinstance(cell, str) else cell
        if absent[k] or (isinstance(key, str) and not key):
            values[k], absent[k] = empty, True
            continue
        if isinstance(key, str) and key in known:
            value = known[key]
        else:
            value = _tried(parse, key)
            if isinstance(key, str):
                known[key] = value
        faulty[k] = value is None
        values[k] = empty if value is None else value
    return Cells(values.astype(held_dtype(kind)), absent, faulty)


def _tried(parse: Callable[[Any], Any], cell: Any) -> Any:
    """Parse a cell; None says that it is not of the kind."""
    try:
        return parse(cell)
    except (ValueError, TypeError):
        return None


def _yes_no(cell: Any) -> bool:
    word = _text(int(cell) if isinstance(cell, bool | np.bool_) else cell).lower()
    if word not in YES | NO:
        raise ValueError(word)
    return word in YES


def _date(cell: Any) -> np.datetime64:
    if isinstance(cell, str):
        day = dt.date.fromisoformat(cell.removesuffix(" 00:00:00"))
        if not _ISO_DATE.match(cell):
            raise ValueError(cell)
        return np.datetime64(day, "s")
    if not isinstance(cell, dt.date | np.datetime64):
        raise TypeError(cell)
    stamp = pd.Timestamp(cell)
    if stamp != stamp.normalize() or stamp.tzinfo is not None:
        raise ValueError(cell)
    return np.datetime64(stamp.date(), "s")


def _words(cell: Any) -> frozenset[str]:
    if is_error_value(cell):
        raise ValueError(cell)
    several = isinstance(cell, _SEVERAL)
    text = ";".join(_text(part) for part in (cell if several else [cell]))
    parts = text.translate(_SEPARATORS).split(";")
    return frozenset(word for part in parts if (word := part.strip()))


def _hours(cell: Any) -> WeekHours:
    return cell if isinstance(cell, WeekHours) else parse_when(_text(cell))
