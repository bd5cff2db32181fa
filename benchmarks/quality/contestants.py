"""Who runs: engines of this package, and what a user would otherwise pick."""

from __future__ import annotations

OURS = ("search", "auto", "greedy", "exact")
"""Engines of this package by their own names."""
PEERS = {"milp-highs": "highs", "milp-scip": "scip", "milp-cpsat": "cp-sat"}
"""The compact mixed-integer model, and the solver that runs it."""
ENGINES = (*OURS, *PEERS)
STARTS = ("none", "greedy")
"""A peer runs twice: from nothing, and from the greedy engine's plan."""
