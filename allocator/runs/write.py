"""Writes a run folder in one step: a killed process leaves a whole run or none."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.errors import RunError
from allocator.runs.record import run_record
from allocator.runs.tables import run_tables, write_table

if TYPE_CHECKING:
    from allocator.result import Result
    from allocator.scenario import Scenario

PROBE_BYTES = 65536
STALE_AFTER_S = 24 * 3600
"""A temporary folder this old was left by a killed process."""


def default_folder(scenario: Scenario, parent: Path = Path("runs")) -> Path:
    """Return ``runs/<name>[-<variant>]-<UTC time>-<4 hex>``."""
    name = "-".join([scenario.name, *scenario.provenance.variants])
    safe = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "scenario"
    now = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    return parent / f"{safe[:80]}-{now}-{secrets.token_hex(2)}"


def check_writable(folder: Path) -> None:
    """Try the place before the long work: make a temporary folder and fill a file.

    Raises
    ------
    RunError
        If the run folder exists already or cannot be written there.
    """
    if os.path.lexists(folder):
        msg = f"{folder} exists already; --out names a folder that does not exist yet"
        raise RunError(msg)
    temporary = None
    try:
        temporary = _temporary_folder(folder)
        with (temporary / "probe").open("wb") as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _cannot_write(folder, error) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def write_run(result: Result, folder: Path, *, plan_name: str | None = None) -> Path:
    """Write a run folder as a whole.

    Parameters
    ----------
    result
        What to write; without a plan the tables have a header and no rows.
    folder
        The run folder itself; must not exist, its parents are made.
    plan_name
        Name of the plan that was given, for the record.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    RunError
        If the folder exists or cannot be written; nothing is left behind then.
    """
    folder = Path(folder)
    if os.path.lexists(folder):
        msg = f"{folder} exists already; a run is never written over"
        raise RunError(msg)
    temporary = None
    try:
        temporary = _temporary_folder(folder)
        _fill(temporary, result, plan_name)
        _sync(temporary)
        temporary.rename(folder)
        _sync_folder(folder.parent)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    finally:
        if temporary is not None and temporary.exists():
            shutil.rmtree(temporary, ignore_errors=True)
    return folder


def _fill(folder: Path, result: Result, plan_name: str | None) -> None:
    """Write every file of the run."""
    from allocator.runs.scenario_copy import write_scenario_copy

    for name, frame in run_tables(result).items():
        write_table(frame, folder / name)
    write_scenario_copy(result, folder / "scenario")
    record = run_record(result, plan_name=plan_name)
    text = json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")


def _temporary_folder(folder: Path) -> Path:
    """Make the folder that is filled and then renamed; beside its target."""
    parent = folder.absolute().parent
    parent.mkdir(parents=True, exist_ok=True)
    _remove_stale(parent)
    temporary = parent / f".{folder.name}.tmp-{secrets.token_hex(4)}"
    temporary.mkdir()
    return temporary


def _remove_stale(parent: Path) -> None:
    """Remove what killed processes left long ago."""
    for old in parent.glob(".*.tmp-????????"):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > STALE_AFTER_S:
                _remove(old)


def _remove(path: Path) -> None:
    """Remove a folder with all it holds, or a file."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Bring every file of the folder to the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk where the system can."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def _cannot_write(folder: Path, error: OSError) -> RunError:
    """Return the message for a full disk or an unwritable place."""
    reason = error.strerror or str(error)
    return RunError(
        f"cannot write the run {folder}: {reason}; name another place with --out DIR"
    )
