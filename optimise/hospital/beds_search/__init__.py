"""Bed plans with fixed stays: annealing with priced overfilling, exact re-routing of one person, rounds over ranks."""

from optimise.hospital.beds_search.search import improve_beds, usable
from optimise.hospital.beds_search.tuning import BedSearchTuning

__all__ = ["BedSearchTuning", "improve_beds", "usable"]
