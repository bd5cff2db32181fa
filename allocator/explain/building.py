"""Why a service is not in a space: the rules that bar it, or what it would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocator.explain.building_rows import (
    BARRED,
    COLUMNS,
    OPEN,
    POSSIBLE,
    BuildingRows,
)
from allocator.explain.explanation import Explanation
from allocator.explain.known import check_id, known
from allocator.explain.pinned import Solved, solve_pin, solved_lines
from allocator.explain.site import Site, barred, site_of
from allocator.explain.words import Block

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from allocator.explain.known import Known, Source
    from allocator.explain.words import Words
    from allocator.options import SolveOptions

KEYS = ("building", "space", "service", "session")


@dataclass(frozen=True)
class BuildingExplanation(Explanation):
    """Why each service is, or is not, in the spaces of a building.

    `table` has a row for each (space, service, session) asked for: state (open in the
    plan, barred by `rules` whatever else is planned, possible); of open ones places,
    covered_persons and what they bring; of possible ones the rules in the way now, the
    fewest places and their capital cost, whom it could add at most (gain_persons,
    gain_estimate), what would have to go (displaced_estimate) and the difference
    (loss_estimate). Estimates are in the first goal and prove nothing.
    """

    asked: Mapping[str, str]
    site: Site
    solved: Solved | None = None

    def title(self, words: Words) -> str:
        """Return what was asked."""
        name = words.building[self.asked["building"]]
        return words("building.title", building=name, run=self.about.name)

    def parts(self, words: Words) -> list[Block]:
        """Return open, barred and possible offers, and the solved loss."""
        blocks = [Block(words("building.counts_title"), (self._counts(words),))]
        for state, columns in {
            OPEN: ["places", "covered_persons", "brings"],
            BARRED: ["rules", "reason"],
            POSSIBLE: COLUMNS[10:],
        }.items():
            rows = self.table[self.table["state"] == state]
            if len(rows):
                rows = rows.assign(reason=self._reasons(rows, words))
                shown = words.table(rows, [*COLUMNS[1:4], *columns])
                line = words(f"building.{state}_note", unit=words.unit)
                blocks.append(Block(words(f"building.{state}"), (line,), shown))
        if self.solved is not None:
            blocks.append(Block(words("loss.title"), solved_lines(self.solved, words)))
        return blocks

    def _counts(self, words: Words) -> str:
        counts = self.table["state"].value_counts()
        numbers = {s: int(counts.get(s, 0)) for s in (OPEN, BARRED, POSSIBLE)}
        return words("building.counts", all=len(self.table), **numbers)

    def _reasons(self, rows: pd.DataFrame, words: Words) -> list[str]:
        """Return what bars each row, in the language."""
        offers = self.site.scenario.offer2position
        found = barred(self.site.scenario, words.wording)
        keys = zip(
            rows["space_id"], rows["service_id"], rows["session_id"], strict=True
        )
        places = ((self.site.space_ids.index(r), offers[s, h]) for r, s, h in keys)
        return [found.get(place, ("", ""))[1] for place in places]

    def facts(self) -> dict[str, Any]:
        """Return what was asked and the solved loss."""
        solved = self.solved.to_dict() if self.solved else None
        return {"asked": dict(self.asked), "solved": solved}


def explain_building(
    source: Source,
    building: str,
    *,
    space: str | None = None,
    service: str | None = None,
    session: str | None = None,
    solve: bool = False,
    options: SolveOptions | None = None,
) -> BuildingExplanation:
    """Return why services are, or are not, in a building.

    Parameters
    ----------
    source
        A result, a run or its folder.
    space, service, session
        Ask for these alone.
    solve
        Also solve the scenario with what is asked for pinned in (out, where the plan
        has it), beginning from the plan, and state the loss between the bounds.
    options
        Of the solve; None: the scenario's own, with 10 s.

    Raises
    ------
    OptionsInvalid
        If the scenario has no such building, space, service or session.
    RunError
        If the run has no plan.
    """
    run = known(source)
    given = dict(zip(KEYS, (building, space, service, session), strict=True))
    asked = {key: value for key, value in given.items() if value is not None}
    check_id("building", building, run.view.building_ids)
    b = run.view.building_ids.index(building)
    site = site_of(run, b)
    check_id("space", space, site.space_ids)
    check_id("service", service, list(run.scenario.service2position))
    check_id("session", session, [o.session_id for o in run.scenario.offers])
    table = BuildingRows(run, b, site).rows(asked)
    return BuildingExplanation(
        run, table, asked, site, _solved(run, table, asked, options) if solve else None
    )


def _solved(
    run: Known,
    table: pd.DataFrame,
    asked: Mapping[str, str],
    options: SolveOptions | None,
) -> Solved:
    """Pin what was asked in, or out where the plan has it, and solve."""
    is_open = (table["state"] == OPEN).any()
    pin = {"fix": "out" if is_open else "in", **asked}
    return solve_pin(run, pin, options)[0]
