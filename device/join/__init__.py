"""One-touch join: the ways into a meeting, what of them may be used, and one module for each room system."""
