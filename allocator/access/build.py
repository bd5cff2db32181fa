"""From a scenario to its walking times, streamed in blocks or stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.access.access import Access, Block, Reach
from allocator.access.ground import ground_of
from allocator.access.matrix import ListedPairs, listed_pairs
from allocator.access.network.cache import cached_times
from allocator.access.straight import LineFinder
from allocator.scenario.schema import AccessMode
from allocator.units import MINUTES_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from allocator.scenario.scenario import Scenario

MAX_PAIRS = 2_000_000
"""Pairs of one block."""


def profile_limits(scenario: Scenario) -> dict[str, float]:
    """Return the longest walking limit in min of every profile in use.

    A profile is in use when a demand row walks by it, a group that a need names, or a
    group for which a standard counts who is within a limit.
    """
    limits: dict[str, float] = {}
    demand = scenario.demand
    size = len(scenario.groups) + 1
    keys = np.unique(demand.need * size + demand.group + 1).tolist()
    pairs = {(key // size, key % size - 1) for key in keys}
    for position, need in enumerate(scenario.needs):
        pairs |= {(position, scenario.group2position[g]) for g in need.groups}
    for position, group in sorted(pairs):
        need = scenario.needs[position]
        longest = max(
            (limit for _, limit in scenario.accepted_offers(need)), default=0.0
        )
        profile = scenario.profile_of(
            need, scenario.groups[group] if group >= 0 else None
        )
        limits[profile] = max(limits.get(profile, 0.0), longest)
    for standard in scenario.spec.standards:
        for item in scenario.groups if standard.max_walk_min is not None else ():
            if not standard.groups or item.id in standard.groups:
                profile = item.profile or scenario.default_profile
                known = limits.get(profile, 0.0)
                limits[profile] = max(known, standard.max_walk_min or 0.0)
    return limits


def iter_blocks(
    scenario: Scenario, profile: str, limit_min: float, *, max_pairs: int = MAX_PAIRS
) -> Iterator[Block]:
    """Yield the zones within `limit_min` of every site, in order of the sites.

    Parameters
    ----------
    profile
        Name of a walking profile.
    limit_min
        Longest walking time, inclusive with a slack of 1e-9 min.
    max_pairs
        About how many (site, zone) pairs a block holds; a site is never split.
    """
    listed = listed_pairs(scenario, profile)
    match scenario.spec.access.mode:
        case AccessMode.STRAIGHT:
            blocks = _straight_blocks(scenario, profile, limit_min, max_pairs)
        case AccessMode.MATRIX:
            blocks = _empty_blocks(scenario, listed, max_pairs)
        case AccessMode.NETWORK:
            blocks = _network_blocks(scenario, profile, limit_min, max_pairs)
    zones = len(scenario.tables.zones)
    for first, end, key, walk_min in blocks:
        own = listed.of_sites(first * zones, end * zones)
        key, walk_min = _override(key, walk_min, own, first * zones)
        near = walk_min <= limit_min + MINUTES_TOLERANCE
        yield _block(first, end, zones, key[near], walk_min[near])


def build_access(scenario: Scenario) -> Access:
    """Return the walking times of every profile in use, stored."""
    return Access(
        {
            profile: _stored(scenario, profile, limit_min)
            for profile, limit_min in profile_limits(scenario).items()
        }
    )


_Pairs = tuple[int, int, "npt.NDArray[np.int64]", "npt.NDArray[np.float64]"]


def _straight_blocks(
    scenario: Scenario, profile: str, limit_min: float, max_pairs: int
) -> Iterator[_Pairs]:
    """Yield straight lines × detour ÷ speed."""
    section = scenario.spec.access
    speed = section.profiles[profile].speed_m_per_min
    finder = LineFinder(
        ground_of(scenario.spec.crs),
        scenario.site_xy,
        scenario.tables.zones[["x", "y"]].to_numpy(np.float64),
        (limit_min + MINUTES_TOLERANCE) * speed / section.detour,
    )
    for first, end, key, line_m in finder.blocks(max_pairs):
        yield first, end, key, line_m * section.detour / speed


def _network_blocks(
    scenario: Scenario, profile: str, limit_min: float, max_pairs: int
) -> Iterator[_Pairs]:
    """Yield walks along streets, of which all are found first."""
    start, zone, walk_min = cached_times(scenario, profile, limit_min)
    zones = len(scenario.tables.zones)
    for first, end in _ranges(start, max_pairs):
        part = slice(start[first], start[end])
        own = np.repeat(np.arange(end - first), np.diff(start[first : end + 1]))
        yield first, end, own * zones + zone[part], walk_min[part]


def _empty_blocks(
    scenario: Scenario, listed: ListedPairs, max_pairs: int
) -> Iterator[_Pairs]:
    """Yield ranges of sites without pairs; the listed pairs fill them."""
    zones, sites = len(scenario.tables.zones), len(scenario.site_ids)
    none = np.empty(0, np.int64), np.empty(0)
    start = np.searchsorted(listed.key, np.arange(sites + 1) * zones)
    for first, end in _ranges(start, max_pairs):
        yield first, end, *none


def _ranges(start: npt.NDArray[np.int64], max_pairs: int) -> Iterator[tuple[int, int]]:
    """Cut sites whose pairs begin at `start` into ranges of about `max_pairs`."""
    sites, first = len(start) - 1, 0
    while first < sites:
        end = int(np.searchsorted(start, start[first] + max_pairs, side="right")) - 1
        end = min(max(end, first + 1), sites)
        yield first, end
        first = end


def _override(
    key: npt.NDArray[np.int64],
    walk_min: npt.NDArray[np.float64],
    listed: ListedPairs,
    first_key: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Let listed pairs replace computed ones; keys ascend before and after."""
    if len(listed.key) == 0:
        return key, walk_min
    own = listed.key - first_key
    free = ~np.isin(key, own)
    keys = np.concatenate([key[free], own])
    order = np.argsort(keys, kind="stable")
    return keys[order], np.concatenate([walk_min[free], listed.walk_min])[order]


def _block(
    first: int,
    end: int,
    zones: int,
    key: npt.NDArray[np.int64],
    walk_min: npt.NDArray[np.float64],
) -> Block:
    """Return ascending keys as a block."""
    start = np.searchsorted(key, np.arange(end - first + 1) * zones)
    zone = (key % max(zones, 1)).astype(np.int32)
    return Block(first, start.astype(np.int64), zone, walk_min)


def _stored(scenario: Scenario, profile: str, limit_min: float) -> Reach:
    """Gather all blocks of one profile, read-only."""
    start, zone, walk_min = [np.zeros(1, np.int64)], [], []
    for block in iter_blocks(scenario, profile, limit_min):
        start.append(start[-1][-1] + block.start[1:])
        zone.append(block.zone)
        walk_min.append(block.walk_min)
    arrays = (
        np.concatenate(start),
        np.concatenate([np.empty(0, np.int32), *zone]),
        np.concatenate([np.empty(0), *walk_min]),
    )
    for array in arrays:
        array.setflags(write=False)
    return Reach(profile, limit_min, *arrays)
