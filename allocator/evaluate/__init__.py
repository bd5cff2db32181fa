"""The specification in plain code: measures and violations of a plan."""

from allocator.evaluate.assign import assign_residents, baseline
from allocator.evaluate.evaluate import evaluate_plan
from allocator.evaluate.evaluation import Evaluation, Violation
from allocator.evaluate.suitability import suitability

__all__ = [
    "Evaluation",
    "Violation",
    "assign_residents",
    "baseline",
    "evaluate_plan",
    "suitability",
]
