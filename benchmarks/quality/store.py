"""The results file: one JSON line per run, appended as it ends."""

from __future__ import annotations

import hashlib
import json
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.quality.case import Case

PROTOCOL = 1
"""Raised when what a run measures, or on which city, changes."""
DEFAULT_RESULTS = Path("build/benchmarks/quality.jsonl")
ROOT = Path(__file__).parents[2]
KEY = (
    "protocol",
    "subject",
    "variant",
    "money_share",
    "shape",
    "seed",
    "engine",
    "start",
    "time_limit_s",
    "max_steps",
    "workers",
)
"""What tells a run from another of the same code."""


def read_results(path: Path) -> list[dict[str, Any]]:
    """Return all records; a last line that was cut off is left out."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n") and line.strip()]


def append_result(path: Path, record: dict[str, Any]) -> None:
    """Add one line; a line cut off before is ended first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        size = file.seek(0, 2)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                _drop_last_line(file)
        file.write(json.dumps(record).encode() + b"\n")


def _drop_last_line(file: Any) -> None:
    file.seek(0)
    file.truncate(file.read().rfind(b"\n") + 1)


def key_of(record: dict[str, Any]) -> tuple[Any, ...]:
    """Return what tells the run from others, whatever the code."""
    return tuple(record[name] for name in KEY)


def is_done(case: Case, records: Iterable[dict[str, Any]], code: str | None) -> bool:
    """Tell whether the case was run by this code (None: any); errors do not count."""
    wanted = key_of(case.to_dict() | {"protocol": PROTOCOL})
    return any(
        key_of(record) == wanted and "error" not in record
        for record in records
        if code in (None, record["code"])
    )


def newest(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the last record of every run, without errors and other protocols."""
    last = {
        key_of(record): record
        for record in records
        if record["protocol"] == PROTOCOL and "error" not in record
    }
    return list(last.values())


@cache
def code_digest() -> str:
    """Return a short hash of the sources that decide what is found and how fast."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "allocator").rglob("*.py")):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def commit() -> str:
    """Return the commit in words, such as ``2bd59de-dirty``; "" outside of git."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
