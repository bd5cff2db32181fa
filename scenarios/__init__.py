"""Runnable scenarios: made-up ones with their generators, real ones with importers."""
