"""Hospitals: beds, theatres and nursing, from the problem to its formats, models and searches."""
