"""Explanations as one HTML page, as CSV or as JSON."""

from __future__ import annotations

import json
import os
import secrets
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from allocator.errors import OptionsInvalid, RunError
from allocator.report.html import note, section, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from allocator.explain import Explanation
    from allocator.explain.words import Block

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
KINDS = (".html", ".csv", ".json")


def answer_html(explanation: Explanation, language: str = "en") -> str:
    """Return an explanation as one HTML page that loads nothing."""
    title = explanation.title(explanation.words(language))
    blocks = explanation.blocks(language)
    return page_html(title, [block_html(k, b) for k, b in enumerate(blocks)], language)


def page_html(title: str, parts: Sequence[str], language: str) -> str:
    """Return a page of parts that are HTML already."""
    style = resources.files("allocator.report").joinpath("data", "style.css")
    body = "\n".join(parts)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>{style.read_text(encoding='utf-8')}</style></head>"
        f"<body><h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def block_html(number: int, block: Block) -> str:
    """Return a part of an explanation."""
    parts = [note(line) for line in block.lines]
    if block.table is not None and len(block.table):
        parts.append(frame_html(block.table, f"table-{number}"))
    return section(f"part-{number}", block.title, parts)


def frame_html(frame: pd.DataFrame, id_: str) -> str:
    """Return a table; texts stand to the left, figures to the right."""
    texts = [frame.iloc[:, k].dtype.kind not in "iuf" for k in range(frame.shape[1])]
    rows = [
        [cell_html(value) for value in row]
        for row in frame.itertuples(index=False, name=None)
    ]
    return table(list(map(str, frame.columns)), rows, id_=id_, texts=texts)


def cell_html(value: Any) -> str:
    """Return a cell; figures keep their exact value."""
    if value is None or value != value:  # NaN
        return "–"
    if isinstance(value, str) or not hasattr(value, "__float__"):
        return escape(str(value))
    number = float(value)
    text = f"{number:,.0f}" if number.is_integer() or abs(number) >= 1000 else ""
    if not text:
        text = f"{number:,.1f}" if abs(number) >= 10 else f"{number:,.3g}"
    return f'<data value="{number!r}">{text}</data>'


def write_answer(explanation: Explanation, path: Path, language: str = "en") -> None:
    """Write an explanation as HTML, CSV (its main table) or JSON, by the file's name.

    Raises
    ------
    OptionsInvalid
        If the file's name ends otherwise.
    RunError
        If the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind == ".html":
        write_text(path, answer_html(explanation, language))
    elif kind == ".csv":
        write_text(path, explanation.table.to_csv(index=False, lineterminator="\n"))
    elif kind == ".json":
        content = json.dumps(explanation.to_dict(), ensure_ascii=False, indent=2)
        write_text(path, content + "\n")
    else:
        msg = f"{path} ends in none of {', '.join(KINDS)}"
        raise OptionsInvalid(msg)


def write_text(path: Path, text: str) -> None:
    """Write a file; one that was there is replaced whole or stays.

    Raises
    ------
    RunError
        If it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.tmp-{secrets.token_hex(4)}")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror or error}"
        raise RunError(msg) from error
    finally:
        temporary.unlink(missing_ok=True)
