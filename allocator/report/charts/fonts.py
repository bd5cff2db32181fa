"""Finds a font with Chinese characters on the machine."""

from __future__ import annotations

import re
from typing import Any

FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Hiragino Sans GB",
    "Heiti SC",
    "Noto Sans CJK JP",
    "Droid Sans Fallback",
    "SimSun",
)
"""Families with simplified Chinese, the best first."""
_FILES = re.compile(
    r"(notosans(cjk|sc)|sourcehansans|msyh|pingfang|wqy|simhei|hiragino|heiti"
    r"|droidsansfallback|simsun)[^/\\]*\.(ttc|ttf|otf)$",
    re.IGNORECASE,
)
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
LATIN = "DejaVu Sans"
"""Comes with matplotlib."""
ADVICE = (
    "no font with Chinese characters was found, so they are drawn as boxes; install "
    "one, such as Debian's package fonts-noto-cjk"
)


def chinese_family(manager: Any, system_files: list[str]) -> str | None:
    """Return the best family that is installed; None when there is none.

    Parameters
    ----------
    manager
        matplotlib's `fontManager`; what its cache does not know is added.
    system_files
        Paths of all fonts of the machine.
    """
    known = _best(manager)
    if known is not None:
        return known
    for path in sorted(system_files):
        if _FILES.search(path):
            manager.addfont(path)
    return _best(manager)


def _best(manager: Any) -> str | None:
    names = {font.name for font in manager.ttflist}
    return next((family for family in FAMILIES if family in names), None)


def is_chinese(text: str) -> bool:
    """Tell whether a text has characters that a Latin font lacks."""
    return _CHINESE.search(text) is not None
