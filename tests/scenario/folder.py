"""A small scenario folder on disk, in which a test changes what it is about."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocator.scenario import check_scenario, read_scenario

if TYPE_CHECKING:
    from pathlib import Path

    from allocator.issues import Issue
    from allocator.scenario import Scenario

HEAD = """\
format: allocator/1
name: little
groups: [{id: all}]
access: {profiles: {walk: {speed_m_per_min: 75}}}
services:
  - {id: canteen, sharing: hall, m2_per_place: 2,
     sessions: [{id: lunch, hours: "11:00-13:00"}]}
needs:
  - {id: meal, groups: {all: 0.5}, visits_per_person_week: 2,
     accepts: [{service: canteen, max_walk_min: 10}]}
"""
LINE = 11
"""First line after the head."""
TABLES = """\
tables:
  zones: zones.csv
  population: population.csv
  buildings: buildings.csv
"""
CSV = {
    "zones": "zone_id,x,y\nZ1,0,0\nZ2,100,0\n",
    "population": "zone_id,group_id,persons\nZ1,all,10\nZ2,all,20\n",
    "buildings": "building_id,x,y,gross_area_m2\nB1,50,0,100\n",
}


@dataclass
class Folder:
    """Files of one scenario; `write` changes them."""

    path: Path

    def write(self, name: str, content: str | bytes) -> Path:
        """Write one file below the folder."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        target.write_bytes(data)
        return target

    def yaml(self, text: str = "", tables: str = TABLES, head: str = HEAD) -> None:
        """Write scenario.yaml: the usual head, some text, the usual tables."""
        self.write("scenario.yaml", head + textwrap.dedent(text) + tables)

    def issues(self, **keys: Any) -> tuple[Issue, ...]:
        """Return everything that is found."""
        return check_scenario(self.path, **keys)

    def errors(self, **keys: Any) -> list[str]:
        """Return code and place of every error."""
        return [
            f"{issue.code}: {issue.place}"
            for issue in self.issues(**keys)
            if issue.severity == "error"
        ]

    def only(self, code: str, **keys: Any) -> Issue:
        """Return the one issue of a code."""
        found = [issue for issue in self.issues(**keys) if issue.code == code]
        assert len(found) == 1, [str(issue) for issue in self.issues(**keys)]
        return found[0]

    def read(self, **keys: Any) -> Scenario:
        """Read the folder."""
        return read_scenario(self.path, **keys)


def little_folder(path: Path) -> Folder:
    """Write the little scenario: two zones, 30 residents, one building of 70 m²."""
    folder = Folder(path)
    folder.yaml()
    for name, text in CSV.items():
        folder.write(f"{name}.csv", text)
    return folder
