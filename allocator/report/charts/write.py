"""Writes the charts of a run, each apart or all on one sheet."""

from __future__ import annotations

import importlib
import os
import secrets
import warnings
from typing import TYPE_CHECKING, Any

from allocator.errors import MissingExtra, OptionsInvalid, RunError
from allocator.report.charts import fonts
from allocator.report.charts.panels import CHARTS, INK
from allocator.report.words import LANGUAGES, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import ModuleType

    from allocator.runs import Run

    Panel = Callable[[Any, Run, Words], bool]

KINDS = ("png", "svg")
SIZE_IN = (8.4, 4.8)
"""Of one chart."""
DPI = 150


def write_charts(
    run: Run, target: Path, language: str = "en", *, kind: str = "png"
) -> tuple[list[Path], tuple[str, ...]]:
    """Write the charts of a run.

    Parameters
    ----------
    target
        A file whose name ends in the kind gets all charts on one sheet; anything else
        is a folder that gets one file for each.
    language
        ``en`` or ``zh``.
    kind
        ``png`` or ``svg``.

    Returns
    -------
    tuple
        The files written, and notes (such as that there is no Chinese font). Charts
        without content, such as limits where there are none, are left out.

    Raises
    ------
    MissingExtra
        If the extra ``plots`` is not installed.
    OptionsInvalid
        If language or kind are unknown.
    RunError
        If the run has no plan, or a file cannot be written.
    """
    if language not in LANGUAGES or kind not in KINDS:
        msg = f"there are no charts of kind {kind!r} in {language!r}"
        raise OptionsInvalid(msg)
    if not run.has_plan:
        msg = f"{run.folder} has no plan, so there is nothing to draw"
        raise RunError(msg)
    matplotlib = _matplotlib()
    words = Words(language, run.scenario())
    family = _family()
    notes: list[str] = []
    files: list[Path] = []
    with matplotlib.rc_context(_settings(family)), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        for path, figure in _figures(run, words, target, kind):
            _save(figure, path, kind)
            files.append(path)
            if family is None and fonts.ADVICE not in notes and _has_chinese(figure):
                notes.append(fonts.ADVICE)
    return files, tuple(notes)


def _matplotlib() -> ModuleType:
    try:
        return importlib.import_module("matplotlib")
    except ImportError as error:
        raise MissingExtra("matplotlib", "plots", "drawing charts") from error


def _family() -> str | None:
    """Return the Chinese font family to use."""
    manager = importlib.import_module("matplotlib.font_manager")
    return fonts.chinese_family(manager.fontManager, manager.findSystemFonts())


def _settings(family: str | None) -> dict[str, Any]:
    """Return matplotlib's settings: the font first, few lines, the same bytes."""
    return {
        "font.family": [fonts.LATIN] if family is None else [family, fonts.LATIN],
        "font.size": 10,
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#b9b4a8",
        "axes.unicode_minus": False,
        "text.color": INK,
        "svg.fonttype": "path",
        "svg.hashsalt": "allocator",
    }


def _figures(
    run: Run, words: Words, target: Path, kind: str
) -> Iterator[tuple[Path, Any]]:
    """Yield the files to write with what is drawn in them."""
    if target.suffix.lower() == f".{kind}":
        yield target, _sheet(run, words, list(CHARTS.values()))
        return
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(target, error) from error
    for name, draw in CHARTS.items():
        figure = _new(1, 1)
        if draw(figure.subplots(), run, words):
            yield target / f"{name}.{kind}", figure


def _new(rows: int, columns: int) -> Any:
    figures = importlib.import_module("matplotlib.figure")
    size = (SIZE_IN[0] * columns, SIZE_IN[1] * rows)
    return figures.Figure(figsize=size, layout="constrained")


def _sheet(run: Run, words: Words, panels: Sequence[Panel]) -> Any:
    """Return all charts in two columns under the name of the run."""
    rows = -(-len(panels) // 2)
    figure = _new(rows, 2)
    for draw, axes in zip(panels, figure.subplots(rows, 2).flat, strict=False):
        if not draw(axes, run, words):
            axes.set_axis_off()
    figure.suptitle(f"{words.title} · {run.name}", fontsize=14, x=0.01, ha="left")
    return figure


def _has_chinese(figure: Any) -> bool:
    text = importlib.import_module("matplotlib.text")
    return any(fonts.is_chinese(t.get_text()) for t in figure.findobj(text.Text))


def _save(figure: Any, path: Path, kind: str) -> None:
    """Write one figure; a file that was there is replaced whole or stays."""
    temporary = path.with_name(f".tmp-{secrets.token_hex(4)}-{path.name}")
    metadata = {"Date": None} if kind == "svg" else None
    try:
        figure.savefig(temporary, format=kind, dpi=DPI, metadata=metadata)
        os.replace(temporary, path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _cannot_write(path: Path, error: OSError) -> RunError:
    return RunError(f"cannot write the charts {path}: {error.strerror or error}")
