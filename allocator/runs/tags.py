"""Tags of a run: empty files in its folder, so that they move with it."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING

from allocator.errors import OptionsInvalid

if TYPE_CHECKING:
    from pathlib import Path

TAGS = "tags"
"""The folder within a run."""
_TAG = re.compile(r"[^\W_][\w.+-]{0,59}")


def tags_of(folder: Path) -> tuple[str, ...]:
    """Return the tags of a run."""
    try:
        names = sorted(item.name for item in os.scandir(folder / TAGS))
    except OSError:
        return ()
    return tuple(name for name in names if _TAG.fullmatch(name))


def checked_tag(tag: str) -> str:
    """Return a tag that is a file name everywhere.

    Raises
    ------
    OptionsInvalid
        If it is not.
    """
    word = unicodedata.normalize("NFC", tag.strip())
    if not _TAG.fullmatch(word):
        msg = (
            f"{tag!r} is no tag: up to 60 letters, digits and _ . + -, "
            "a letter or digit first"
        )
        raise OptionsInvalid(msg)
    return word
