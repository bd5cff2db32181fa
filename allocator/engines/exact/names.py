"""Names of rows and columns, as positions into ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.model import Keys

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.instance.instance import Instance

    Ints = npt.NDArray[np.int64]


class Namer:
    """Makes the keys of blocks; nothing is written out until somebody reads it."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def candidates(self, which: Ints) -> Keys:
        """Name candidates: space, service, session."""
        candidates = self._instance.candidates
        return self._at_offer(
            ("space", self._instance.index.spaces, candidates.space[which]),
            candidates.offer[which],
        )

    def supplies(self, which: Ints) -> Keys:
        """Name supplies: site, service, session."""
        supplies = self._instance.supplies
        return self._at_offer(
            ("site", self._instance.index.sites, supplies.site[which]),
            supplies.offer[which],
        )

    def arcs(self, which: Ints) -> Keys:
        """Name arcs: row, site, service, session."""
        arcs = self._instance.arcs
        there = self.supplies(arcs.supply[which].astype(np.int64))
        rows = range(len(self._instance.rows))
        return Keys(
            len(which), (("row", rows, arcs.row[which].astype(np.int64)), *there.parts)
        )

    def pairs(self, which: Ints, **more: Ints) -> Keys:
        """Name pairs: space, service; `more` words carry plain numbers."""
        pairs, index = self._instance.pairs, self._instance.index
        return Keys(
            len(which),
            (
                ("space", index.spaces, pairs.space[which]),
                ("service", index.services, pairs.service[which]),
                *_numbers(more),
            ),
        )

    def spaces(self, which: Ints, **more: Ints) -> Keys:
        """Name spaces."""
        part = ("space", self._instance.index.spaces, which)
        return Keys(len(which), (part, *_numbers(more)))

    def buildings(self, which: Ints, **more: Ints) -> Keys:
        """Name buildings."""
        part = ("building", self._instance.index.buildings, which)
        return Keys(len(which), (part, *_numbers(more)))

    def _at_offer(self, place: tuple[str, tuple[str, ...], Ints], offer: Ints) -> Keys:
        services, sessions = [
            [key[k] for key in self._instance.index.offers] for k in (0, 1)
        ]
        return Keys(
            len(offer),
            (place, ("service", services, offer), ("session", sessions, offer)),
        )


def numbered(count: int, **more: Ints) -> Keys:
    """Name positions by plain numbers."""
    return Keys(count, _numbers(more))


def _numbers(more: dict[str, Ints]) -> tuple[tuple[str, range, Ints], ...]:
    return tuple(
        (word, range(int(values.max(initial=0)) + 1), values)
        for word, values in more.items()
    )
