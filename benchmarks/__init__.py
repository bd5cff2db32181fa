"""Made-up cities and measurements: what is fast, what is good, how far it scales."""
