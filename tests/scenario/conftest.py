from __future__ import annotations

import pytest

from tests.scenario.sound import Sound


@pytest.fixture
def sound() -> Sound:
    return Sound()
