"""The parts of a comparison: inputs, verdicts, plans, residents, limits."""
