"""The command ``allocator``; thin: every step is a function of the library."""

from __future__ import annotations

import time

STARTED_AT = time.monotonic()
"""When the command began; time limits count from here."""

from allocator.cli.app import cli, main  # noqa: E402

__all__ = ["STARTED_AT", "cli", "main"]
