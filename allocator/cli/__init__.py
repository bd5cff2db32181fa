"""The command ``allocator``; thin: every step is a function of the library."""

from __future__ import annotations

from allocator.cli.app import cli, main

__all__ = ["cli", "main"]
