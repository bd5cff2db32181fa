from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.scenario.folder import Folder, little_folder
from tests.scenario.sound import Sound

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """The little scenario on disk."""
    return little_folder(tmp_path / "little")


@pytest.fixture
def sound() -> Sound:
    return Sound()
