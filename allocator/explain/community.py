"""Why a community stays uncovered, what its neighbours give, what a site would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocator.explain.chain import Step, chain_table, residents
from allocator.explain.explanation import Explanation
from allocator.explain.known import check_id, known
from allocator.explain.neighbourhood import (
    NEXT_DOOR,
    binding_of,
    candidates_of,
    changes_of,
    neighbours_of,
)
from allocator.explain.pinned import Solved, solve_pin, solved_lines
from allocator.explain.words import Block

if TYPE_CHECKING:
    import pandas as pd

    from allocator.explain.known import Source
    from allocator.explain.words import Words
    from allocator.options import SolveOptions


@dataclass(frozen=True)
class CommunityExplanation(Explanation):
    """Why residents of a community are not covered.

    `table` has need_id, step, limits and persons: each uncovered person (person-need)
    stands at the last step that a site within reach comes to, so that the persons of a
    need add up to demand − covered.
    """

    community_id: str
    need_id: str | None
    demand_persons: float
    covered_persons: float
    neighbours: pd.DataFrame
    """From where residents are covered: need_id, from (own, next_door),
    site_community_id, kind (planned, existing), covered_persons."""
    candidates: pd.DataFrame
    """Unused buildings of the community (or, without any, within its reach) that could
    be its next site: building_id, service_id, gain_persons (of the need asked for)."""
    limits: pd.DataFrame
    """Limits that bind, in total and in the districts of its buildings."""
    solved: Solved | None = None
    """The first candidate pinned in, and what that costs."""
    others: pd.DataFrame | None = None
    """What the solved plan changes, all needs: community_id, change_persons."""

    @property
    def uncovered_persons(self) -> float:
        """Demand − covered, in person-needs."""
        return self.demand_persons - self.covered_persons

    def title(self, words: Words) -> str:
        """Return what was asked."""
        name = words.community.get(self.community_id, self.community_id)
        need = words.need[self.need_id] if self.need_id else words("community.all")
        return words("community.title", community=name, need=need, run=self.about.name)

    def parts(self, words: Words) -> list[Block]:
        """Return the chain, neighbours, limits, candidates and the solved site."""
        chain = words.table(self.table, ["need_id", "step", "limits", "persons"])
        blocks = [
            Block(words("chain.title"), self._chain_lines(words), chain),
            self._neighbour_block(words),
        ]
        if len(self.limits):
            columns = ["rule_id", "where", "used", "limit", "slack"]
            shown = words.table(self.limits, columns)
            blocks.append(Block(words("community.limits"), (), shown))
        columns = ["building_id", "service_id", "gain_persons"]
        shown = words.table(self.candidates, columns)
        note = "candidates_note" if len(shown) else "no_candidates"
        lines = (words(f"community.{note}"),)
        blocks.append(Block(words("community.candidates"), lines, shown))
        if self.solved is not None:
            blocks.append(self._solved_block(words, self.solved))
        return blocks

    def _chain_lines(self, words: Words) -> tuple[str, ...]:
        """Return one sentence per step, first steps first."""
        persons = self.table.groupby("step")["persons"].sum()
        lines = [
            words(
                "chain.total",
                demand=words.figure(self.demand_persons),
                uncovered=words.figure(self.uncovered_persons),
            )
        ]
        for step in Step:
            if step.word in persons:
                at = words.figure(float(persons[step.word]))
                lines.append(words(f"chain.{step.word}", persons=at))
        return tuple(lines)

    def _neighbour_block(self, words: Words) -> Block:
        """Return from where residents are covered."""
        table = self.neighbours
        next_door = float(
            table.loc[table["from"] == NEXT_DOOR, "covered_persons"].sum()
        )
        line = words(
            "neighbours.line",
            covered=words.figure(self.covered_persons),
            next_door=words.figure(next_door),
        )
        columns = ["need_id", "from", "site_community_id", "kind", "covered_persons"]
        return Block(words("neighbours.title"), (line,), words.table(table, columns))

    def _solved_block(self, words: Words, solved: Solved) -> Block:
        """Return what the next site costs, and whom."""
        lines = list(solved_lines(solved, words))
        if self.others is None:
            return Block(words("community.first_site"), tuple(lines))
        mine = self.others["community_id"] == self.community_id
        change = self.others["change_persons"]
        lost = float(change[~mine & (change < 0)].abs().sum())
        lines.append(
            words(
                "community.others",
                own=words.figure(float(change[mine].sum())),
                others=words.figure(lost),
            )
        )
        shown = words.table(self.others, ["community_id", "change_persons"])
        return Block(words("community.first_site"), tuple(lines), shown)

    def facts(self) -> dict[str, Any]:
        """Return persons, neighbours, candidates and the solved site."""
        frames = {
            "neighbours": self.neighbours,
            "candidates": self.candidates,
            "limits": self.limits,
            "others": self.others,
        }
        return {
            "community_id": self.community_id,
            "need_id": self.need_id,
            "demand_persons": self.demand_persons,
            "covered_persons": self.covered_persons,
            "uncovered_persons": self.uncovered_persons,
            "solved": self.solved.to_dict() if self.solved else None,
            **{
                name: None if frame is None else frame.to_dict("records")
                for name, frame in frames.items()
            },
        }


def explain_community(
    source: Source,
    community: str,
    *,
    need: str | None = None,
    solve: bool = False,
    options: SolveOptions | None = None,
) -> CommunityExplanation:
    """Return why residents of a community are not covered.

    Parameters
    ----------
    source
        A result, a run or its folder.
    need
        Ask for this need alone.
    solve
        Also solve the scenario with the likeliest next site pinned in, and state what
        that costs, between the bounds and community by community.
    options
        Of the solve; None: the scenario's own, with 10 s.

    Raises
    ------
    OptionsInvalid
        If the scenario has no such community or need.
    RunError
        If the run has no plan.
    """
    run = known(source)
    ids = run.scenario.tables.zones["community_id"].unique().tolist()
    check_id("community", community, ids)
    check_id("need", need, list(run.scenario.need2position))
    people = residents(run, community, need)
    candidates = candidates_of(run, community, people)
    solved, others = None, None
    if solve and len(candidates):
        first = candidates.iloc[0]
        pin = {
            "fix": "in",
            "building": first["building_id"],
            "service": first["service_id"],
        }
        solved, plan = solve_pin(run, pin, options)
        others = changes_of(run, plan)
    return CommunityExplanation(
        run,
        chain_table(run, people),
        community,
        need,
        float(people.demand_persons.sum()),
        float(people.covered_persons.sum()),
        neighbours_of(run, community, people),
        candidates,
        binding_of(run, community),
        solved,
        others,
    )
