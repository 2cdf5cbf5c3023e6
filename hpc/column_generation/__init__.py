"""Column generation for rosters: bound, dives, branching and search over all ranks."""
