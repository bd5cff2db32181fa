"""Small commented scenarios to start from."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from allocator.errors import OptionsInvalid
from allocator.issues import nearest_name

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

DEFAULT_TEMPLATE = "small"


def template_names() -> tuple[str, ...]:
    """Return the names of the templates."""
    return tuple(sorted(item.name for item in _folder().iterdir() if item.is_dir()))


def write_template(folder: Path, name: str | None = None) -> tuple[str, ...]:
    """Write a small commented scenario into `folder`.

    Parameters
    ----------
    folder
        Is made if it does not exist; must be empty.
    name
        One of `template_names()`; None: ``small``.

    Returns
    -------
    The names of the files written.

    Raises
    ------
    OptionsInvalid
        If there is no such template, or the folder is not empty or not a folder.
    """
    name = name or DEFAULT_TEMPLATE
    if name not in template_names():
        nearest = nearest_name(name, template_names())
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        names = ", ".join(template_names())
        msg = f"there is no template {name!r}; expected one of {names}{hint}"
        raise OptionsInvalid(msg)
    _require_empty(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with as_file(_folder().joinpath(name)) as source:
        written = sorted(path.name for path in source.iterdir() if path.is_file())
        for file in written:
            shutil.copyfile(source / file, folder / file)
    return tuple(written)


def write_input_workbook(folder: Path, language: str) -> tuple[str, ...]:
    """Write an input workbook with example rows, and a scenario that reads it.

    Parameters
    ----------
    folder
        Is made if it does not exist; must be empty.
    language
        ``en`` or ``zh``: of sheets, headers and comments.

    Returns
    -------
    The names of the files written.

    Raises
    ------
    OptionsInvalid
        If there is no such language, or the folder is not empty or not a folder.
    MissingExtra
        If the package that writes workbooks is not installed.
    """
    from allocator.scenario.excel_writer import excel_writer
    from allocator.scenario.templates.input_book import write_input
    from allocator.scenario.templates.input_texts import INPUT_LANGUAGES

    if language not in INPUT_LANGUAGES:
        names = ", ".join(INPUT_LANGUAGES)
        msg = f"there is no input workbook in {language!r}; there are {names}"
        raise OptionsInvalid(msg)
    _require_empty(folder)
    excel_writer()
    folder.mkdir(parents=True, exist_ok=True)
    return write_input(folder, language)


def _folder() -> Traversable:
    return files("allocator.scenario.templates").joinpath("data")


def _require_empty(folder: Path) -> None:
    """Refuse to write where something is."""
    if folder.exists() and not folder.is_dir():
        msg = f"{folder} is a file; expected a new or empty folder"
        raise OptionsInvalid(msg)
    if folder.is_dir() and (found := sorted(path.name for path in folder.iterdir())):
        msg = f"{folder} is not empty (it holds {found[0]}); expected a new folder"
        raise OptionsInvalid(msg)
