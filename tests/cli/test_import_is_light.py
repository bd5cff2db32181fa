"""`import allocator` and the command's help load nothing heavy."""

from __future__ import annotations

import subprocess
import sys
import time

HEAVY = (
    "numpy",
    "pandas",
    "scipy",
    "highspy",
    "ortools",
    "numba",
    "pyarrow",
    "pydantic",
    "matplotlib",
    "http.server",
    "xlsxwriter",
)


def heavy_modules_after(statement: str) -> str:
    code = (
        f"{statement}\nimport sys\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_import_loads_no_solver_no_tables_no_plotting() -> None:
    assert heavy_modules_after("import allocator") == ""


def test_the_check_above_can_fail() -> None:
    assert "pandas" in heavy_modules_after("import allocator; allocator.Plan")


def test_loading_the_command_group_loads_nothing_heavy() -> None:
    assert heavy_modules_after("import allocator.cli") == ""


def test_help_starts_in_less_than_a_second() -> None:
    command = [sys.executable, "-m", "allocator", "--help"]
    seconds = []
    for _ in range(3):  # the quickest of three: the machine may be busy
        begun = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds.append(time.monotonic() - begun)
    assert "solve" in done.stdout
    assert min(seconds) < 1.0


def test_public_functions_stay_functions_when_their_rooms_are_imported() -> None:
    code = (
        "import allocator.solve, allocator.evaluate, allocator as al\n"
        "print(callable(al.solve), callable(al.evaluate), al.solve.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True", "solve"]


def test_every_public_name_can_be_loaded() -> None:
    import allocator

    assert [name for name in allocator.__all__ if not hasattr(allocator, name)] == []
