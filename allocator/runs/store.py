"""A folder of runs: listed, filtered, tagged, deleted and compared.

Every run is a folder of its own and the folders are the truth. A tag is an empty file
in the run's folder ``tags``, made and removed in one step; a run is deleted by a
rename, which hides it at once. So several processes need no lock. The index
(``.index.json``) only saves reading every `run.json` again: an entry counts while the
file's inode, size and time are those it was read from.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.errors import RunError
from allocator.issues import nearest_name
from allocator.runs.comparison import Comparison, compare
from allocator.runs.entries import Entry, facts_of, ordered, selected
from allocator.runs.read import Run, read_run
from allocator.runs.record import RUN_FORMAT
from allocator.runs.tags import TAGS, checked_tag, tags_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

INDEX = ".index.json"
INDEX_FORMAT = "allocator-index/1"
TABLES = frozenset(
    ["assignments.csv", "spaces.csv", "served.parquet", "coverage.csv", "sites.csv"]
)
NEEDED = TABLES | {"run.json", "scenario"}
"""What a whole run has, whichever version wrote it."""
SHOWN = ("run", "status", "objective", "gap", "coverage", "written_at", "tags")
"""Columns shown in a notebook."""
SETTLED_S = 2.0
"""A `run.json` younger than this may still change within its time stamp."""


class RunStore:
    """The runs of one folder.

    Parameters
    ----------
    folder
        Holds run folders; other folders in it are left alone.

    Raises
    ------
    RunError
        If there is no such folder.
    """

    def __init__(self, folder: str | Path = "runs") -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            msg = f"there is no folder of runs {self.folder}"
            raise RunError(msg)

    def entries(
        self, where: Iterable[str] = (), sort: str = "-written_at"
    ) -> list[Entry]:
        """Return the runs that meet every condition, in order.

        Folders that look like runs and cannot be read have a `problem` and no facts.

        Parameters
        ----------
        where
            Conditions such as ``coverage>=0.7``, ``status=optimal``, ``tag=draft``.
        sort
            A fact or measure; ``-`` before it for large to small.

        Raises
        ------
        OptionsInvalid
            If a condition or key is unknown.
        """
        return ordered(selected(self._scan(), where), sort)

    def table(
        self, where: Iterable[str] = (), sort: str = "-written_at"
    ) -> pd.DataFrame:
        """Return the runs as a table: one row per run, facts and measures."""
        rows = [entry.to_dict() for entry in self.entries(where, sort)]
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        """Show the newest runs in a notebook."""
        from allocator import display

        table = self.table()
        shown = [name for name in SHOWN if name in table.columns]
        newest = display.rows(table[shown]) if len(table) else ""
        return display.card(str(self.folder), {"runs": str(len(table))}, newest)

    def entry(self, name: str) -> Entry:
        """Return one run by the name of its folder.

        Raises
        ------
        RunError
            If there is no such run.
        """
        own = self._entry(self._folder_of(name), {})
        assert own is not None
        return own

    def run(self, name: str) -> Run:
        """Read one run by the name of its folder."""
        return read_run(self._folder_of(name))

    def tag(self, name: str, *tags: str) -> tuple[str, ...]:
        """Add tags to a run and return all it has.

        Raises
        ------
        OptionsInvalid
            If a tag is not made of letters, digits and ``_ . + -``.
        RunError
            If there is no such run, or it cannot be written.
        """
        folder = self._folder_of(name)
        words = [checked_tag(tag) for tag in tags]
        try:
            (folder / TAGS).mkdir(exist_ok=True)
            for word in words:
                (folder / TAGS / word).touch()
        except OSError as error:
            msg = f"cannot tag {folder}: {error.strerror or error}"
            raise RunError(msg) from error
        return tags_of(folder)

    def untag(self, name: str, *tags: str) -> tuple[str, ...]:
        """Remove tags from a run and return those it still has."""
        folder = self._folder_of(name)
        try:
            for tag in tags:
                (folder / TAGS / checked_tag(tag)).unlink(missing_ok=True)
        except OSError as error:
            msg = f"cannot untag {folder}: {error.strerror or error}"
            raise RunError(msg) from error
        return tags_of(folder)

    def delete(self, name: str) -> None:
        """Delete a run; it is gone for everybody at once.

        Raises
        ------
        RunError
            If there is no such run, or it cannot be deleted.
        """
        folder = self._folder_of(name)
        hidden = folder.with_name(f".{folder.name}.tmp-{secrets.token_hex(4)}")
        try:
            if folder.is_symlink():
                folder.unlink()
                return
            folder.rename(hidden)
        except OSError as error:
            msg = f"cannot delete {folder}: {error.strerror or error}"
            raise RunError(msg) from error
        shutil.rmtree(hidden, ignore_errors=True)

    def compare(
        self, names: Sequence[str] = (), where: Iterable[str] = ()
    ) -> Comparison:
        """Compare runs by name, or those that meet the conditions, oldest first."""
        return compare([self._folder_of(name) for name in self.names(names, where)])

    def names(self, names: Sequence[str] = (), where: Iterable[str] = ()) -> list[str]:
        """Return the runs named, and those that meet the conditions, oldest first."""
        conditions = list(where)
        chosen = [self._folder_of(name).name for name in names]
        if conditions:
            found = self.entries(conditions, sort="written_at")
            chosen += [entry.name for entry in found if not entry.problem]
        return list(dict.fromkeys(chosen))

    def reindex(self) -> int:
        """Build the index from the folders alone; return how many runs it holds.

        Raises
        ------
        RunError
            If the index cannot be written.
        """
        with suppress(FileNotFoundError):
            try:
                (self.folder / INDEX).unlink()
            except PermissionError as error:
                msg = f"cannot write in {self.folder}: {error.strerror}"
                raise RunError(msg) from error
        return sum(not entry.problem for entry in self._scan())

    def _folder_of(self, name: str) -> Path:
        """Return the folder of a run, given its name or its path."""
        folder = self.folder / Path(name).name
        plain_name = Path(name).name == str(name).rstrip("/")
        if not plain_name and Path(name).resolve() != folder.resolve():
            msg = f"{name} is not in {self.folder}"
            raise RunError(msg)
        if folder.name.startswith(".") or not (folder / "run.json").is_file():
            names = [entry.name for entry in self._scan()]
            near = nearest_name(folder.name, names)
            hint = f"; did you mean {near}?" if near else ""
            msg = f"there is no run {folder.name!r} in {self.folder}{hint}"
            raise RunError(msg)
        return folder

    def _scan(self) -> list[Entry]:
        """Return all runs; read only what the index does not know, and keep it."""
        index = self._read_index()
        fresh: dict[str, Any] = {}
        entries = []
        for folder in _folders(self.folder):
            entry = self._entry(folder, index, fresh)
            if entry is not None:
                entries.append(entry)
        if fresh != index:
            self._write_index(fresh)
        return entries

    def _entry(
        self,
        folder: Path,
        index: Mapping[str, Any],
        fresh: dict[str, Any] | None = None,
    ) -> Entry | None:
        """Return what a folder holds; None when it is no run."""
        try:
            files = {item.name for item in os.scandir(folder)}
            stamp = _stamp(folder / "run.json") if "run.json" in files else None
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                return None  # deleted meanwhile
            return Entry(folder, {}, (), f"cannot be read: {error.strerror}")
        absent = sorted(NEEDED - files)
        if stamp is None and not files & TABLES:
            return None
        tags = tags_of(folder) if TAGS in files else ()
        if absent:
            return Entry(folder, {}, tags, f"incomplete: {', '.join(absent)} missing")
        assert stamp is not None
        known = index.get(folder.name)
        if isinstance(known, dict) and known.get("stamp") == stamp:
            facts = known["facts"]
        else:
            facts, problem = _read_facts(folder / "run.json")
            if problem:
                gone = not folder.exists()  # deleted meanwhile
                return None if gone else Entry(folder, {}, tags, problem)
        if fresh is not None and time.time_ns() - stamp[1] > SETTLED_S * 1e9:
            fresh[folder.name] = {"stamp": stamp, "facts": facts}
        return Entry(folder, facts, tags)

    def _read_index(self) -> dict[str, Any]:
        """Return the index; nothing when it is missing, damaged or of another kind."""
        try:
            index = json.loads((self.folder / INDEX).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(index, dict) or index.get("format") != INDEX_FORMAT:
            return {}
        runs = index.get("runs")
        if not isinstance(runs, dict):
            return {}
        return {name: kept for name, kept in runs.items() if _is_kept(kept)}

    def _write_index(self, runs: Mapping[str, Any]) -> None:
        """Replace the index whole; a folder that cannot be written does without."""
        temporary = self.folder / f"{INDEX}.tmp-{secrets.token_hex(4)}"
        text = json.dumps({"format": INDEX_FORMAT, "runs": runs}, ensure_ascii=False)
        with suppress(OSError):
            try:
                temporary.write_text(text, encoding="utf-8")
                os.replace(temporary, self.folder / INDEX)
            finally:
                temporary.unlink(missing_ok=True)


def _folders(folder: Path) -> Iterator[Path]:
    """Yield the folders that are not hidden, by name."""
    with os.scandir(folder) as items:
        names = [
            item.name
            for item in items
            if not item.name.startswith(".") and item.is_dir()
        ]
    for name in sorted(names):
        yield folder / name


def _stamp(path: Path) -> list[int]:
    """Return what changes with the file: inode, time, size."""
    found = path.stat()
    return [found.st_ino, found.st_mtime_ns, found.st_size]


def _is_kept(kept: Any) -> bool:
    """Tell whether an entry of the index has the form that is written."""
    return (
        isinstance(kept, dict)
        and isinstance(kept.get("stamp"), list)
        and isinstance(kept.get("facts"), dict)
    )


def _read_facts(path: Path) -> tuple[dict[str, Any], str]:
    """Return the facts of a `run.json`, or why there are none."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        found = record["format"]
        if found != RUN_FORMAT:
            return {}, f"has format {found!r}; this version reads {RUN_FORMAT!r}"
        return facts_of(record), ""
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return {}, f"run.json cannot be read: {type(error).__name__}: {error}"
