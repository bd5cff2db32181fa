"""What the page brings along: style, script, the script's data, and its policy."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from allocator.report.words import messages

if TYPE_CHECKING:
    from allocator.report.words import Words

SCRIPTS = ("page.js", "map.js", "panel.js")
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
    return "\n".join(['"use strict";\n(() => {', *parts, "})();\n"])


@cache
def read_style() -> str:
    """Return the page's style sheet."""
    folder = resources.files("allocator.report")
    return folder.joinpath("data", "style.css").read_text(encoding="utf-8")


def embed(words: Words, drawn: dict[str, Any] | None) -> str:
    """Return the script's data and the script.

    Parameters
    ----------
    drawn
        What the map is drawn from; None without a plan.
    """
    spoken = {
        key: text
        for key, text in messages(words.language).items()
        if key.startswith(SPOKEN)
    }
    content = {"language": words.language, "text": spoken, "map": drawn}
    # no text of the scenario may end the element that holds it
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    plain = plain.replace("<", "\\u003c")
    return (
        f'<script type="application/json" id="page-data">{plain}</script>\n'
        f"<script>{read_script()}</script>"
    )
