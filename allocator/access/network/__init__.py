"""Walking times along streets: graph, connections, bounded shortest paths."""
