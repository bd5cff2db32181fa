"""The faults of ``make faults`` still fit the code they are seeded into."""

from __future__ import annotations

from pathlib import Path

import pytest

import allocator
from tests.faults import FAULTS, Fault

PACKAGE = Path(allocator.__file__).parent


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_changes_exactly_one_place(fault: Fault) -> None:
    text = (PACKAGE / fault.file).read_text(encoding="utf-8")
    assert text.count(fault.right) == 1
    assert fault.right != fault.wrong


def test_there_are_at_least_ten() -> None:
    assert len(FAULTS) >= 10
