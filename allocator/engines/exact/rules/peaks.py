"""Peak places and areas, and what siting alternatives ask of them (rule `siting`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.exact.model import Terms

if TYPE_CHECKING:
    import numpy.typing as npt

    from allocator.engines.exact.model import LinearModel
    from allocator.engines.exact.variables import Variables

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]


def add_peak_places(model: LinearModel, variables: Variables) -> None:
    r""":math:`P_p \ge \sum_{k \ni t} n_k` in every slot."""
    ones = np.ones(len(variables.places))
    _add_peaks(model, variables, variables.peak_places, ones)


def add_joint_peaks(model: LinearModel, variables: Variables) -> None:
    r"""Peak places of sessions that run only by parts.

    :math:`P_p \ge \sum_k n_k - \bar n (\sum_k x_k - z_p)` over all sessions k of a
    pair: all but one of the running ones have at most :math:`\bar n` places. Whole
    numbers imply it; relaxed, sessions that share out the service's running time would
    share its equipment too.
    """
    layout = variables.layout
    wanted = layout.needs_peak_places & (layout.pair_size > 1)
    pair = np.flatnonzero(wanted)
    number = np.full(len(wanted), -1, np.int64)
    number[pair] = np.arange(len(pair))
    candidates = layout.instance.candidates
    members = np.flatnonzero(wanted[candidates.pair])
    most = np.zeros(len(wanted))
    np.maximum.at(most, candidates.pair, candidates.max_places)
    rows = number[candidates.pair[members]]
    model.add_rows(
        "peak",
        variables.namer.pairs(pair),
        [
            Terms(rows, variables.places[members], 1.0),
            Terms(rows, variables.runs[members], -most[candidates.pair[members]]),
            Terms(number[pair], variables.service_runs[pair], most[pair]),
            Terms(number[pair], variables.peak_places[pair], -1.0),
        ],
        upper=0.0,
    )


def add_peak_area(model: LinearModel, variables: Variables) -> None:
    r""":math:`a_p \ge \sum_{k \ni t} m2_k n_k`; the least area where unlimited."""
    layout = variables.layout
    _add_peaks(model, variables, variables.peak_area_m2, layout.m2_per_place)
    which = np.flatnonzero((variables.peak_area_m2 >= 0) & layout.pair_unlimited)
    rows = np.arange(len(which))
    model.add_rows(
        "siting",
        variables.namer.pairs(which),
        [
            Terms(rows, variables.service_runs[which], layout.least_area_m2[which]),
            Terms(rows, variables.peak_area_m2[which], -1.0),
        ],
        upper=0.0,
    )


def _add_peaks(
    model: LinearModel, variables: Variables, peaks: Ints, factor: Floats
) -> None:
    """Each peak ≥ Σ factor × places over every pattern of its pair."""
    patterns = variables.layout.pair_patterns
    first = variables.places[variables.layout.pair_first]
    which = np.flatnonzero((peaks >= 0)[patterns.group])
    which = which[peaks[patterns.group[which]] != first[patterns.group[which]]]
    number = np.full(len(patterns), -1, np.int64)
    number[which] = np.arange(len(which))
    entries = np.flatnonzero(number[patterns.entry_pattern] >= 0)
    members = patterns.entry_member[entries]
    pair = patterns.group[which]
    model.add_rows(
        "peak",
        variables.namer.pairs(pair, slot=patterns.slot[which]),
        [
            Terms(
                number[patterns.entry_pattern[entries]],
                variables.places[members],
                factor[members],
            ),
            Terms(np.arange(len(which)), peaks[pair], -1.0),
        ],
        upper=0.0,
    )


def add_siting(model: LinearModel, variables: Variables) -> None:
    """Let a running service rely on one of its siting alternatives."""
    layout = variables.layout
    owner = layout.alternative_pair
    found, rows = np.unique(owner, return_inverse=True)
    model.add_rows(
        "siting",
        variables.namer.pairs(found),
        [
            Terms(rows, variables.alternatives, 1.0),
            Terms(np.arange(len(found)), variables.service_runs[found], -1.0),
        ],
        lower=0.0,
        upper=0.0,
    )
    pairs = layout.instance.pairs
    _add_on_floor(
        model,
        variables,
        (variables.peak_area_m2, layout.pair_area_m2),
        pairs.alternative_max_area_on_floor_m2,
    )
    _add_on_floor(
        model,
        variables,
        (variables.peak_places, layout.most_peak_places),
        pairs.alternative_max_places_on_floor,
    )


def _add_on_floor(
    model: LinearModel,
    variables: Variables,
    amounts: tuple[Ints, Floats],
    limits: Floats,
) -> None:
    r"""Where the alternative is relied on, the floor's amount is within its limit.

    :math:`\sum_{p'} v_{p'} + (\bar v - L) z \le \bar v` over the pairs of the same
    service on the same floor of the building, :math:`\bar v = \sum_{p'} \bar v_{p'}`.
    """
    columns, most = amounts
    layout = variables.layout
    storey = layout.storey
    total = np.bincount(storey, most)
    asked = np.flatnonzero(np.isfinite(limits))
    pair = layout.alternative_pair[asked]
    top = np.maximum(total[storey[pair]], limits[asked])
    members, rows = _members(storey, storey[pair])
    model.add_rows(
        "siting",
        variables.namer.pairs(pair, alternative=asked),
        [
            Terms(rows, columns[members], 1.0),
            Terms(
                np.arange(len(asked)),
                variables.alternatives[asked],
                top - limits[asked],
            ),
        ],
        upper=top,
    )


def _members(groups: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """Return all positions of each wanted group, and the number of the wish."""
    order = np.argsort(groups, kind="stable")
    begin = np.searchsorted(groups[order], wanted, "left")
    end = np.searchsorted(groups[order], wanted, "right")
    count = end - begin
    rows = np.repeat(np.arange(len(wanted)), count)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    return order[np.repeat(begin, count) + within], rows


def add_outdoor(model: LinearModel, variables: Variables) -> None:
    r"""Outdoor area of peak places fits the building's, by the alternative relied on.

    :math:`O_p \ge o_z P_p - o_z \bar P_p (1 - z)`, :math:`\sum_p O_p \le O_b`.
    """
    layout = variables.layout
    per_place = layout.instance.pairs.alternative_outdoor_m2_per_place
    asked = np.flatnonzero(per_place > 0.0)
    pair = layout.alternative_pair[asked]
    most = per_place[asked] * layout.most_peak_places[pair]
    rows = np.arange(len(asked))
    model.add_rows(
        "siting",
        variables.namer.pairs(pair, alternative=asked),
        [
            Terms(rows, variables.peak_places[pair], per_place[asked]),
            Terms(rows, variables.alternatives[asked], most),
            Terms(rows, variables.outdoor_m2[pair], -1.0),
        ],
        upper=most,
    )
    users = np.flatnonzero(variables.outdoor_m2 >= 0)
    found, rows = np.unique(layout.pair_building[users], return_inverse=True)
    model.add_rows(
        "siting",
        variables.namer.buildings(found),
        [Terms(rows, variables.outdoor_m2[users], 1.0)],
        upper=layout.instance.buildings.outdoor_m2[found],
    )
