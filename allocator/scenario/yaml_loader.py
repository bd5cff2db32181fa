"""Read a YAML file strictly: every value with its line, nothing guessed.

Plain scalars follow YAML 1.2: ``14:00``, ``NO``, ``010`` and dates are text. Anchors,
aliases, tags, merge keys and duplicate keys are refused, each with its line.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from allocator.issues import IssueCollector, Place
from allocator.scenario.nodes import Node

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from allocator.scenario.nodes import Scalar

MAX_YAML_BYTES = 16 * 1024**2
"""Largest YAML file that is read."""
MAX_DEPTH = 50
"""Deepest nesting that is read."""
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def plain_value(text: str) -> Scalar:
    """Return the value of an unquoted scalar by the rules of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text) and len(text) < 300:
        return int(text)
    if _NUMBER.fullmatch(text) and text[-1].isdigit() | text[-2:-1].isdigit():
        return _finite(text)
    return text


def _finite(text: str) -> float | str:
    """Return the number; text where it is none or beyond what a float holds."""
    try:
        number = float(text)
    except ValueError:
        return text
    return text if number in (float("inf"), float("-inf")) else number


def load_yaml(path: Path, label: str, collector: IssueCollector) -> Node | None:
    """Read the mapping in a YAML file.

    Parameters
    ----------
    path
        The file.
    label
        How messages call it: its path from the scenario's folder.
    collector
        Takes every problem.

    Returns
    -------
    The mapping with the place of every value, or None if there is none to go on with.
    """
    text = read_text(path, label, collector)
    return None if text is None else parse_yaml(text, label, collector)


def read_text(path: Path, label: str, collector: IssueCollector) -> str | None:
    """Read a UTF-8 text file; report what keeps it from being one."""
    place = Place(label)
    if path.is_dir() or not path.exists():
        found = "is a folder" if path.is_dir() else "does not exist"
        collector.error("missing-file", place, f"the file {found}", expected="a file")
        return None
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_YAML_BYTES and path.is_file() else None
    except OSError as error:
        reason = error.strerror or "the file cannot be read"
        collector.error("unreadable-file", place, f"the file cannot be read: {reason}")
        return None
    if data is None:
        limit = f"a file of at most {MAX_YAML_BYTES // 1024**2} MB"
        collector.error("huge-file", place, "the file is too large", expected=limit)
        return None
    return decoded(data, place, collector)


def decoded(data: bytes, place: Place, collector: IssueCollector) -> str | None:
    """Decode UTF-8, with or without a byte order mark."""
    if b"\0" in data and not data.startswith(
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    ):
        collector.error("binary-file", place, "the file is binary", expected="text")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        collector.error(
            "not-utf8",
            Place(place.file, line=line),
            f"the file is not UTF-8 (byte {data[error.start]:#04x})",
            expected="a YAML file saved as UTF-8",
        )
        return None


def _advice(text: str, mark: yaml.Mark | None, problem: str) -> str | None:
    """Say what was meant instead of the two slips that happen most."""
    lines = text.splitlines()
    if mark is not None and mark.line < len(lines):
        before = lines[mark.line][: mark.column + 1]
        if "\t" in before and not before.strip():
            return "spaces: a line is not indented by tabs"
    if "mapping values are not allowed" in problem:
        return "quotes round a text that holds a colon followed by a space"
    return None


def parse_yaml(text: str, label: str, collector: IssueCollector) -> Node | None:
    """Read the mapping in YAML text; see `load_yaml`."""
    reader = _Reader(label, collector)
    try:
        node = reader.document(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = ", ".join(p for p in (error.context, error.problem) if p)
        collector.error(
            "yaml-syntax",
            _marked(label, mark),
            f"not YAML: {what}",
            expected=_advice(text, mark, what),
        )
        return None
    except yaml.YAMLError as error:
        collector.error("yaml-syntax", Place(label), f"not YAML: {error}")
        return None
    except _TooDeepError as error:
        deep = f"values are nested more than {MAX_DEPTH} deep"
        collector.error("yaml-syntax", _marked(label, error.mark), deep)
        return None
    if node is None or node.value is None:
        collector.error("empty-file", Place(label), "the file holds nothing")
        return None
    if not isinstance(node.value, dict):
        collector.error(
            "wrong-type",
            node.place,
            "the file does not hold a mapping",
            expected="keys and values, 'format: allocator/1' first",
        )
        return None
    return node


def _marked(label: str, mark: Any) -> Place:
    if mark is None:
        return Place(label)
    return Place(label, line=mark.line + 1, column=str(mark.column + 1))


class _TooDeepError(Exception):
    """The document is nested too deeply."""

    def __init__(self, mark: Any) -> None:
        self.mark = mark


@dataclass
class _Reader:
    """Builds the tree from the parser's events."""

    label: str
    collector: IssueCollector
    events: Iterator[Any] = field(default_factory=lambda: iter(()))

    def document(self, text: str) -> Node | None:
        """Return the first document; a second one is an error."""
        self.events = yaml.parse(text, Loader=yaml.CSafeLoader)
        root = None
        for event in self.events:
            if not isinstance(event, yaml.DocumentStartEvent):
                continue
            if root is not None:
                self._refuse(event, "a second document ('---')")
                return root
            root = self._node(next(self.events), 0) or Node(None)
        return root

    def _node(self, event: Any, depth: int) -> Node | None:
        """Build the value that starts with `event`; None for a refused alias."""
        if depth > MAX_DEPTH:
            raise _TooDeepError(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, f"the alias *{event.anchor}")
            return None
        if event.anchor is not None:
            self._refuse(event, f"the anchor &{event.anchor}")
        if event.tag not in (None, "!"):
            self._refuse(event, f"the tag {event.tag}")
        place = Place(self.label, line=event.start_mark.line + 1)
        if isinstance(event, yaml.MappingStartEvent):
            return Node(self._entries(depth), place)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(self._elements(depth), place)
        plain = not event.style
        value = plain_value(event.value) if plain else event.value
        return Node(value, place, event.value)

    def _elements(self, depth: int) -> list[Node]:
        elements = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            node = self._node(event, depth + 1)
            if node is not None:
                elements.append(node)
        return elements

    def _entries(self, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self.events), depth + 1)
            if key is None or value is None:
                continue
            self._add(entries, key, value)
        return entries

    def _add(self, entries: dict[str, Node], key: Node, value: Node) -> None:
        """Add an entry; its place is the line of its key."""
        if not key.is_scalar or key.text is None:
            self.collector.error(
                "wrong-type", key.place, "a key is not text", expected="a word"
            )
            return
        if key.text == "<<":
            self.collector.error(
                "yaml-feature", key.place, "the merge key '<<' is not read"
            )
            return
        if key.text in entries:
            first = entries[key.text].place.line
            self.collector.error(
                "duplicate-key",
                key.place,
                f"the key {key.text!r} stands twice, first in line {first}",
                expected="each key once",
            )
            return
        entries[key.text] = Node(value.value, key.place, value.text)

    def _refuse(self, event: Any, what: str) -> None:
        self.collector.error(
            "yaml-feature",
            Place(self.label, line=event.start_mark.line + 1),
            f"{what} is not read; write the value out",
        )
