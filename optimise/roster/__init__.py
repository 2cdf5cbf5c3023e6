"""Rosters: people, duties and rules, from the problem to its formats, models, kernels and searches."""
