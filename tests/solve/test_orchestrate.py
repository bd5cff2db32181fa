"""`solve` with engines that say what they are told: nothing unverified leaves."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

import allocator as al
from allocator.engines.engine import (
    Conflict,
    EngineOptions,
    GoalOutcome,
    Outcome,
    Progress,
    StopReason,
    StopSignal,
)
from allocator.instance import Solution, plan_to_solution
from tests.builders import make_scenario, need, service

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocator.instance.instance import Instance
    from allocator.scenario import Scenario

# One room of 100 m², 2 m² per place, 7 visits per place and week: 10 places cover 70 of
# the 100 persons, 15 places (105 visits) all 100. Equipment 10 per place.
CAPITAL_PER_PLACE = 10.0


def scenario(**sections: object) -> Scenario:
    return make_scenario(
        services=[service("canteen", equipment_cost_per_place=CAPITAL_PER_PLACE)],
        needs=[need("lunch", "canteen")],
        **sections,
    )


def plan(places: int, city: Scenario) -> al.Plan:
    """A plan with its residents assigned by the evaluator."""
    given = al.Plan.from_places({("B1", "R1", "canteen", "main"): places})
    found = al.evaluate(city, given).plan
    assert found is not None
    return found


@dataclass
class Scripted:
    """An engine that answers what it was given."""

    answer: Callable[[Instance, EngineOptions], Outcome]
    name: ClassVar[str] = "scripted"

    def solve(self, instance: Instance, options: EngineOptions) -> Outcome:
        return self.answer(instance, options)


def answers(city: Scenario, places: int, bound: float | None, **claims: object):  # type: ignore[no-untyped-def]
    """Return an engine's answer: so many places, claiming their true value."""

    def answer(instance: Instance, options: EngineOptions) -> Outcome:
        value = claims.get("value", min(100.0, places * 7.0))
        outcome = Outcome(
            solution=plan_to_solution(city, instance, plan(places, city)),
            goals=(GoalOutcome(value, bound),),  # type: ignore[arg-type]
            stop_reason=StopReason.TIME,
            steps=3,
        )
        options.on_progress(Progress(3, value, bound))  # type: ignore[arg-type]
        return outcome

    return answer


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[EngineOptions]]:
    """Put scripted engines in the place of the real ones; return what they are told."""

    def install(**answers_by_name: object) -> list[EngineOptions]:
        told: list[EngineOptions] = []

        def engine(name: str) -> Scripted:
            def answer(instance: Instance, options: EngineOptions) -> Outcome:
                told.append(options)
                return answers_by_name[name](instance, options)  # type: ignore[operator]

            return Scripted(answer)

        monkeypatch.setattr(
            sys.modules["allocator.solve.threads"], "load_engine", engine
        )
        return told

    import allocator.solve  # noqa: F401

    return install


def test_best_plan_and_best_bound_of_both_engines_are_kept(engines) -> None:
    city = scenario()
    told = engines(search=answers(city, 8, 90.0), exact=answers(city, 10, 95.0))
    result = al.solve(city)
    assert (result.objective, result.bound) == (70.0, 90.0)
    assert result.gap == pytest.approx(20 / 90)
    assert result.status is al.Status.FEASIBLE
    assert result.engine == "search+exact"
    assert result.steps == 6
    # the second engine starts from the first one's plan
    assert told[1].start is not None
    assert told[1].start.places.sum() == 8


def test_a_gap_of_zero_is_optimal_and_ends_the_work(engines) -> None:
    city = scenario()
    told = engines(search=answers(city, 15, 100.0), exact=answers(city, 1, 100.0))
    result = al.solve(city)
    assert result.status is al.Status.OPTIMAL
    assert result.stop_reason is StopReason.PROVEN
    assert len(told) == 1


def test_without_any_bound_demand_itself_is_the_bound(engines) -> None:
    city = scenario()
    engines(exact=answers(city, 10, None))
    result = al.solve(city, al.SolveOptions(engine="exact"))
    assert result.bound == 100.0


@pytest.mark.parametrize(
    ("value", "bound", "message"),
    [(71.0, 100.0, "engine says 71.0, evaluator 70.0"), (70.0, 69.0, "better than")],
)
def test_a_claim_that_is_not_true_is_an_internal_error(
    engines, value: float, bound: float, message: str
) -> None:
    city = scenario()
    engines(exact=answers(city, 10, bound, value=value))
    with pytest.raises(al.VerificationFailed, match=message):
        al.solve(city, al.SolveOptions(engine="exact"))


def test_a_plan_that_breaks_a_rule_is_an_internal_error(engines) -> None:
    poor = scenario(limits={"capital_budget": 50})
    engines(exact=answers(poor, 10, 100.0))
    with pytest.raises(al.VerificationFailed, match="capital_budget"):
        al.solve(poor, al.SolveOptions(engine="exact"))


def test_a_plan_and_a_proof_that_there_is_none_is_an_internal_error(engines) -> None:
    city = scenario()
    engines(search=answers(city, 10, 100.0), exact=infeasible)
    with pytest.raises(al.VerificationFailed, match="another proved"):
        al.solve(city)


def infeasible(instance: Instance, options: EngineOptions) -> Outcome:
    return Outcome(
        None,
        (GoalOutcome(None, None),),
        StopReason.PROVEN,
        1,
        infeasible=True,
        conflicts=(Conflict("pins", {}, None, ""),),
    )


def no_plan(instance: Instance, options: EngineOptions) -> Outcome:
    return Outcome(None, (GoalOutcome(None, None),), StopReason.TIME, 1)


def test_infeasible_has_conflicts_and_neither_plan_nor_bound(engines) -> None:
    engines(search=no_plan, exact=infeasible)
    result = al.solve(scenario())
    assert result.status is al.Status.INFEASIBLE
    assert (result.plan, result.bound, result.gap) == (None, None, None)
    assert [conflict.rule_id for conflict in result.conflicts] == ["pins"]


def test_no_plan_has_a_reason_and_a_finite_bound(engines) -> None:
    engines(search=no_plan, exact=no_plan)
    asked = {"coverage_floor": {"total": {"persons": 10}}}
    result = al.solve(scenario(rules=asked))
    assert result.status is al.Status.NO_PLAN
    assert (result.plan, result.stop_reason) == (None, StopReason.TIME)
    assert result.bound == 100.0


def test_without_a_plan_from_an_engine_a_spare_one_that_keeps_the_rules_is_given(
    engines,
) -> None:
    engines(search=no_plan, exact=no_plan)
    city = scenario()
    empty = al.solve(city)
    assert (empty.status, empty.objective) == (al.Status.FEASIBLE, 0.0)
    assert "the empty plan keeps every rule" in empty.notes[-1]
    given = al.solve(city, start=plan(10, city))
    assert given.objective == pytest.approx(70.0)


def idle(instance: Instance, options: EngineOptions) -> Outcome:
    """Answer that nobody does anything and nobody goes anywhere."""
    none = np.empty(0, np.int64)
    places = np.zeros(len(instance.candidates.offer), np.int64)
    solution = Solution(places, none, none, np.empty(0))
    return Outcome(solution, (GoalOutcome(0.0, 90.0),), StopReason.TIME, 1)


def test_an_engine_that_was_stopped_before_it_did_anything_has_no_plan(engines) -> None:
    """What facilities serve on their own is better than a plan in which nobody goes."""
    engines(exact=idle)
    facility = {"facility_id": "F1", "service_id": "canteen", "session_id": "main"}
    facility |= {"x": 0, "y": 0, "places": 2}
    city = scenario(tables={"facilities": [facility]})
    result = al.solve(city, al.SolveOptions(engine="exact"))
    assert (result.objective, result.bound) == (pytest.approx(14.0), 90.0)
    assert "the empty plan keeps every rule" in result.notes[-1]


def test_an_engine_that_overruns_holds_nobody_up(engines) -> None:
    city = scenario()
    free = threading.Event()

    def deaf(instance: Instance, options: EngineOptions) -> Outcome:
        free.wait(60)
        return no_plan(instance, options)

    engines(search=deaf, exact=answers(city, 10, 95.0))
    begun = time.monotonic()
    result = al.solve(city, al.SolveOptions(time_limit_s=8))
    free.set()
    assert time.monotonic() - begun < 15
    assert (result.objective, result.bound) == (pytest.approx(70.0), 95.0)
    assert any("search did not end in time" in note for note in result.notes)


def test_a_fault_in_an_engine_is_raised_where_solve_was_called(engines) -> None:
    def broken(instance: Instance, options: EngineOptions) -> Outcome:
        raise ZeroDivisionError

    engines(search=broken)
    with pytest.raises(ZeroDivisionError):
        al.solve(scenario())


def test_auto_splits_the_steps_and_never_takes_more(engines) -> None:
    city = scenario()
    told = engines(search=answers(city, 8, 90.0), exact=answers(city, 10, 95.0))
    al.solve(city, al.SolveOptions(max_steps=11))
    # the search engine may take half and took 3
    assert [options.max_steps for options in told] == [5, 8]


def test_with_one_worker_search_gets_a_part_of_the_time(engines) -> None:
    city = scenario()
    stop = StopSignal()
    told = engines(search=answers(city, 8, 90.0), exact=answers(city, 10, 95.0))
    al.solve(city, al.SolveOptions(time_limit_s=100, workers=1), stop=stop)
    first, second = (options.stop for options in told)
    # one arc: two seconds for search, the rest for exact
    assert first.remaining_s() < 2.1 < second.remaining_s() < 100
    stop.interrupt()
    assert first.reason() is StopReason.INTERRUPT


def test_exact_begins_from_what_search_has_shown_and_its_proof_ends_search(
    engines,
) -> None:
    city = scenario()

    def going_on(instance: Instance, options: EngineOptions) -> Outcome:
        outcome = answers(city, 8, 110.0)(instance, options)
        options.on_progress(Progress(1, 56.0, 110.0, solution=outcome.solution))
        while options.stop.reason() is None:
            time.sleep(0.01)
        return replace(outcome, stop_reason=StopReason.INTERRUPT)

    told = engines(search=going_on, exact=answers(city, 15, 100.0))
    result = al.solve(city, al.SolveOptions(time_limit_s=100, workers=2))
    assert told[1].start is not None
    assert told[1].start.places.sum() == 8
    assert result.status is al.Status.OPTIMAL
    assert result.stop_reason is StopReason.PROVEN


def test_an_engine_ended_because_another_reached_the_target_is_no_interrupt(
    engines,
) -> None:
    city = scenario()

    def waiting(instance: Instance, options: EngineOptions) -> Outcome:
        while options.stop.reason() is None:
            time.sleep(0.01)
        return replace(no_plan(instance, options), stop_reason=StopReason.INTERRUPT)

    def on_target(instance: Instance, options: EngineOptions) -> Outcome:
        time.sleep(4)
        outcome = answers(city, 10, 90.0)(instance, options)
        return replace(outcome, stop_reason=StopReason.TARGET)

    engines(search=on_target, exact=waiting)
    result = al.solve(city, al.SolveOptions(target=60.0, time_limit_s=100, workers=2))
    assert result.stop_reason is StopReason.TARGET
    assert result.objective == pytest.approx(70.0)


def test_the_plan_an_engine_has_shown_is_kept_when_it_never_ends(engines) -> None:
    city = scenario()
    free = threading.Event()

    def endless(instance: Instance, options: EngineOptions) -> Outcome:
        shown = answers(city, 10, 90.0)(instance, options)
        options.on_progress(Progress(1, 70.0, 90.0, solution=shown.solution))
        free.wait(60)
        return shown

    engines(search=endless)
    result = al.solve(city, al.SolveOptions(engine="search", time_limit_s=4))
    free.set()
    assert (result.objective, result.bound) == (pytest.approx(70.0), 90.0)


def test_an_interrupt_keeps_the_plan_and_starts_no_further_engine(engines) -> None:
    city = scenario()
    stop = StopSignal()

    def stopped(instance: Instance, options: EngineOptions) -> Outcome:
        stop.interrupt()
        outcome = answers(city, 8, 90.0)(instance, options)
        return replace(outcome, stop_reason=StopReason.INTERRUPT)

    told = engines(search=stopped, exact=answers(city, 10, 95.0))
    result = al.solve(city, stop=stop)
    assert len(told) == 1
    assert result.stop_reason is StopReason.INTERRUPT
    assert result.objective == pytest.approx(56.0)


@pytest.mark.parametrize(
    ("options", "engines_run"), [({"gap": 0.5}, 1), ({"target": 50.0}, 1), ({}, 2)]
)
def test_gap_and_target_end_the_work(
    engines, options: dict[str, float], engines_run: int
) -> None:
    city = scenario()
    told = engines(search=answers(city, 8, 90.0), exact=answers(city, 10, 90.0))
    al.solve(city, al.SolveOptions(**options))  # type: ignore[arg-type]
    assert len(told) == engines_run


def test_progress_shows_the_best_of_all_engines(engines) -> None:
    city = scenario()
    engines(search=answers(city, 10, 90.0), exact=answers(city, 8, 80.0))
    seen: list[Progress] = []
    result = al.solve(city, on_progress=seen.append)
    last = [p for p in seen if p.objective is not None][-1]
    assert (last.objective, last.bound, last.steps) == (70.0, 80.0, 6)
    assert [(row.objective, row.bound) for row in result.progress] == [
        (70.0, 90.0),
        (70.0, 80.0),
    ]


def test_given_options_win_over_the_scenarios_own(engines) -> None:
    city = scenario(options={"seed": 4, "time_limit_s": 9})
    told = engines(search=answers(city, 15, 100.0))
    assert al.solve(city).options.seed == 4
    assert al.solve(city, al.SolveOptions(seed=5)).options.time_limit_s == 9
    assert [options.seed for options in told] == [4, 5]


def test_a_later_goals_bound_counts_only_beside_what_was_reached(engines) -> None:
    # goal 1 covers, goal 2 saves capital. Greedy reached 56 and proved a cost of at
    # least 80 for that; exact reached 70, where no plan costs less than 100. Exact's
    # own bound counts; search's, of a problem that asks less, is weaker but valid.
    city = scenario(
        goals=[
            {"maximize": {"weighted_covered_persons": 1}},
            {"minimize": {"capital_cost": 1}},
        ]
    )

    def with_cost(places: int, bound: float, least_cost: float):  # type: ignore[no-untyped-def]
        def answer(instance: Instance, options: EngineOptions) -> Outcome:
            outcome = answers(city, places, bound)(instance, options)
            cost = GoalOutcome(places * CAPITAL_PER_PLACE, least_cost)
            return replace(outcome, goals=(*outcome.goals, cost))

        return answer

    engines(search=with_cost(8, 90.0, 80.0), exact=with_cost(10, 90.0, 95.0))
    assert [goal.bound for goal in al.solve(city).goals] == [90.0, 95.0]
    # the other way round the stricter problem's bound says nothing of the plan kept
    engines(search=with_cost(10, 90.0, 0.0), exact=with_cost(8, 90.0, 80.0))
    assert [goal.bound for goal in al.solve(city).goals] == [90.0, 80.0]
