"""Searches on rosters that run on one core."""
