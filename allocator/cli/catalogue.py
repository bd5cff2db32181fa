"""The command `catalogue`: every built-in figure with its source and its mark."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from allocator.cli.output import EXIT_DONE, heading, show, table_text
from allocator.cli.solving import json_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocator.catalogue import Catalogue, Fact, Figure

LONGEST_CELL = 60
"""Characters of a source or note shown in a table; all are in the JSON."""
FACTS = "facts"


@click.command()
@click.argument("name", metavar="[ID]", required=False)
@json_option
def catalogue(name: str | None, as_json: bool) -> int:
    """Show the built-in figures and their sources.

    Each has its date, and whether it was verified. ID is a catalogue (every figure),
    an item of one (canteen, lunch_elder, …) or `facts`; without it items are listed.
    """
    from allocator.catalogue import available, read_catalogue

    books = [read_catalogue(known) for known in available()]
    if name is None:
        records = [_overview(book) for book in books]
        show(records if as_json else "\n\n".join(map(_overview_text, books)))
        return EXIT_DONE
    found = [record for book in books for record in _records(book, name)]
    if not found:
        raise click.UsageError(_unknown(name, books))
    if as_json:
        show({"id": name, "figures": found})
        return EXIT_DONE
    show(_table(found))
    return EXIT_DONE


def _overview(book: Catalogue) -> dict[str, Any]:
    """Return a catalogue's items by section, and how far its figures can be trusted."""
    marks = Counter(figure.mark.value for figure in book.figures)
    return {
        "catalogue": book.name,
        "title": dict(book.title),
        "figures": {mark: marks[mark] for mark in sorted(marks)},
        "items": {
            section: [{"id": item["id"], "name": item.get("name")} for item in items]
            for section, items in _sections(book).items()
        },
        "facts": [fact.id for fact in book.facts],
        "sources": [vars(source) for source in book.sources.values()],
    }


def _sections(book: Catalogue) -> dict[str, list[dict[str, Any]]]:
    """Return the sections that are lists of items, rules among them."""
    document = book.document
    sections = {k: v for k, v in document.items() if isinstance(v, list)}
    return sections | dict(document.get("rules", {}))


def _overview_text(book: Catalogue) -> str:
    import pandas as pd

    record = _overview(book)
    marks = ", ".join(f"{count} {mark}" for mark, count in record["figures"].items())
    blocks = [f"{book.name}: {book.title.get('en', '')} ({marks})"]
    for section, items in record["items"].items():
        names = [item["name"] or {} for item in items]
        table = pd.DataFrame(
            {
                "id": [item["id"] for item in items],
                "zh": [name.get("zh", "") for name in names],
                "en": [name.get("en", "") for name in names],
            }
        )
        if not table["zh"].any():
            table = table[["id"]]
        blocks.append(heading(section, [table_text(table)]))
    blocks.append(heading(FACTS, [f"  {fact.id}" for fact in book.facts]))
    return "\n\n".join(blocks)


def _records(book: Catalogue, name: str) -> Iterator[dict[str, Any]]:
    """Yield the figures that a name speaks of."""
    for figure in book.figures:
        if name == book.name or name in figure.path.split("."):
            yield _record(book, figure, figure.path, str(figure.value))
    for fact in book.facts:
        if name in (book.name, FACTS, fact.id):
            path, value = f"{FACTS}.{fact.id}", f"{fact.value:g} {fact.unit}"
            yield _record(book, fact, path, value)


def _record(
    book: Catalogue, item: Figure | Fact, path: str, value: str
) -> dict[str, Any]:
    """Return one figure as plain values."""
    return {
        "catalogue": book.name,
        "figure": path,
        "value": value,
        "mark": item.mark.value,
        "verified": item.verified,
        "date": "; ".join(source.date for source in item.sources),
        "source": "; ".join(f"{source.id} {source.text}" for source in item.sources),
        "quality": "".join(source.quality for source in item.sources),
        "note": item.note,
    }


def _table(records: list[dict[str, Any]]) -> str:
    """Return the figures as a table for a terminal."""
    import pandas as pd

    rows = [
        {
            "figure": record["figure"],
            "value": record["value"],
            "mark": record["mark"],
            "verified": "yes" if record["verified"] else "no",
            "date": record["date"],
            "source": _cut(record["source"]),
            "note": _cut(record["note"]),
        }
        for record in records
    ]
    return table_text(pd.DataFrame(rows))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 2] + " …"


def _unknown(name: str, books: list[Catalogue]) -> str:
    """Return the message of a name that means nothing, with the nearest one."""
    from allocator.issues import nearest_name

    known = {book.name for book in books} | {FACTS}
    for book in books:
        known |= {
            str(item["id"]) for items in _sections(book).values() for item in items
        }
        known |= {fact.id for fact in book.facts}
    nearest = nearest_name(name, sorted(known))
    hint = f"; did you mean {nearest!r}?" if nearest else ""
    return f"the catalogue has nothing called {name!r}{hint}"
