"""Benders decomposition of two-stage bed plans."""
