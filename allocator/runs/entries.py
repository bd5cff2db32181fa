"""What a run store knows of a run without opening its tables; filters and order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocator.errors import OptionsInvalid
from allocator.issues import nearest_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

FACTS = (
    "scenario",
    "variant",
    "status",
    "stop_reason",
    "objective",
    "bound",
    "gap",
    "engine",
    "seed",
    "steps",
    "seconds",
    "plan_given",
    "rules_broken",
    "written_at",
    "hash",
)
"""Facts of every run; its measures follow by their names."""
_CONDITION = re.compile(r"^\s*(\w+)\s*(<=|>=|!=|==|=|<|>|~)\s*(.*?)\s*$", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """A run of a store; `problem` is "" when the run can be read."""

    folder: Path
    facts: Mapping[str, Any]
    tags: tuple[str, ...]
    problem: str = ""

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.folder.name

    def value(self, key: str) -> Any:
        """Return a fact, a measure, ``run``, ``tag`` or ``problem``."""
        own = {"run": self.name, "tag": list(self.tags), "problem": self.problem}
        return own[key] if key in own else self.facts.get(key)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for machines."""
        return {
            "run": self.name,
            **self.facts,
            "tags": list(self.tags),
            "problem": self.problem,
        }


def facts_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a `run.json`."""
    own = {
        "scenario": record["scenario"]["name"],
        "hash": record["scenario"]["hash"],
        "variant": list(record["variant"]),
        "seconds": sum(record["times_s"].values()),
        "rules_broken": len(record["violations"]),
    }
    facts = {key: own.get(key, record.get(key)) for key in FACTS}
    return facts | dict(record["measures"])


def selected(entries: Sequence[Entry], where: Iterable[str]) -> list[Entry]:
    """Return the entries that meet every condition.

    Parameters
    ----------
    where
        Conditions ``key OP value`` with = != < <= > >= or ~ (contains): a fact, a
        measure, ``run`` or ``tag``, such as ``coverage>=70%`` or ``tag=draft``. Of a
        list (tag, variant) = asks for one of its items. Nothing after = asks for what
        is absent.

    Raises
    ------
    OptionsInvalid
        If a condition cannot be read or names what no run has.
    """
    tests = [_condition(text, entries) for text in where]
    return [entry for entry in entries if all(test(entry) for test in tests)]


def ordered(entries: Sequence[Entry], sort: str) -> list[Entry]:
    """Return the entries by one key, ``-key`` from large to small; absent last.

    Raises
    ------
    OptionsInvalid
        If no run has the key.
    """
    key = sort.removeprefix("-")
    _check_key(key, entries)
    held = [entry for entry in entries if entry.value(key) is not None]
    absent = [entry for entry in entries if entry.value(key) is None]
    texts = any(not _is_number(entry.value(key)) for entry in held)

    def rank(entry: Entry) -> Any:
        value = entry.value(key)
        return str(value) if texts else value

    return sorted(held, key=rank, reverse=sort.startswith("-")) + absent


def _condition(text: str, entries: Sequence[Entry]) -> Callable[[Entry], bool]:
    """Read one condition."""
    match = _CONDITION.match(text)
    if match is None:
        msg = f"{text!r} is no condition; write one such as coverage>=0.7 or tag=draft"
        raise OptionsInvalid(msg)
    key, sign, wanted = match.groups()
    _check_key(key, entries)
    return lambda entry: _meets(entry.value(key), sign, wanted)


def _check_key(key: str, entries: Sequence[Entry]) -> None:
    known = {"run", "tag", "problem", *FACTS}
    known |= {name for entry in entries for name in entry.facts}
    if key not in known:
        near = nearest_name(key, sorted(known))
        hint = f"; did you mean {near}?" if near else ""
        msg = f"no run has {key!r}{hint} (see `allocator runs show RUN`)"
        raise OptionsInvalid(msg)


def _meets(value: Any, sign: str, wanted: str) -> bool:
    """Compare a value with the text of a condition."""
    if isinstance(value, list):
        found = (
            any(wanted.lower() in str(item).lower() for item in value)
            if sign == "~"
            else wanted in value or (not wanted and not value)
        )
        return not found if sign == "!=" else found
    if value is None or value == "":
        return (sign in ("=", "==") and not wanted) or (sign == "!=" and bool(wanted))
    if sign == "~":
        return wanted.lower() in str(value).lower()
    pair = _comparable(value, wanted)
    if pair is None:
        return sign == "!="
    own, other = pair
    return bool(_SIGNS[sign](own, other))


_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _comparable(value: Any, wanted: str) -> tuple[Any, Any] | None:
    """Bring both to numbers or both to text; None when the text is no number."""
    if not _is_number(value):
        return str(value), wanted
    percent = wanted.endswith("%")
    try:
        number = float(wanted.rstrip("%").replace(",", ""))
    except ValueError:
        return None
    return value, number / 100 if percent else number


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
