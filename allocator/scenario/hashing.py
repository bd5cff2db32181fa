"""Hash what a scenario was made from, whether a file or in memory."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from allocator.scenario.nodes import as_plain
from allocator.scenario.scenario import SourceFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from allocator.scenario.nodes import Node


def source_of_file(path: Path, label: str) -> SourceFile:
    """Hash a file without holding it in memory."""
    with path.open("rb") as stream:
        return SourceFile(label, hashlib.file_digest(stream, "sha256").hexdigest())


def source_of_document(root: Node) -> SourceFile:
    """Hash a document given as a mapping."""
    text = json.dumps(as_plain(root), sort_keys=True, ensure_ascii=False)
    return SourceFile("<document>", hashlib.sha256(text.encode()).hexdigest())


def sources_of_frames(frames: Mapping[str, pd.DataFrame]) -> tuple[SourceFile, ...]:
    """Hash the headers and cells of DataFrames, whatever their index."""
    return tuple(
        SourceFile(f"<frame:{name}>", _hash_of_frame(frame))
        for name, frame in frames.items()
    )


def _hash_of_frame(frame: pd.DataFrame) -> str:
    digest = hashlib.sha256()
    for name, cells in frame.items():
        digest.update(f"{name}: {cells.tolist()!r}\n".encode())
    return digest.hexdigest()
