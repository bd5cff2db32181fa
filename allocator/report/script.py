"""What the page brings along: style, script, the script's data, and its policy."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from allocator.report.words import messages

if TYPE_CHECKING:
    from allocator.report.words import Words

SCRIPTS = ("page.js", "map.js", "draw.js", "panel.js")
"""In the order in which they need one another."""
SPOKEN = "js."
"""Messages that begin so are the script's."""


def policy() -> str:
    """Return a policy under which the page loads nothing and runs its own script only.

    Browsers keep to it whatever the page's texts hold.
    """
    digest = hashlib.sha256(read_script().encode()).digest()
    own = base64.b64encode(digest).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{own}'; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def read_script() -> str:
    """Return the page's script: its parts in one scope of their own."""
    folder = resources.files("allocator.report").joinpath("data", "script")
    parts = [folder.joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "\n".join(['"use strict";\n(async () => {', *parts, "})();\n"])


@cache
def read_style() -> str:
    """Return the page's style sheet."""
    folder = resources.files("allocator.report")
    return folder.joinpath("data", "style.css").read_text(encoding="utf-8")


def embed(words: Words, drawn: dict[str, Any] | None, later: list[str]) -> str:
    """Return the script's data, packed, and the script.

    Parameters
    ----------
    drawn
        What the map is drawn from; None without a plan.
    later
        HTML that the script brings in when it is opened.
    """
    spoken = {
        key: text
        for key, text in messages(words.language).items()
        if key.startswith(SPOKEN)
    }
    content = {"language": words.language, "text": spoken, "map": drawn}
    return (
        f"{_packed('page-data', content)}{_packed('page-later', later)}"
        f"<script>{read_script()}</script>"
    )


def _packed(id_: str, content: Any) -> str:
    """Return plain values as an element that only the script reads."""
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    packed = base64.b64encode(gzip.compress(plain.encode(), 6, mtime=0)).decode()
    return f'<script type="text/plain" id="{id_}">{packed}</script>\n'
