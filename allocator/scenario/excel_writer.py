"""The optional package that writes workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.errors import MissingExtra

if TYPE_CHECKING:
    from types import ModuleType


def excel_writer() -> ModuleType:
    """Import the package of the extra ``excel``.

    Raises
    ------
    MissingExtra
        If it is not installed.
    """
    import importlib

    try:
        return importlib.import_module("xlsxwriter")
    except ImportError as error:
        raise MissingExtra("XlsxWriter", "excel", "writing a workbook") from error
