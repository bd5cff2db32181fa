"""Reads a report back with the standard library."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br"}


@dataclass
class Element:
    """A tag with its attributes, its children and the text inside."""

    tag: str
    attrs: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str) -> list[Element]:
        """Return all elements of a tag below this one, in order."""
        found = []
        for child in self.children:
            found += [child] if child.tag == tag else []
            found += child.all(tag)
        return found

    def whole_text(self) -> str:
        """Return all text at or below the element."""
        return self.text + "".join(child.whole_text() for child in self.children)

    def values(self) -> list[float]:
        """Return the exact figures below the element."""
        return [float(data.attrs["value"]) for data in self.all("data")]


class PageReader(HTMLParser):
    """Builds the tree; every tag that opens must close."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs})
        self.open[-1].children.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].text += data


class Page:
    """A report as a tree with its marked elements."""

    def __init__(self, text: str) -> None:
        reader = PageReader()
        reader.feed(text)
        reader.close()
        assert len(reader.open) == 1
        self.root = reader.open[0]
        self._elements = list(_walk(self.root))

    def with_id(self, id_: str) -> Element | None:
        """Return the element with an id."""
        return next((e for e in self._elements if e.attrs.get("id") == id_), None)

    def with_attr(self, name: str) -> list[Element]:
        """Return the elements that have an attribute."""
        return [e for e in self._elements if name in e.attrs]

    def rows(self, table_id: str) -> list[Element]:
        """Return the rows of a table below its head."""
        table = self.with_id(table_id)
        assert table is not None
        return table.all("tr")[1:]


def _walk(element: Element) -> list[Element]:
    return [element, *(e for child in element.children for e in _walk(child))]
