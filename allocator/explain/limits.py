"""Which limits bind, what more of them could bring, and what cannot hold together."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.engines.engine import StopSignal
from allocator.evaluate.rules_coverage import coverage_floors
from allocator.evaluate.spaces import usable_area_m2
from allocator.explain.explanation import Explanation
from allocator.explain.known import DEFAULT_TIME_LIMIT_S, known
from allocator.explain.loss import Loss, loss
from allocator.explain.words import Block
from allocator.scenario.change import with_limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt

    from allocator.explain.known import Known, Source
    from allocator.explain.words import Words
    from allocator.options import SolveOptions
    from allocator.scenario import Scenario
    from allocator.scenario.schema import DistrictLimits

    Bools = npt.NDArray[np.bool_]

LIMITS = (
    ("capital_budget", "capital_budget", "capital_cost"),
    ("annual_budget", "annual_budget", "yearly_outlay"),
    ("floor_area_limit", "floor_area_m2", "floor_used_m2"),
    ("building_limit", "buildings", "buildings"),
)
"""Rule id, key of `limits`, column of the costs of sites."""
KEY_OF_RULE = {rule_id: key for rule_id, key, _ in LIMITS}
ROUNDING = 1e-9
"""Less of a limit than this share is nothing left."""
BINDING_SHARE = 0.99
"""A limit binds when at least this share of it is used, or less than one is left of a
limit that counts."""
COLUMNS = ["rule_id", "where", "used", "limit", "slack", "share_used", "binds"]


@dataclass(frozen=True)
class LimitsExplanation(Explanation):
    """The limits of a run, and the conflicts of one that is infeasible.

    `table` has rule_id, where (district, need or community), used, limit, slack,
    share_used and binds. After `more` also gain_low and gain_high: what that share more
    of the limit brings, best plan against best plan. After `prices` bound_rise: by how
    much the price bound rises at most for 1 % more of the limit.
    """

    conflicts: pd.DataFrame
    """rule_id, where, least_change, unit, limit, share_of_limit."""
    more: float | None = None
    """Share by which binding limits were raised; None = they were not."""

    def title(self, words: Words) -> str:
        """Return what was asked."""
        return words("limits.title", run=self.about.name)

    def parts(self, words: Words) -> list[Block]:
        """Return limits and conflicts."""
        further = ("gain_low", "gain_high", "bound_rise")
        columns = [*COLUMNS, *(name for name in further if name in self.table)]
        lines = [words(f"limits.{self._headline()}")] if len(self.table) else []
        if self.more is not None:
            lines.append(words("limits.more", share=self.more, unit=words.unit))
        if "bound_rise" in self.table:
            lines.append(words("limits.prices", unit=words.unit))
        blocks = []
        if len(self.table):
            table = words.table(self.table, columns)
            blocks.append(Block(words("limits.table"), tuple(lines), table))
        if self.about.status == "infeasible":
            blocks.append(self._conflicts(words))
        return blocks or [Block(words("limits.table"), (words("limits.absent"),))]

    def _headline(self) -> str:
        return "some_bind" if self.table["binds"].any() else "none_binds"

    def _conflicts(self, words: Words) -> Block:
        """Return what cannot hold together and the least change of each."""
        proven = self.about.conflicts_proven_irreducible
        lines = (
            words("conflicts.proven" if proven else "conflicts.perhaps"),
            words("conflicts.change"),
        )
        columns = [
            "rule_id",
            "where",
            "least_change",
            "unit",
            "limit",
            "share_of_limit",
        ]
        return Block(
            words("conflicts.title"), lines, words.table(self.conflicts, columns)
        )

    def facts(self) -> dict[str, Any]:
        """Return the conflicts."""
        rows = self.conflicts.astype(object).where(self.conflicts.notna(), None)
        return {
            "status": self.about.status,
            "more": self.more,
            "conflicts": rows.to_dict("records"),
            "conflicts_proven_irreducible": self.about.conflicts_proven_irreducible,
        }


def explain_limits(
    source: Source,
    *,
    more: float | None = None,
    prices: bool = False,
    options: SolveOptions | None = None,
) -> LimitsExplanation:
    """Return which limits bind; of an infeasible run, what cannot hold together.

    Parameters
    ----------
    source
        A result, a run or its folder.
    more
        Also solve with each binding limit raised by this share.
    prices
        Also ask the price bound what 1 % more of each limit is worth at most.
    options
        Of each solve; None: the scenario's own, with 10 s each. The time limit is that
        of the price bound too.
    """
    run = known(source)
    nothing = pd.DataFrame(columns=COLUMNS)
    table = limits_table(run) if run.given_plan is not None else nothing
    if more is not None:
        gains = [_gain(run, row, more, options) for _, row in table.iterrows()]
        table["gain_low"] = [gain.low if gain else None for gain in gains]
        table["gain_high"] = [gain.high if gain else None for gain in gains]
    if prices and len(table):
        rises = _bound_rises(run, options)
        keys = zip(table["rule_id"], table["where"], strict=True)
        table["bound_rise"] = [rises.get(key) for key in keys]
    return LimitsExplanation(run, table, _conflicts(run), more)


def limits_table(run: Known) -> pd.DataFrame:
    """Return every limit with what the plan uses of it."""
    rows = [*_used_limits(run), *_floors(run)]
    table = pd.DataFrame(rows, columns=COLUMNS[:4])
    lower = table["rule_id"] == "coverage_floor"
    table["slack"] = (table["limit"] - table["used"]).where(
        ~lower, table["used"] - table["limit"]
    )
    rounding = table["slack"].abs() <= ROUNDING * table["limit"].abs()
    table.loc[rounding, "slack"] = 0.0
    whole = table["limit"].where(table["limit"] > 0, 1.0)
    table["share_used"] = table["used"] / whole
    table["binds"] = table["slack"] <= (1 - BINDING_SHARE) * table["limit"].abs()
    counts = table["rule_id"] == "building_limit"
    table.loc[counts, "binds"] = table.loc[counts, "slack"] < 1
    return table


Row = tuple[str, str, float, float]
"""Rule id, where, used, limit."""


def _used_limits(run: Known) -> Iterator[Row]:
    """Yield limits on money, floor and buildings, and the reserve."""
    limits, costs = run.scenario.spec.limits, run.view.site_costs
    district = run.scenario.tables.buildings["district_id"].to_numpy(object)
    own = district[list(run.view.building2uses)]
    sections: list[tuple[str, DistrictLimits, Bools]] = [("", limits, own == own)]
    for name, section in sorted(limits.by_district.items()):
        sections.append((name, section, own == name))
    for name, section, inside in sections:
        for rule_id, key, column in LIMITS:
            limit = getattr(section, key)
            if limit is not None:
                yield rule_id, name, float(costs[column][inside].sum()), float(limit)
    if limits.reserve_share > 0:
        most = (1 - limits.reserve_share) * float(usable_area_m2(run.scenario).sum())
        yield "reserve", "", float(costs["floor_used_m2"].sum()), most


def _floors(run: Known) -> Iterator[Row]:
    """Yield coverage floors."""
    covered = run.view.covered_by_row()
    for floor in coverage_floors(run.scenario):
        where = " / ".join(floor.where.values())
        yield "coverage_floor", where, float(covered[floor.rows].sum()), floor.persons


def _gain(
    run: Known, row: pd.Series[Any], more: float, options: SolveOptions | None
) -> Loss | None:
    """Return what a larger limit brings: what the present one loses against it."""
    key = KEY_OF_RULE.get(row["rule_id"])
    if key is None or not row["binds"] or row["limit"] <= 0:
        return None
    limit = row["limit"] * (1 + more)
    if key == "buildings":
        limit = max(round(limit), row["limit"] + 1)
    scenario = with_limit(run.scenario, key, limit, district=row["where"])
    larger = run.solve(scenario, options, run.plan)
    return loss(run.range_of(larger), run.range)


def _bound_rises(
    run: Known, options: SolveOptions | None
) -> dict[tuple[str, str], float]:
    """Return by how much the price bound rises at most for 1 % more of each limit."""
    from allocator.engines.price import price_bound
    from allocator.instance import build_instance

    instance = build_instance(run.scenario, run.access)
    given = options.time_limit_s if options else None
    stop = StopSignal(time.monotonic() + (given or DEFAULT_TIME_LIMIT_S))
    bound = price_bound(instance, stop=stop, plan_value=run.objective)
    return {
        (row.rule_id, " / ".join(row.where.values())): float(price * row.upper) / 100
        for row, price in zip(instance.limits, bound.lam, strict=True)
    }


def _conflicts(run: Known) -> pd.DataFrame:
    """Return the conflicts, those of the least share of their limit first."""
    rows = []
    for conflict in run.conflicts:
        limit = _limit_of(run.scenario, conflict["rule_id"], conflict["where"])
        change = conflict["least_change"]
        share = change / limit if limit and change is not None else None
        place = " / ".join(f"{key} {value}" for key, value in conflict["where"].items())
        rows.append(
            (conflict["rule_id"], place, change, conflict["unit"], limit, share)
        )
    columns = ["rule_id", "where", "least_change", "unit", "limit", "share_of_limit"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(
        "share_of_limit", na_position="last", kind="stable", ignore_index=True
    )


def _limit_of(scenario: Scenario, rule_id: str, where: dict[str, str]) -> float | None:
    """Return the limit a conflict is about, where it is one figure."""
    limits = scenario.spec.limits
    if rule_id in KEY_OF_RULE:
        section = limits.by_district.get(where.get("district", ""), limits)
        value = getattr(section, KEY_OF_RULE[rule_id])
        return None if value is None else float(value)
    if rule_id == "reserve":
        return (1 - limits.reserve_share) * float(usable_area_m2(scenario).sum())
    if rule_id == "coverage_floor":
        floors = {tuple(sorted(f.where.items())): f for f in coverage_floors(scenario)}
        floor = floors.get(tuple(sorted(where.items())))
        return floor.persons if floor else None
    return None
