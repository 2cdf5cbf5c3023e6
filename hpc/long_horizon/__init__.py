"""Rosters of half a year and more."""
