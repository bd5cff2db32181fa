"""Pages name only benchmark commands and flags that exist."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.__main__ import parser

ROOT = Path(__file__).parents[2]
FOLDERS = ("benchmarks", "docs", "scenarios")
COMMAND = re.compile(r"`python -m (benchmarks[\w.]*)([^`]*)`")


def commands() -> list[tuple[str, str]]:
    """Return module and arguments of every command in a page, without repetition."""
    pages = [page for name in FOLDERS for page in sorted((ROOT / name).rglob("*.md"))]
    found = [COMMAND.findall(page.read_text(encoding="utf-8")) for page in pages]
    return sorted({command for named in found for command in named})


def test_the_pages_name_all_three_commands() -> None:
    named = {arguments.split()[0] for module, arguments in commands() if arguments}
    assert {"quality", "qualify", "summary"} <= named


@pytest.mark.parametrize(("module", "arguments"), commands())
def test_a_command_of_a_page_exists(module: str, arguments: str) -> None:
    assert find_spec(module) is not None
    if module == "benchmarks":
        assert callable(parser().parse_args(shlex.split(arguments)).run)
