"""Column generation for bed plans with fixed stays."""
