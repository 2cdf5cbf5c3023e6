"""Bed plans with fixed stays: annealing with priced overfilling, exact re-routing of one person, rounds over ranks."""

from optimise.hospital.beds_search.search import improve_beds, usable

__all__ = ["improve_beds", "usable"]
