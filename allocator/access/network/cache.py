"""Walks along streets, kept in the scenario's folder under a hash of their inputs.

The folder `.allocator-cache` beside ``scenario.yaml`` may be deleted at any time. It is
made only for scenarios read from a folder; where it cannot be written, nothing is kept.
The environment variable ``ALLOCATOR_CACHE=off`` keeps it from being used.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import zipfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allocator.access.network.network import build_network, walking_times

if TYPE_CHECKING:
    from allocator.access.network.network import Floats, Found, Network
    from allocator.scenario.scenario import Scenario

FOLDER = ".allocator-cache"
VERSION = b"1"
"""Changes whenever the same inputs would give other times."""
MOST_FILES = 32
"""Files kept; the oldest go first."""
NAMES = ("start", "zone", "walk_min")


def cached_times(scenario: Scenario, profile: str, limit_min: float) -> Found:
    """Return start, zone and minutes by site, from the cache if they are there."""
    folder = _folder(scenario)
    key = times_key(scenario, profile, limit_min)
    path = None if folder is None else folder / f"walks-{key}.npz"
    if path is not None and path.is_file():
        with suppress(OSError, ValueError, KeyError, zipfile.BadZipFile):
            with np.load(path) as stored:
                start, zone, walk_min = (stored[name] for name in NAMES)
            return start, zone, walk_min
    network = _network(_Held(scenario, network_key(scenario)))
    found = walking_times(network, scenario.spec.access.profiles[profile], limit_min)
    if path is not None:
        _keep(path, found)
    return found


class _Held:
    """A scenario that equals another with the same network."""

    def __init__(self, scenario: Scenario, key: str) -> None:
        self.scenario, self.key = scenario, key

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.key == other.key


@lru_cache(maxsize=1)
def _network(held: _Held) -> Network:
    """Build the network once for all profiles."""
    return build_network(held.scenario)


def network_of(scenario: Scenario) -> Network:
    """Return the network of a scenario, the last one built if it is the same."""
    return _network(_Held(scenario, network_key(scenario)))


def network_key(scenario: Scenario) -> str:
    """Hash everything that the graph and its connections depend on."""
    digest = hashlib.sha256(VERSION)
    lines, section = scenario.tables.streets, scenario.spec.access.streets
    settings = "" if section is None else section.model_dump_json(exclude={"file"})
    digest.update(f"{scenario.spec.crs} {settings}".encode())
    if lines is not None:
        digest.update("\n".join(lines.classes).encode())
        _add(digest, lines.xy, lines.grade_percent, lines.crossing_delay_min)
        for whole in (lines.start, lines.class_position, lines.layer):
            digest.update(np.ascontiguousarray(whole, np.int64).tobytes())
    _add(digest, scenario.tables.zones[["x", "y"]].to_numpy(np.float64))
    _add(digest, scenario.site_xy)
    return digest.hexdigest()


def times_key(scenario: Scenario, profile: str, limit_min: float) -> str:
    """Hash everything that the walks of a profile depend on."""
    chosen = scenario.spec.access.profiles[profile]
    text = f"{network_key(scenario)} {chosen.model_dump_json()} {limit_min!r}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _add(digest: hashlib._Hash, *arrays: Floats) -> None:
    for array in arrays:
        digest.update(f"{array.shape}".encode())
        digest.update(np.ascontiguousarray(array, np.float64).tobytes())


def _folder(scenario: Scenario) -> Path | None:
    """Return where walks are kept; None for a scenario that has no folder."""
    sources = scenario.provenance.sources
    in_memory = not sources or any(s.path == "<document>" for s in sources)
    home = scenario.provenance.folder
    if home is None or in_memory or os.environ.get("ALLOCATOR_CACHE") == "off":
        return None
    return Path(home) / FOLDER


def _keep(path: Path, found: Found) -> None:
    """Write a file as a whole and drop the oldest; a full disk is no reason to stop."""
    temporary = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        try:
            with temporary.open("wb") as file:
                start, zone, walk_min = found
                np.savez(file, start=start, zone=zone, walk_min=walk_min)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        files = sorted(path.parent.glob("walks-*.npz"), key=lambda f: f.stat().st_mtime)
        for old in files[:-MOST_FILES]:
            old.unlink(missing_ok=True)
