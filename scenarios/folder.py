"""Write a scenario folder: scenario.yaml and one CSV for each table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd


class _PlainDumper(yaml.SafeDumper):
    """Never writes anchors, which scenario files may not hold."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write_folder(
    document: Mapping[str, Any], frames: Mapping[str, pd.DataFrame], folder: Path
) -> None:
    """Write the scenario; an existing file of the same name is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    tables = {name: {"file": f"{name}.csv"} for name in frames}
    text = yaml.dump(
        {**document, "tables": tables},
        Dumper=_PlainDumper,
        sort_keys=False,
        allow_unicode=True,
    )
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
