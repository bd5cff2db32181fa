"""The scenario as read-only arrays for the engines."""

from allocator.instance.build import build_instance
from allocator.instance.convert import plan_to_solution, solution_to_plan
from allocator.instance.instance import Instance, Solution

__all__ = [
    "Instance",
    "Solution",
    "build_instance",
    "plan_to_solution",
    "solution_to_plan",
]
