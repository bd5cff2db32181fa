"""Run folders: written whole or not at all, read back, compared."""

from __future__ import annotations

from allocator.runs.comparison import Comparison, compare
from allocator.runs.plan_file import read_plan
from allocator.runs.read import Run, read_run
from allocator.runs.record import run_record
from allocator.runs.store import RunStore
from allocator.runs.write import check_writable, default_folder, write_run

__all__ = [
    "Comparison",
    "Run",
    "RunStore",
    "check_writable",
    "compare",
    "default_folder",
    "read_plan",
    "read_run",
    "run_record",
    "write_run",
]
