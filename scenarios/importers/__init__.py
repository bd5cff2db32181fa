"""Turn real open data into scenario folders; short enough to copy for another city."""
