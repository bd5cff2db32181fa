"""How good the plans and bounds are, and how soon: ours and its peers side by side."""
